"""Reads the streams of an account, and after every connection the pages of what was missed.

https://docs.joinmastodon.org/methods/streaming/ · https://docs.joinmastodon.org/api/guidelines/#pagination

The stream is opened first, then the gap since the cursor is read by REST, oldest page first, then what the stream told
meanwhile: nothing falls between the two, and what comes twice has the same ids. Edits and deletes within a gap: pages
show a post's newest text; that it was deleted, no page tells.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlencode

import aiohttp
import msgspec
from yarl import URL

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.mastodon import answers, events_stream, timelines
from commonline.connectors.mastodon.payload import ACCOUNT
from commonline.connectors.mastodon.server import OWN_ACCOUNT, own_accounts, server_of
from commonline.connectors.mastodon.timelines import Pages, Timeline
from commonline.errors import ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

TIMEOUT = aiohttp.ClientTimeout(total=60)
STREAM_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=90)
HEARTBEAT_S = 30.0
"""Between our pings; the server's own signs of life come every 15 s (events) or 30 s (WebSocket)."""
FRAME_LIMIT = 4 * 1024 * 1024
WAITING = 2000
"""Frames that wait while pages are read or the broker is slow; beyond, the server has to wait."""
BATCH = 200
REFUSED = frozenset({401, 403})
STREAMING = "/api/v1/streaming"
ALL = ""
"""Position of a timeline whose history was read."""
Opened = TypeVar("Opened")


