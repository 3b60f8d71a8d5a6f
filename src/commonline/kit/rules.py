"""Why an entry is ignored: every rule's name and what it means (contract §5.11).

A connector names one of these in ``[events.ignored]`` of its manifest, or returns it as `Ignored`. Rules are
counted by name in metrics and in ``commonline status``; docs/connectors/rules.md is generated from this
table.
"""

from __future__ import annotations

RULES: dict[str, str] = {
    "receipt": "delivered, read or sent marks; a failed send is a fact and is mapped",
    "ephemeral": "typing, presence, heartbeat: of no worth a minute later",
    "handshake": "the product proves that we own the address, or tests it",
    "unfurl": "the product rewrote a message to show a link's preview; nobody edited it",
    "reference-data": "lists and settings that are no fact about anybody: teams, fields, templates",
    "not-an-event": "an API answer or a file that is no event of this product",
    "workspace-admin": "administration of the product itself: apps, plans, permissions",
    "interaction": "buttons, menus and dialogs that wait for an answer by an app",
    "engineering-noise": "builds, check runs, deployments",
    "no-content": "the fact has nothing to tell and points at nothing",
    "errors-only": "the product reports its own errors and nothing else",
    "empty": "the delivery has no entries",
    "repeat": "the product tells the same fact by another event, which is mapped",
    "configured": "the source's own configuration says so",
}
FIELD = "field:"
"""Prefix of rules for one field of a product that is not mapped on purpose: ``field:live_videos``."""


def known(rule: str) -> bool:
    """Whether `rule` is one of the table or a ``field:`` rule that names its field."""
    return rule in RULES or (rule.startswith(FIELD) and len(rule) > len(FIELD))
