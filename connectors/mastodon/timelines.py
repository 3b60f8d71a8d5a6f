"""What is read of a server: streams, the pages that fill their gaps, and how far each has been read.

A position is the newest id of a timeline. Ids are numbers that grow with time (Mastodon) or texts that sort by it
(others); Mastodon's are made of milliseconds since 1970, shifted by 16 bits.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder

from commonline.connectors.mastodon.payload import NOTHING, Id, given
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit import times

SNOWFLAKE_BITS = 16
SMALLEST_SNOWFLAKE = 10**16
"""Ids below are counted, not made of the time (notifications, small servers of other makes)."""
HOME, NOTIFICATIONS, CONVERSATIONS = "home", "notifications", "conversations"
MODIFIERS = ("local", "remote", "media")


class Pages(NamedTuple):
    """A timeline of the REST API. `key` names its position in the cursor."""

    key: str
    path: str
    query: dict[str, str]

    def target(self, **more: str | int) -> str:
        """Path and query of a page."""
        return f"{self.path}?{urlencode({**self.query, **more})}"


class Timeline(NamedTuple):
    """A stream (`stream` with `parameters`) and the pages that tell the same."""

    stream: str
    parameters: dict[str, str]
    pages: tuple[Pages, ...]

    @property
    def key(self) -> str:
        """How its frames name it: ``hashtag:kettle``."""
        return ":".join([self.stream, *self.parameters.values()])

    @property
    def query(self) -> dict[str, str]:
        """The query that opens the stream."""
        return {"stream": self.stream, **self.parameters}

    @property
    def events_target(self) -> str:
        """The path of the stream as server-sent events."""
        path = "/api/v1/streaming/" + self.stream.replace(":", "/")
        return f"{path}?{urlencode(self.parameters)}" if self.parameters else path


def timeline(name: str) -> Timeline:
    """A timeline by its name in the setting `timelines`. Raises `ConfigurationError` for a name that is none."""
    kind, _, rest = name.partition(":")
    if name == "user":
        home = Pages(HOME, "/api/v1/timelines/home", {})
        return Timeline("user", {}, (home, Pages(NOTIFICATIONS, "/api/v1/notifications", {})))
    if name == "direct":
        return Timeline("direct", {}, (Pages(CONVERSATIONS, "/api/v1/conversations", {}),))
    if kind == "public":
        words = rest.split(":") if rest else []
        if all(word in MODIFIERS for word in words):
            query = {("only_media" if word == "media" else word): "true" for word in words}
            return Timeline(name, {}, (Pages(name, "/api/v1/timelines/public", query),))
    if kind == "hashtag" and rest:
        local, _, inner = rest.partition(":")
        tag = (inner if local == "local" else rest).removeprefix("#")
        stream = "hashtag:local" if local == "local" else "hashtag"
        query = {"local": "true"} if local == "local" else {}
        if tag:
            path = f"/api/v1/timelines/tag/{quote(tag, safe='')}"
            return Timeline(stream, {"tag": tag}, (Pages(f"{stream}:{tag}", path, query),))
    if kind == "list" and rest:
        path = f"/api/v1/timelines/list/{quote(rest, safe='')}"
        return Timeline("list", {"list": rest}, (Pages(f"list:{rest}", path, {}),))
    raise ConfigurationError(
        f"timelines: {name!r} is none; there are user, direct, public, public:local, public:remote, hashtag:<tag>, "
        "hashtag:local:<tag>, list:<id>"
    )


def timelines(names: list[Any]) -> list[Timeline]:
    """All timelines of a source, each once. Raises `ConfigurationError`."""
    if not names:
        raise ConfigurationError('timelines: is empty; give at least one, for instance timelines = ["user"]')
    return [timeline(str(name)) for name in dict.fromkeys(names)]


class _Item(Struct):
    id: Id | None = None
    created_at: str | None = None
    last_status: Raw = NOTHING


class _Frame(Struct):
    event: str = ""
    stream: list[str] = []
    payload: Any = None
    error: Any = None
    status: Any = None


_PAGE = Decoder(list[_Item])
_ITEM = Decoder(_Item)
_FRAME = Decoder(_Frame)


class Extent(NamedTuple):
    """What a page spans: ids by which it is paged, and the time of its oldest item in microseconds."""

    size: int
    newest: str | None
    oldest: str | None
    oldest_us: int | None


def extent(body: bytes) -> Extent:
    """The extent of a page. Raises `MalformedPayloadError` if it is none."""
    try:
        items = [_paged(item) for item in _PAGE.decode(body)]
    except (DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayloadError(f"a page of the API: {error}") from error
    ids = [str(item.id) for item in items if item.id is not None]
    moments = [moment for item in items if (moment := times.parse(item.created_at)) is not None]
    return Extent(
        len(items),
        max(ids, key=_order, default=None),
        min(ids, key=_order, default=None),
        min(moments, default=None),
    )


def _paged(item: _Item) -> _Item:
    """Conversations are paged by their newest message."""
    return _ITEM.decode(item.last_status) if given(item.last_status) else item


def advance(position: str | None, found: str | None) -> str | None:
    """The newer of two positions."""
    if position is None or found is None:
        return position if found is None else found
    return max(position, found, key=_order)


def _order(native_id: str) -> tuple[int, str]:
    return len(native_id), native_id


def lowered(position: str, overlap_s: float) -> str:
    """The position so much earlier, where ids are made of the time."""
    if not position.isdigit() or (value := int(position)) < SMALLEST_SNOWFLAKE:
        return position
    return str(max(0, value - (round(overlap_s * 1000) << SNOWFLAKE_BITS)))


class Heard(NamedTuple):
    """What a frame moves: the key of a position and its new id; or the error that the server tells."""

    key: str | None = None
    id: str | None = None
    error: str | None = None
    status: int | None = None


NOTHING_HEARD = Heard()


def heard(body: bytes, stream: str) -> Heard:
    """What a WebSocket frame says about positions; `stream` is the one of older servers, which do not name it."""
    try:
        frame = _FRAME.decode(body)
        if frame.error is not None and not frame.event:
            return Heard(error=str(frame.error), status=frame.status if isinstance(frame.status, int) else None)
        if isinstance(frame.payload, str):
            return moved(frame.event, frame.payload.encode(), ":".join(frame.stream) or stream)
    except (DecodeError, UnicodeError, RecursionError):
        return NOTHING_HEARD
    return NOTHING_HEARD


def moved(event: str, payload: bytes, stream: str) -> Heard:
    """The position that an event moves. What cannot be read moves none; its mapping says what is wrong with it."""
    if event not in ("update", "notification", "conversation"):
        return NOTHING_HEARD
    try:
        item = _paged(_ITEM.decode(payload))
    except (DecodeError, UnicodeError, RecursionError):
        return NOTHING_HEARD
    if item.id is None:
        return NOTHING_HEARD
    if event == "update":
        key = HOME if stream == "user" else stream
    else:
        key = NOTIFICATIONS if event == "notification" else CONVERSATIONS
    return Heard(key=key, id=str(item.id))