class _Told(NamedTuple):
    """A frame with what it moves, or the end of its stream."""

    item: Item | None
    heard: timelines.Heard = timelines.NOTHING_HEARD
    end: Exception | None = None


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Yield pages for ever; for history (mode ``backfill``) down to `since_us`."""
    chosen = timelines.timelines(context.settings["timelines"])
    api = _Api(context)
    await api.begin()
    pages = [one for timeline in chosen for one in timeline.pages]
    positions = {key: str(value) for key, value in (cursor or {}).items() if isinstance(value, (str, int))}
    if context.mode != "live":
        for one in pages:
            async for page in _history(api, one, context.since_us or 0, positions):
                yield page
        return
    queue: asyncio.Queue[_Told] = asyncio.Queue(WAITING)
    async with AsyncExitStack() as stack:
        await _listen(api, chosen, queue, stack)
        for one in pages:
            async for page in _missed(api, one, positions):
                yield page
        while True:
            yield await _batch(queue, positions)


async def _batch(queue: asyncio.Queue[_Told], positions: dict[str, str]) -> Page:
    """What the stream told: at least one frame. Raises what ended the stream, after all that came before."""
    items: list[Item] = []
    told = await queue.get()
    while True:
        if told.end is not None:
            if items:
                queue.put_nowait(told)
                break
            raise told.end
        if told.item is not None:
            items.append(told.item)
        key, found = told.heard.key, told.heard.id
        if key is not None and found is not None:
            positions[key] = timelines.advance(positions.get(key), found) or found
        if len(items) >= BATCH or queue.empty():
            break
        told = queue.get_nowait()
    return Page(items, dict(positions))


async def _missed(api: _Api, pages: Pages, positions: dict[str, str]) -> AsyncIterator[Page]:
    """The pages since the position, oldest first. Without one: from the newest post of now on."""
    position = positions.get(pages.key)
    if position is None:
        newest = timelines.extent((await api.page(pages.target(limit=1))).body).newest
        positions[pages.key] = newest or "0"
        yield Page([], dict(positions))
        return
    after = timelines.lowered(position, float(api.settings["overlap_s"]))
    while True:
        target = pages.target(limit=api.page_size, min_id=after)
        answer = await api.page(target)
        extent = timelines.extent(answer.body)
        if not extent.size or extent.newest is None:
            return
        positions[pages.key] = timelines.advance(positions[pages.key], extent.newest) or extent.newest
        yield Page([api.item(answer.body, target, "poll")], dict(positions))
        further = answer.previous or extent.newest
        if timelines.advance(after, further) == after:
            return
        after = further


async def _history(api: _Api, pages: Pages, since_us: int, seen: dict[str, str]) -> AsyncIterator[Page]:
    """The pages from now back to `since_us`, newest first. `seen`: by timeline, the id before which to go on."""
    while (before := seen.get(pages.key)) != ALL:
        target = pages.target(limit=api.page_size, **({"max_id": before} if before else {}))
        answer = await api.page(target)
        extent = timelines.extent(answer.body)
        further = answer.next or extent.oldest
        ends = not extent.size or further is None or further == before or (extent.oldest_us or 0) < since_us
        seen[pages.key] = ALL if ends else str(further)
        items = [api.item(answer.body, target, "poll")] if extent.size else []
        yield Page(items, dict(seen))


async def _listen(api: _Api, chosen: list[Timeline], queue: asyncio.Queue[_Told], stack: AsyncExitStack) -> None:
    """Open all streams, and let what they tell go into the queue."""
    if api.settings["stream"] == "events":
        for timeline in chosen:
            answer = await api.open_events(timeline, stack)
            _start(_events(api, answer, timeline, queue), queue, stack)
        return
    socket = await api.open_socket(chosen[0], stack)
    for timeline in chosen[1:]:
        await socket.send_json({"type": "subscribe", **timeline.query})
    _start(_frames(api, socket, chosen[0], queue), queue, stack)


def _start(reading: Coroutine[Any, Any, None], queue: asyncio.Queue[_Told], stack: AsyncExitStack) -> None:
    async def run() -> None:
        end: Exception = DisconnectedError("the server closed the stream")
        try:
            await reading
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            end = DisconnectedError(f"the stream broke off: {error or type(error).__name__}")
        except Exception as error:
            end = error
        await queue.put(_Told(None, end=end))

    task = asyncio.ensure_future(run())

    async def stop() -> None:
        task.cancel()
        await asyncio.wait([task])

    stack.push_async_callback(stop)


async def _frames(
    api: _Api, socket: aiohttp.ClientWebSocketResponse, first: Timeline, queue: asyncio.Queue[_Told]
) -> None:
    target = f"{STREAMING}?{urlencode(first.query)}"
    async for message in socket:
        if message.type is aiohttp.WSMsgType.ERROR:
            raise DisconnectedError(f"the stream broke off: {message.data}")
        body = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
        told = timelines.heard(body, first.stream)
        if told.error is not None:
            raise answers.refusal(told.status, f"a timeline: {told.error}")
        await queue.put(_Told(api.item(body, target, "stream"), told))


async def _events(api: _Api, answer: aiohttp.ClientResponse, timeline: Timeline, queue: asyncio.Queue[_Told]) -> None:
    blocks = events_stream.Blocks(FRAME_LIMIT)
    async for data in answer.content.iter_any():
        for body in blocks.feed(data):
            told = timelines.moved(*events_stream.named(body), timeline.key)
            item = api.item(body, timeline.events_target, "stream", "text/event-stream")
            await queue.put(_Told(item, told))


class _Answer(NamedTuple):
    """A page, and the ids by which the server says to go on: towards newer ones and older ones."""

    body: bytes
    previous: str | None
    next: str | None


class _Api:
    """The server with our token."""

    def __init__(self, context: Context) -> None:
        self.settings = settings = context.settings
        self.http = context.http
        self.clock = context.clock
        self.base = answers.base(settings["instance"])
        self.page_size = max(1, min(int(settings["page_size"]), 40))
        token = settings.get("access_token")
        if not isinstance(token, ResolvedSecret):
            raise ConfigurationError("access_token is missing; reading timelines needs it")
        self.token = token.value
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self.streaming = str(settings.get("streaming_url") or "")
        self.own: dict[str, str] = {}
        self.wait_until_us: int | None = None

    async def begin(self) -> None:
        """Ask who we are, and where the streams are. Servers that do not say are taken as they are."""
        status, body, _ = await self._get("/api/v1/accounts/verify_credentials")
        if status == 401:
            raise answers.refusal(status, "the token")
        if status == 200:
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                self.own = {OWN_ACCOUNT: " ".join(own_accounts(server_of(self.settings), ACCOUNT.decode(body)))}
        if not self.streaming:
            status, body, _ = await self._get("/api/v2/instance")
            self.streaming = (answers.streaming(body) if status == 200 else None) or self.base

    def item(
        self, body: bytes, target: str, transport: Literal["poll", "stream"], content_type: str = "application/json"
    ) -> Item:
        """What the server said, with whom it said it to."""
        return Item(body, content_type, request=f"GET {target}", headers=self.own, transport=transport)

    async def page(self, target: str) -> _Answer:
        """A page of the API. Raises `ConfigurationError` for what only a person can mend."""
        if self.wait_until_us is not None and self.wait_until_us > self.clock():
            after = (self.wait_until_us - self.clock()) / 1_000_000
            raise RetryLaterError("Mastodon: no calls are left for now (X-RateLimit-Remaining is 0)", after)
        status, body, answer = await self._get(target)
        if status != 200:
            raise answers.refusal(status, target.partition("?")[0])
        return _Answer(
            body, answers.linked(answer.links, "prev", "min_id"), answers.linked(answer.links, "next", "max_id")
        )

    async def _get(self, target: str) -> tuple[int, bytes, aiohttp.ClientResponse]:
        """Status and body. Raises `RetryLaterError` (429), `DisconnectedError` (network, 5xx)."""
        url = URL(self.base + target, encoded=True)
        try:
            async with self.http.get(url, headers=self.headers, timeout=TIMEOUT, allow_redirects=False) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DisconnectedError(f"Mastodon at {self.base}: {error or type(error).__name__}") from error
        self._limits(answer)
        if answer.status >= 500:
            raise DisconnectedError(f"Mastodon at {self.base} answered {answer.status}")
        return answer.status, body, answer

    def _limits(self, answer: aiohttp.ClientResponse) -> None:
        if answer.status == 429:
            after = answers.retry_after(answer.headers, self.clock())
            raise RetryLaterError(f"Mastodon answered 429; asking again in {after:.0f} s", after)
        if answer.headers.get("X-RateLimit-Remaining") == "0":
            self.wait_until_us = times.parse(answer.headers.get("X-RateLimit-Reset"))

    async def open_socket(self, timeline: Timeline, stack: AsyncExitStack) -> aiohttp.ClientWebSocketResponse:
        """The WebSocket, with its first stream."""
        url, headers = self._stream(f"{STREAMING}?{urlencode(timeline.query)}")
        opening = self.http.ws_connect(url, headers=headers, heartbeat=HEARTBEAT_S, max_msg_size=FRAME_LIMIT)
        return await self._open(opening, stack)

    async def open_events(self, timeline: Timeline, stack: AsyncExitStack) -> aiohttp.ClientResponse:
        """A stream of server-sent events."""
        url, headers = self._stream(timeline.events_target)
        opening = self.http.get(url, headers=headers, timeout=STREAM_TIMEOUT, allow_redirects=False)
        answer = await self._open(opening, stack)
        self._limits(answer)
        if answer.status != 200:
            raise answers.refusal(answer.status, f"the stream {timeline.stream}")
        return answer

    async def _open(self, opening: AbstractAsyncContextManager[Opened], stack: AsyncExitStack) -> Opened:
        try:
            return await stack.enter_async_context(opening)
        except aiohttp.WSServerHandshakeError as error:
            if error.status == 429:
                after = answers.retry_after(error.headers or {}, self.clock())
                raise RetryLaterError(f"Mastodon answered 429 to the stream; again in {after:.0f} s", after) from error
            if error.status in REFUSED:
                raise answers.refusal(error.status, "the stream") from error
            raise DisconnectedError(f"the stream at {self.streaming} answered {error.status}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DisconnectedError(f"the stream at {self.streaming}: {error or type(error).__name__}") from error

    def _stream(self, target: str) -> tuple[URL, dict[str, str]]:
        """Address and headers of a stream, one of them with the token."""
        url = answers.streaming_url(self.streaming, self.base, target)
        if self.settings["stream_auth"] == "header":
            return url, self.headers
        return url.update_query(access_token=self.token), {}
