"""GitLab: a webhook's body to activities. The event is the body's ``object_kind``, or ``event_name``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.gitlab import code, issues, notes
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "issue": issues.mapped,
    "work_item": issues.mapped,
    "merge_request": issues.mapped,
    "note": notes.written,
    "emoji": notes.reacted,
    "push": code.pushed,
    "release": code.released,
    "wiki_page": code.wiki,
}


class _Attributes(msgspec.Struct):
    action: str | None = None


class _Head(msgspec.Struct):
    object_kind: str | None = None
    event_name: str | None = None
    object_attributes: _Attributes | None = None


_HEAD = msgspec.json.Decoder(_Head)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    head = _HEAD.decode(body)
    event = head.object_kind or head.event_name or "object"
    action = head.object_attributes.action if head.object_attributes is not None else None
    if event in issues.KINDS and action is not None and action not in issues.ACTIONS:
        event = f"{event}.{action}"
    return [Entry(0, event, body, "", delivery, settings)]
