"""YouTube: resources of the Data API, and push notifications about videos, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from commonline.connectors.youtube import comments
from commonline.connectors.youtube.comments import Part
from commonline.connectors.youtube.payload import SHAPE, THREAD
from commonline.kit import feeds
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "youtube#commentThread": comments.written,
    "youtube#comment": comments.written,
    "entry": comments.video,
    "deleted-entry": comments.removed,
}
LIST = "ListResponse"
Found = list[tuple[str, Any, str]]


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` and `MalformedPayloadError`."""
    body = (delivery.body or b"").strip()
    ours = frozenset(str(one) for one in settings["channels"])
    parts = _pushed(delivery, ours) if body.startswith(b"<") else _resource(Raw(body), ours, "")
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _pushed(delivery: Delivery, ours: frozenset[str]) -> Found:
    feed = feeds.parse(delivery.body or b"", delivery.content_type)
    found: Found = [("entry", (one, ours), f"entry[{number}]") for number, one in enumerate(feed.entries)]
    gone = enumerate(feed.removed)
    return found + [("deleted-entry", (ref, when, ours), f"deleted-entry[{number}]") for number, (ref, when) in gone]


def _resource(raw: Raw, ours: frozenset[str], path: str) -> Found:
    shape = SHAPE.decode(raw)
    kind = shape.kind if isinstance(shape.kind, str) else "object"
    if shape.items is not None:
        found = [one for n, item in enumerate(shape.items) for one in _resource(item, ours, f"{path}items[{n}]")]
        return found or ([("empty", None, path)] if kind.endswith(LIST) else [("object", None, path)])
    if kind != "youtube#commentThread":
        return [(kind, Part(raw, ours), path)]
    thread = THREAD.decode(raw)
    top = thread.snippet
    found = [(kind, Part(top.comment, ours, top.video, top.channel), f"{path}.snippet.topLevelComment".lstrip("."))]
    for number, answer in enumerate(thread.replies.comments if thread.replies is not None else []):
        place = f"{path}.replies.comments[{number}]".lstrip(".")
        found.append(("youtube#comment", Part(answer, ours, top.video, top.channel), place))
    return found
