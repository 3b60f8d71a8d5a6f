"""Bluesky: frames of Jetstream, and feeds, threads and notifications of the AppView, to activities."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import DecodeError, Raw

from commonline.connectors.bluesky import places, records
from commonline.connectors.bluesky.payload import FRAME, LIST, SHAPE, TYPED, VIEW, Author, Frame, Shape
from commonline.connectors.bluesky.places import Made
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "app.bsky.feed.post": records.posted,
    "app.bsky.feed.like": records.related,
    "app.bsky.feed.repost": records.related,
    "app.bsky.graph.follow": records.related,
    "app.bsky.graph.block": records.related,
    "app.bsky.actor.profile": records.profile,
    "identity": records.identity,
    "account": records.account,
    "repost": records.reposted,
}
OPERATIONS = frozenset({"create", "update", "delete"})
DEEPEST = 20
Found = list[tuple[str, Any, str]]


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Everything in a body, in its order. Raises `msgspec.DecodeError` if it is no JSON."""
    body = (delivery.body or b"").strip()
    ours = settings.get("account") or None
    if body.startswith(b"["):
        parts = [one for n, raw in enumerate(LIST.decode(body)) for one in _body(raw, ours, f"[{n}]")]
    else:
        parts = _body(Raw(body), ours, "")
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _body(raw: Raw, ours: str | None, path: str, depth: int = 0) -> Found:
    shape = SHAPE.decode(raw)
    if shape.time_us is not None and shape.kind is not None:
        return [_frame(FRAME.decode(raw), ours, path)]
    listed = [(name, items) for name in ("feed", "posts", "notifications") if (items := getattr(shape, name))]
    if listed:
        return [
            one
            for name, items in listed
            for n, item in enumerate(items)
            for one in _body(item, ours, _join(path, f"{name}[{n}]"), depth + 1)
        ]
    if _there(shape.thread) and depth < DEEPEST:
        return _body(shape.thread, ours, _join(path, "thread"), depth + 1)
    if _there(shape.post):
        return _threaded(shape, ours, path, depth)
    if _there(shape.record) and shape.uri is not None:
        return [_view(raw, ours, path)]
    return [("record" if shape.type is not None else "object", None, path)]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _there(raw: Raw) -> bool:
    return bytes(raw) not in (b"", b"null")


def _threaded(shape: Shape, ours: str | None, path: str, depth: int) -> Found:
    """A post of a feed or thread, with those above and below it."""
    place = _join(path, "post")
    event, made, _ = _view(shape.post, ours, place)
    if isinstance(made, Made) and _there(shape.reason) and _named(shape.reason).endswith("#reasonRepost"):
        return [("repost", (made, shape.reason), place)]
    found: Found = [(event, made, place)]
    if depth < DEEPEST:
        if _there(shape.parent):
            found = _body(shape.parent, ours, _join(path, "parent"), depth + 1) + found
        if bytes(shape.below).lstrip().startswith(b"["):
            for number, item in enumerate(LIST.decode(shape.below)):
                found += _body(item, ours, _join(path, f"replies[{number}]"), depth + 1)
    return found


def _named(raw: Raw) -> str:
    try:
        return TYPED.decode(raw).type or ""
    except DecodeError:
        return ""


def _frame(frame: Frame, ours: str | None, path: str) -> tuple[str, Any, str]:
    commit = frame.commit
    if frame.kind != "commit" or commit is None:
        return frame.kind, (frame, ours), path
    if commit.operation not in OPERATIONS:
        return f"{commit.collection}:{commit.operation}", None, _join(path, "commit")
    try:
        uri = places.address(frame.did, commit.collection, commit.rkey)
    except MalformedPayloadError as error:
        return commit.collection, error, path
    made = Made(
        operation=commit.operation,
        collection=commit.collection,
        uri=uri,
        author=Author(did=frame.did),
        record=commit.record,
        ours=ours,
        cid=commit.cid,
        at=times.from_number(frame.time_us),
    )
    return commit.collection, made, _join(path, "commit.record" if _there(commit.record) else "commit")


def _view(raw: Raw, ours: str | None, path: str) -> tuple[str, Any, str]:
    """A record as the AppView shows it. One without an address is known by its content."""
    view = VIEW.decode(raw)
    author = view.author or Author()
    found = places.parts(view.uri)
    collection = found[1] if found is not None else _named(view.record) or places.POST
    if view.uri and found is None:
        return collection, MalformedPayloadError("is no record's address", "uri"), path
    uri = view.uri or f"bluesky:unaddressed/{hashlib.sha256(bytes(raw)).hexdigest()[:32]}"
    if found is not None and not author.did:
        author = Author(did=found[0])
    made = Made(
        operation="create",
        collection=collection,
        uri=uri,
        author=author,
        record=view.record,
        ours=ours,
        cid=view.cid,
        at=times.parse(view.indexed_at),
        view=view,
    )
    return collection, made, path
