"""ActivityPub: what is posted to an inbox to activities. Events are the activities' types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.activitypub import activities, objects
from commonline.connectors.activitypub.activities import EDGES, Part
from commonline.connectors.activitypub.payload import LIST, THING, Thing, iri, listed, thing, word
from commonline.connectors.activitypub.people import ACTORS, Where
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {**dict.fromkeys(EDGES, activities.mapped), "object": activities.mapped}
COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})
OBJECTS = frozenset({*objects.TYPES, "Tombstone"})
DEEPEST = 3
"""How often an activity may be passed on: a group announces what its members did."""
Found = list[tuple[str, Any, str]]


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The activity, or those of a collection. Raises `msgspec.DecodeError` if it is no JSON."""
    body = (delivery.body or b"").strip()
    where = Where(settings.get("account") or None)
    if body.startswith(b"["):
        parts = [one for n, value in enumerate(LIST.decode(body)) for one in _value(value, where, f"[{n}]", 0)]
    else:
        parts = _thing(THING.decode(body), where, "", 0)
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _value(value: Any, where: Where, path: str, depth: int) -> Found:
    if isinstance(value, str):
        return [("reference", None, path)]
    try:
        return _thing(msgspec.convert(value, Thing), where, path, depth)
    except msgspec.ValidationError as error:
        return [("document", error, path)]


def _thing(told: Thing, where: Where, path: str, depth: int) -> Found:
    kind = word(told.type) or ""
    if kind in COLLECTIONS:
        return _collection(told, where, path, depth)
    if kind == "Announce" and depth < DEEPEST:
        inner = thing(told.object)
        if inner is not None and word(inner.type) in EDGES:
            passed = Where(where.ours, iri(told.actor))
            return _thing(inner, passed, f"{path}.object".lstrip("."), depth + 1)
    if kind in EDGES:
        return [(kind, Part(told, where), path)]
    if kind in OBJECTS:
        return [("object", Part(told, where), path)]
    if kind in ACTORS:
        return [("actor", None, path)]
    if kind == "Conversation":
        return [("collection", None, path)]
    if told.attributed_to is not None and (told.content is not None or told.name is not None):
        return [("object", Part(told, where), path)]
    # An activity has an actor; what has none, and nobody wrote, is no event.
    return [(kind if kind and told.actor is not None else "document", None, path)]


def _collection(told: Thing, where: Where, path: str, depth: int) -> Found:
    items = listed(told.ordered_items) or listed(told.items)
    if depth >= DEEPEST:
        return []
    found = [
        one
        for number, item in enumerate(items)
        if isinstance(item, dict)
        for one in _value(item, where, f"{path}.items[{number}]".lstrip("."), depth + 1)
    ]
    return found or [("collection", None, path)]
