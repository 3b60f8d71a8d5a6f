"""Instagram: a webhook's body to activities. Events are the changes' fields, and Messenger's names for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.instagram import comments, messages
from commonline.connectors.instagram.payload import BODY, MESSAGING, Page
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

OBJECT = "instagram"
PARTS = {
    "message_edit": "message_edits",
    "reaction": "message_reactions",
    "postback": "messaging_postbacks",
    "referral": "messaging_referral",
    "optin": "messaging_optins",
    "read": "messaging_seen",
    "pass_thread_control": "messaging_handover",
    "take_thread_control": "messaging_handover",
}
"""The part that an event has instead of a message, and the webhook field that it belongs to."""
EVENTS: dict[str, EventMapping] = {
    "comments": comments.written,
    "live_comments": comments.written,
    "mentions": comments.mentioned,
    "messages": messages.written,
    "message_echoes": messages.written,
    "message_edits": messages.edited,
    "message_reactions": messages.reacted,
    "messaging_postbacks": messages.pressed,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no such body."""
    body = BODY.decode(delivery.body or b"")
    parts: list[tuple[str, Any, str]] = []
    if body.entry is None:
        parts.append((f"object:{body.object}" if body.object else "object", None, ""))
    for number, page in enumerate(body.entry or []):
        path = f"entry[{number}]"
        parts += [(f"object:{body.object}", None, path)] if body.object != OBJECT else _parts(page, path)
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _parts(page: Page, path: str) -> list[tuple[str, Any, str]]:
    ours = str(page.id or "")
    if not ours:
        return [("entry", MalformedPayloadError("the account's id is empty", "id"), path)]
    at = times.parse(page.time)
    found: list[tuple[str, Any, str]] = []
    for number, change in enumerate(page.changes):
        part = comments.Part(ours, at, change.value)
        found.append((change.field, part, f"{path}.changes[{number}].value"))
    if page.field is not None and page.value is not None:
        found.append((page.field, comments.Part(ours, at, page.value), f"{path}.value"))
    for name, standby in (("messaging", False), ("standby", True)):
        for number, raw in enumerate(getattr(page, name)):
            found.append(_messaging(ours, at, raw, f"{path}.{name}[{number}]", standby=standby))
    return found or [("empty", None, path)]


def _messaging(ours: str, at: int | None, raw: msgspec.Raw, path: str, *, standby: bool) -> tuple[str, Any, str]:
    try:
        told = MESSAGING.decode(raw)
    except msgspec.ValidationError as error:
        return "messaging", error, path
    part = messages.Part(ours, at, told, standby)
    if told.message is not None:
        return "message_echoes" if told.message.is_echo else "messages", part, f"{path}.message"
    for name, event in PARTS.items():
        if getattr(told, name) is not None:
            return event, part, f"{path}.{name}"
    return "messaging:none", None, path
