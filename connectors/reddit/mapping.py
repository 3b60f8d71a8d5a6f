"""Reddit: listings, comment trees and single things to activities. Events are the kinds of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from commonline.connectors.reddit import things
from commonline.connectors.reddit.payload import ANSWERED, CHILDREN, NODE, NODES, THING, Children
from commonline.connectors.reddit.things import Part
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = dict.fromkeys(("t1", "t3", "t4", "LiveUpdate"), things.told)
DEEPEST = 200
MOST = 5000
Found = list[tuple[str, Any, str]]


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Every thing in a body, answers behind what they answer. Raises `msgspec.DecodeError` if it is no JSON."""
    body = (delivery.body or b"").strip()
    ours = str(settings.get("account") or "").removeprefix("u/").lower() or None
    found: Found = []
    nodes = NODES.decode(body) if body.startswith(b"[") else [Raw(body)]
    for number, node in enumerate(nodes):
        _walk(node, ours, f"[{number}]" if body.startswith(b"[") else "", found, 0)
    return [
        Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(found[:MOST])
    ]


def _walk(raw: Raw, ours: str | None, path: str, found: Found, depth: int) -> None:
    node = NODE.decode(raw)
    if bytes(node.json):
        answered = ANSWERED.decode(node.json)
        _children(answered.data or Children(), ours, f"{path}.json.data".lstrip("."), found, depth)
        if answered.data is None:
            found.append(("errors" if answered.errors else "object", None, path))
    elif node.kind == "Listing" and bytes(node.data):
        _children(CHILDREN.decode(node.data), ours, f"{path}.data".lstrip("."), found, depth)
    elif node.kind is None or not bytes(node.data):
        found.append(("errors" if node.error or node.errors else "object", None, path))
    else:
        place = f"{path}.data".lstrip(".")
        found.append((node.kind, Part(node.data, node.kind, ours), place))
        _answers(node.kind, node.data, ours, place, found, depth)


def _children(told: Children, ours: str | None, path: str, found: Found, depth: int) -> None:
    for name in ("children", "things"):
        for number, child in enumerate(getattr(told, name) or []):
            _walk(child, ours, f"{path}.{name}[{number}]", found, depth + 1)


def _answers(kind: str, data: Raw, ours: str | None, path: str, found: Found, depth: int) -> None:
    """What was answered to a comment or message: a listing, or an empty text."""
    if kind not in ("t1", "t4") or depth >= DEEPEST or b'"replies"' not in bytes(data):
        return
    try:
        replies = THING.decode(data).replies
    except ValueError:
        return
    if bytes(replies).lstrip().startswith(b"{"):
        _walk(replies, ours, f"{path}.replies", found, depth + 1)
