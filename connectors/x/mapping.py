"""X: bodies of webhooks, lines of streams and pages of the API to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from commonline.connectors.x import activity, people, second_api
from commonline.connectors.x.activity import Part
from commonline.connectors.x.payload import ACTIVITY, LIST
from commonline.connectors.x.people import Side
from commonline.connectors.x.second_payload import EVENT, INNER, SHAPE, Includes, Inner, Shape
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

LISTS = (
    "tweet_create_events",
    "favorite_events",
    "follow_events",
    "block_events",
    "mute_events",
    "tweet_delete_events",
    "direct_message_events",
    "direct_message_indicate_typing_events",
    "direct_message_mark_read_events",
)
EVENTS: dict[str, EventMapping] = {
    "tweet": activity.posted,
    "tweet_create_events": activity.posted,
    "post.create": activity.posted,
    "favorite_events": activity.liked,
    "follow_events": activity.followed,
    "block_events": activity.blocked,
    "tweet_delete_events": activity.deleted,
    "direct_message_events": activity.direct,
    "dm.MessageCreate": activity.message,
    "post.delete": activity.deleted,
    "follow.follow": activity.followed,
    "follow.unfollow": activity.followed,
}
Found = list[tuple[str, Any, str]]


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no JSON."""
    body = (delivery.body or b"").strip()
    own = frozenset({str(settings["account_id"])}) if settings.get("account_id") else frozenset()
    if body.startswith(b"["):
        parts = [one for n, raw in enumerate(LIST.decode(body)) for one in _body(raw, own, f"[{n}]")]
    else:
        parts = _body(Raw(body), own, "")
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _body(raw: Raw, own: frozenset[str], path: str) -> Found:
    shape = SHAPE.decode(raw)
    if shape.for_user_id is not None or shape.user_event is not None:
        return _activity(raw, own, path)
    side = Side(None, own)
    if bytes(shape.data) not in (b"", b"null"):
        return _second(shape.data, shape.includes, side, f"{path}.data".lstrip("."))
    if shape.id_str is not None and shape.user is not None and (shape.text is not None or shape.full_text is not None):
        return [("tweet", Part(raw, side), path)]
    return [(_named(shape), None, path)]


def _named(shape: Shape) -> str:
    return "errors" if shape.errors is not None else "object"


def _activity(raw: Raw, own: frozenset[str], path: str) -> Found:
    told = ACTIVITY.decode(raw)
    subscribed = people.text_id(told.for_user_id)
    if subscribed is None and told.user_event is None:
        return [("tweet_create_events", MalformedPayloadError("is no id", "for_user_id"), path)]
    side = Side(subscribed, own | ({subscribed} if subscribed else frozenset()))
    found: Found = []
    for name in LISTS:
        for number, part in enumerate(getattr(told, name)):
            place = f"{path}.{name}[{number}]".lstrip(".")
            found.append((name, Part(part, side, told.users), place))
    if told.user_event is not None:
        found.append(("user_event", None, "user_event"))
    return found or [("activity", None, path)]


def _second(data: Raw, includes: Includes | None, side: Side, path: str) -> Found:
    """An item, or a page of them, of API 2."""
    listed = bytes(data).lstrip().startswith(b"[")
    items = LIST.decode(data) if listed else [data]
    known = second_api.beside(includes)
    found: Found = []
    for number, raw in enumerate(items):
        place = f"{path}[{number}]" if listed else path
        inner = INNER.decode(raw)
        if inner.event_type is not None and inner.payload is not None:
            found.append(_event(raw, side, place))
        elif isinstance(inner.event_type, str):
            found.append((f"dm.{inner.event_type}", Part(raw, side, {}, known), place))
        elif _is_post(inner):
            found.append(("tweet", Part(raw, side, {}, known), place))
        else:
            found.append(("object", None, place))
    return found or [("nothing", None, path)]


def _is_post(inner: Inner) -> bool:
    """What an app itself has just sent answers with id and text alone."""
    return inner.text is not None and inner.id is not None and inner.username is None


def _event(raw: Raw, side: Side, path: str) -> tuple[str, Any, str]:
    """An event of the X Activity API: its payload is an object of API 2."""
    told = EVENT.decode(raw)
    subscribed = people.text_id(told.filter.user_id) if told.filter is not None else None
    whose = Side(subscribed, side.own | ({subscribed} if subscribed else frozenset()))
    made = people.text_id(told.event_uuid)
    at = people.time_of(made) if made else None
    return told.event_type, Part(told.payload, whose, {}, second_api.beside(told.includes), at), f"{path}.payload"
