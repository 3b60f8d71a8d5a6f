"""LinkedIn: a webhook's body or a page of notifications to activities. Events are the actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from commonline.connectors.linkedin import actions
from commonline.connectors.linkedin.actions import Part
from commonline.connectors.linkedin.payload import ACTION, BODY
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = dict.fromkeys(actions.TYPES, actions.happened)
SOCIAL = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no such body."""
    raw = Raw(delivery.body or b"")
    body = BODY.decode(raw)
    ours = settings.get("organization") or None
    parts: list[tuple[str, Any, str]] = []
    if body.type is not None and body.type != SOCIAL:
        parts.append((f"type:{body.type}", None, ""))
    elif body.notifications is None and body.elements is None:
        parts.append((_action(raw), Part(raw, ours), "") if body.action is not None else ("object", None, ""))
    else:
        name = "notifications" if body.notifications is not None else "elements"
        listed = body.notifications if body.notifications is not None else body.elements
        parts += [(_action(one), Part(one, ours), f"{name}[{n}]") for n, one in enumerate(listed or [])]
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _action(raw: Raw) -> str:
    return ACTION.decode(raw).action or "object"
