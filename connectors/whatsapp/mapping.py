"""WhatsApp: a webhook's body to activities. A body may hold messages and statuses of several numbers.

An event is the change's field; what stands in it has a name of its own where it is not what the field says:
``statuses.failed``, ``messages.<type>`` for a type that is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from commonline.connectors.whatsapp import events, messages
from commonline.connectors.whatsapp.payload import BODY, HEAD, VALUE, Change, Head, Value
from commonline.connectors.whatsapp.people import Part
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

OBJECT = "whatsapp_business_account"
EVENTS: dict[str, EventMapping] = {
    "messages": messages.received,
    "smb_message_echoes": messages.echoed,
    "statuses.failed": messages.failed,
    "calls": events.called,
    "user_preferences": events.preferred,
    "user_id_update": events.renamed,
    "group_participants_update": events.grouped,
}
Naming = Callable[[Head], str]


def _message(field: str) -> Naming:
    return lambda head: field if head.type in messages.TYPES else f"messages.{head.type}"


LISTS: tuple[tuple[str, Naming], ...] = (
    ("messages", _message("messages")),
    ("message_echoes", _message("smb_message_echoes")),
    ("statuses", lambda head: "statuses.failed" if head.status == "failed" else "statuses"),
    ("calls", lambda _: "calls"),
    ("user_preferences", lambda _: "user_preferences"),
    ("user_id_update", lambda _: "user_id_update"),
)
"""The lists of a value, and the event of what stands in them."""


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no such body."""
    body = BODY.decode(delivery.body or b"")
    parts: list[tuple[str, Any, str]] = []
    if body.entry is None:
        parts.append((f"object:{body.object}" if body.object else "object", None, ""))
    for number, account in enumerate(body.entry or []):
        for index, change in enumerate(account.changes):
            path = f"entry[{number}].changes[{index}]"
            if body.object not in (OBJECT, None):
                parts.append((f"object:{body.object}", None, path))
            else:
                parts += _parts(change, f"{path}.value")
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _parts(change: Change, path: str) -> list[tuple[str, Any, str]]:
    if change.field not in EVENTS and change.field not in ("messages", "statuses"):
        return [(change.field, None, path)]
    try:
        value = VALUE.decode(change.value)
    except msgspec.ValidationError as error:
        return [(change.field, error, path)]
    found: list[tuple[str, Any, str]] = []
    for name, naming in LISTS:
        for index, raw in enumerate(getattr(value, name) or []):
            found.append(_part(naming, raw, value, f"{path}.{name}[{index}]"))
    if change.field == "group_participants_update":
        found += [(change.field, Part(raw, value), f"{path}.groups[{n}]") for n, raw in enumerate(value.groups or [])]
    return found or [("errors" if value.errors else "empty", None, path)]


def _part(naming: Naming, raw: msgspec.Raw, value: Value, path: str) -> tuple[str, Any, str]:
    try:
        return naming(HEAD.decode(raw)), Part(raw, value), path
    except msgspec.ValidationError as error:
        return "part", error, path
