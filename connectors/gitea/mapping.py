"""Gitea and Forgejo: a webhook's body to activities. The event is the header's name, or what the body's parts tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.gitea import code, issues
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

HEADERS = ("x-gitea-event", "x-forgejo-event", "x-gogs-event")
FAMILIES: dict[str, str] = {
    **dict.fromkeys(["issue_assign", "issue_label", "issue_milestone"], "issues"),
    **dict.fromkeys(
        [
            "pull_request_assign",
            "pull_request_label",
            "pull_request_milestone",
            "pull_request_sync",
            "pull_request_review_request",
        ],
        "pull_request",
    ),
    "pull_request_comment": "issue_comment",
    **dict.fromkeys(
        ["pull_request_approved", "pull_request_rejected", "pull_request_review_approved",
         "pull_request_review_rejected", "pull_request_review_comment", "pull_request_review"],
        "review",
    ),
}  # fmt: skip
"""Names that servers have for what is one event here."""
SHAPES: tuple[tuple[frozenset[str], str], ...] = tuple(
    (frozenset(keys.split()), event)
    for keys, event in (
        ("comment issue", "issue_comment"),
        ("comment pull_request", "issue_comment"),
        ("commits", "push"),
        ("release", "release"),
        ("page", "wiki"),
        ("forkee", "fork"),
        ("issue", "issues"),
        ("pull_request", "pull_request"),
        ("ref ref_type sha", "create"),
        ("ref ref_type", "delete"),
        ("package", "package"),
        ("workflow_run", "workflow_run"),
        ("workflow_job", "workflow_job"),
        ("context state", "status"),
        ("repository organization action", "repository"),
    )
)
"""What a body without its header is, the first that fits."""
EVENTS: dict[str, EventMapping] = {
    "issues": issues.mapped,
    "pull_request": issues.mapped,
    "issue_comment": issues.said,
    "review": issues.reviewed,
    "push": code.pushed,
    "release": code.released,
    "wiki": code.wiki,
    "fork": code.forked,
}


class _Head(msgspec.Struct):
    action: str | None = None


_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_HEAD = msgspec.json.Decoder(_Head)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    keys = _KEYS.decode(body).keys()
    told = next((delivery.headers[name] for name in HEADERS if delivery.headers.get(name)), None)
    event = told or next((name for needed, name in SHAPES if needed <= keys), "object")
    event = FAMILIES.get(event, event)
    action = _HEAD.decode(body).action
    if action == "reviewed":
        event = "review"
    elif event in ("issues", "pull_request", "issue_comment"):
        if not action:
            raise MalformedPayloadError("the action is missing", "action")
        known = issues.SPOKEN if event == "issue_comment" else issues.ACTIONS
        event = event if action in known else f"{event}.{action}"
    return [Entry(0, event, body, "", delivery, settings)]
