"""Threads: a webhook's body, or what lists answered, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from commonline.connectors.threads import media
from commonline.connectors.threads.payload import BODY, SHAPE
from commonline.kit import times
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "replies": media.written,
    "mentions": media.written,
    "publish": media.written,
    "media": media.written,
    "delete": media.deleted,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no such body."""
    raw = Raw(delivery.body or b"")
    body = BODY.decode(raw)
    ours = str(settings["username"]).removeprefix("@").lower()
    parts: list[tuple[str, Any, str]] = []
    if body.values is not None:
        at = times.parse(body.time)
        told = body.values if isinstance(body.values, list) else [body.values]
        for number, one in enumerate(told):
            place = f"values[{number}].value" if isinstance(body.values, list) else "values.value"
            parts.append((one.field, media.Part(one.value, ours, at), place))
    elif body.data is not None:
        for number, item in enumerate(body.data):
            shape = SHAPE.decode(item)
            event = "media" if shape.id is not None and shape.timestamp is not None else "object"
            parts.append((event, media.Part(item, ours), f"data[{number}]"))
    elif body.id is not None and body.timestamp is not None:
        parts.append(("media", media.Part(raw, ours), ""))
    else:
        parts.append(("error" if body.error is not None else "object", None, ""))
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]
