"""Jetstream, a stream of everything that is written on the network, of which this source takes what concerns it.

https://github.com/bluesky-social/jetstream

Jetstream keeps about a day and repeats it from any time on, so that a connection begins a little before the last frame
that was read; what comes twice has the same ids. History is what the listed accounts wrote, by the AppView, and of
everything else what Jetstream still has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL

from commonline.connectors.bluesky.places import DID, is_did
from commonline.errors import ConfigurationError, DisconnectedError
from commonline.kit import times
from commonline.kit.api import Api
from commonline.kit.frames import Frames
from commonline.kit.source import Context, Cursor, Item, Page

SUBSCRIBE = "/subscribe"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed"
STREAM_TIMEOUT = aiohttp.ClientWSTimeout(ws_receive=90.0)
HEARTBEAT_S = 30.0
FRAME_LIMIT = 4 * 1024 * 1024
QUIET_S = 10.0
"""The position is kept at least so often, where much is read and little of it taken."""
REMEMBERED = 20_000
"""Records that were taken, so that their removal is taken too: it holds nothing but the address."""
KEPT_US = 24 * 3600 * times.SECOND
"""What Jetstream has of the past, at least."""
ACCOUNTS = frozenset({"identity", "account"})


class _Commit(msgspec.Struct):
    operation: str = ""
    collection: str = ""
    rkey: str = ""


class _Frame(msgspec.Struct):
    did: str = ""
    time_us: int = 0
    kind: str = ""
    commit: _Commit | None = None


class _Feed(msgspec.Struct):
    feed: list[msgspec.Raw]
    cursor: str | None = None


class _Post(msgspec.Struct):
    indexed_at: str | None = msgspec.field(default=None, name="indexedAt")


class _Item(msgspec.Struct):
    post: _Post


_FRAME = msgspec.json.Decoder(_Frame)
_FEED = msgspec.json.Decoder(_Feed)
_ITEM = msgspec.json.Decoder(_Item)


class Choice:
    """What is taken: all that listed accounts do, and what names our account or holds a word."""

    def __init__(self, account: str | None, dids: Sequence[str], words: Sequence[str]) -> None:
        if not account and not dids and not words:
            raise ConfigurationError(
                'account, dids and match are empty: say what is read, for instance match = ["acme"]'
            )
        for one in [*([account] if account else []), *dids]:
            if not is_did(one):
                raise ConfigurationError(f"account, dids: {one!r} is no DID; it looks like did:plc:…")
        self.dids = frozenset([*dids, *([account] if account else [])])
        self.everybody = bool(account or words)
        """Whether all accounts must be read; else Jetstream itself leaves out the others."""
        self._words = [word.lower().encode() for word in [*words, *([account] if account else [])]]
        self._taken: dict[str, None] = {}

    def takes(self, raw: bytes, frame: _Frame) -> bool:
        """Whether a frame is to be kept."""
        if frame.did in self.dids:
            return True
        commit = frame.commit
        if frame.kind in ACCOUNTS or commit is None:
            return False
        name = f"{frame.did}/{commit.collection}/{commit.rkey}"
        if commit.operation == "delete":
            return self._taken.pop(name, self) is None
        low = raw.lower()
        if not any(word in low for word in self._words):
            return False
        self._taken[name] = None
        if len(self._taken) > REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return True


class _Reading:
    """One connection: frames that are taken, and how far it has been read."""

    def __init__(self, context: Context, choice: Choice, since_us: int | None) -> None:
        self.context, self.choice, self.newest = context, choice, since_us

    async def frames(self) -> AsyncIterator[bytes]:
        """An empty frame when it is open, then those that are taken."""
        settings = self.context.settings
        query = [("wantedCollections", str(one)) for one in settings["collections"]]
        if not self.choice.everybody:
            query += [("wantedDids", did) for did in sorted(self.choice.dids)]
        if self.newest is not None:
            query.append(("cursor", str(self.newest)))
        url = URL(f"{str(settings['jetstream_url']).rstrip('/')}{SUBSCRIBE}?{urlencode(query)}", encoded=True)
        try:
            async with self.context.http.ws_connect(
                url, heartbeat=HEARTBEAT_S, max_msg_size=FRAME_LIMIT, timeout=STREAM_TIMEOUT
            ) as socket:
                yield b""
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.ERROR:
                        raise DisconnectedError(f"Jetstream broke off: {message.data}")
                    raw = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
                    frame = self._read(raw)
                    if frame is None or self.choice.takes(raw, frame):
                        yield raw
                    if frame is not None and frame.time_us > (self.newest or 0):
                        self.newest = frame.time_us
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise DisconnectedError(f"Jetstream: {error or type(error).__name__}") from error
        raise DisconnectedError("Jetstream closed the connection")

    def _read(self, raw: bytes) -> _Frame | None:
        """None for what is no frame: it is kept, and its mapping says what is wrong with it."""
        try:
            return _FRAME.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """The stream for ever; in mode ``backfill`` what there is since `since_us`."""
    settings = context.settings
    choice = Choice(settings.get("account"), settings["dids"], settings["match"])
    held = dict(cursor or {})
    if context.mode == "backfill":
        async for page in _history(context, choice, held):
            yield page
        return
    position = held.get("time_us")
    begin = None if position is None else int(position) - int(float(settings["rewind_s"]) * times.SECOND)
    async for page in _stream(context, choice, begin, None):
        yield page


async def _stream(context: Context, choice: Choice, begin: int | None, until: int | None) -> AsyncIterator[Page]:
    """Frames since `begin`; to the end of `until`, if it is given, and then no more."""
    reading = _Reading(context, choice, begin)
    async with Frames(reading.frames()) as frames:
        while True:
            batch = [raw for raw in await frames.batch(wait_s=QUIET_S) if raw]
            newest = reading.newest
            items = [Item(raw, request=f"GET {SUBSCRIBE}", transport="stream") for raw in batch]
            if items or newest is not None:
                yield Page(items, None if newest is None else {"time_us": newest})
            if until is not None and (newest is None or newest >= until or not batch):
                return


async def _history(context: Context, choice: Choice, held: dict[str, Any]) -> AsyncIterator[Page]:
    """What listed accounts wrote, newest first, then what Jetstream has; `done` names accounts that are read."""
    done: list[str] = list(held.get("done", []))
    since = context.since_us or 0
    api = Api(context, "bluesky", str(context.settings["api_url"]), {})
    for did in sorted(choice.dids - set(done)):
        after: str | None = held.get("after") if held.get("did") == did else None
        while True:
            body, oldest, after = await _feed(api, did, after)
            items = [Item(body, request=f"GET {FEED}?actor={quote(did, safe=':')}", transport="poll")] if body else []
            ends = after is None or (oldest is not None and oldest < since)
            if ends:
                done.append(did)
            yield Page(items, {"done": list(done)} if ends else {"done": list(done), "did": did, "after": after})
            if ends:
                break
    now = context.clock()
    begin = max(since, now - KEPT_US, int(held.get("time_us", 0)))
    async for page in _stream(context, choice, begin, now):
        yield Page(page.items, {"done": done, **(page.cursor or {})})


async def _feed(api: Api, did: str, after: str | None) -> tuple[bytes, int | None, str | None]:
    """A page of what somebody wrote, the time of its oldest post, and where to go on."""
    if not DID.match(did):
        raise ConfigurationError(f"dids: {did!r} is no DID")
    answer = await api.get(FEED, {"actor": did, "limit": "100", **({"cursor": after} if after else {})})
    if answer is None:
        raise ConfigurationError(f"the AppView does not know {did}: check account and dids")
    told = answer.decode(_FEED)
    moments = [moment for raw in told.feed if (moment := times.parse(_ITEM.decode(raw).post.indexed_at)) is not None]
    return answer.body if told.feed else b"", min(moments, default=None), told.cursor if told.feed else None
