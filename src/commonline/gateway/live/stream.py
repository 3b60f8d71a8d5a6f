"""The whole life of one stream: where it begins, what it missed, what comes; pieces of bytes for a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from commonline.clock import Clock, now_us
from commonline.gateway.live import plan
from commonline.gateway.live.hub import Hub
from commonline.gateway.live.listener import Listener
from commonline.gateway.live.position import Position
from commonline.gateway.live.ring import Entry
from commonline.gateway.live.sight import HIGHEST
from commonline.gateway.viewer import FeedName

STARTS_OVER = "what you have may hold what you may no longer see; forget it: everything follows from the beginning"
OTHER_LOG = "the feed was begun anew; forget what you have: everything follows from the beginning"


class Stream:
    """`feeds`: all that are read; one for a feed's stream, all of the viewer's for a conversation's."""

    def __init__(self, hub: Hub, listener: Listener, feeds: Iterable[FeedName], clock: Clock = now_us) -> None:
        self._hub = hub
        self._listener = listener
        self._feeds = list(feeds)
        self._clock = clock
        self._next: dict[FeedName, int] = {}
        """The offset that each feed goes on at, until the ring takes over."""

    async def pieces(self, start: plan.Start) -> AsyncGenerator[bytes]:
        """What is to be written, for ever. A piece is what one write takes.

        Raises `PlatformError` where Kafka is silent while something is read that lies further back.
        """
        transport = self._listener.transport
        async for piece in self._until_known():
            yield piece
        if not await self._place(start):
            yield self._notice(OTHER_LOG)
        yield transport.join([transport.opening(self._id(self._next))])
        careful = isinstance(start, Position)
        while True:
            async for piece in self._missed(careful=careful):
                yield piece
            careful = False
            self._join()
            async for piece in self._live():
                yield piece

    async def _live(self) -> AsyncGenerator[bytes]:
        """What comes into the rings. Ends where one has let go what is wanted next: the log has it."""
        listener, hub = self._listener, self._hub
        while not self._left_behind():
            if (taken := listener.take(hub.rings)) is not None:
                feed, start, end = taken
                piece = self._piece(feed, start, end)
                self._next[feed] = max(self._next.get(feed, 0), hub.rings[feed].offset(end))
                if piece:
                    yield piece
                continue
            await listener.wait()
            if hub.now - listener.written > hub.limits.heartbeat_s and not listener.behind(hub.rings):
                yield listener.transport.join([listener.transport.position(self._id(self._offsets()))])
        self._next = self._offsets()
        hub.rest(listener)

    def _left_behind(self) -> bool:
        rings = self._hub.rings
        return any(at < rings[feed].first for feed, at in self._listener.cursors.items())

    def _notice(self, text: str) -> bytes:
        return self._listener.transport.join([self._listener.transport.notice("reset", text)])

    def _id(self, offsets: dict[FeedName, int]) -> str:
        return self._hub.seal.close(self._listener.position(offsets))

    async def _until_known(self) -> AsyncGenerator[bytes]:
        """Wait until the rings are filled and, below a feed's clearance, until its past is known."""
        await self._hub.primed.wait()
        if self._listener.rank >= HIGHEST:
            return
        while reading := [task for feed in self._feeds if (task := self._hub.sighted(feed)) is not None]:
            done, _ = await asyncio.wait(
                reading, timeout=self._hub.limits.heartbeat_s, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                task.result()
            if not done:
                yield self._listener.transport.pause()

    async def _place(self, start: plan.Start) -> bool:
        """Set where each feed goes on. False where the position is of a log that is no more."""
        rings = self._hub.rings
        if isinstance(start, Position):
            self._next = {feed: start.offsets.get(feed, rings[feed].high) for feed in self._feeds}
            for feed, offset in self._next.items():
                if offset > rings[feed].high and offset > await self._hub.log.end(feed):
                    self._rewind()
                    return False
        elif start == "beginning":
            self._rewind()
        elif start == "now":
            self._next = {feed: rings[feed].high for feed in self._feeds}
        else:
            self._next = await self._hub.log.at(self._feeds, start)
        return True

    def _rewind(self) -> None:
        self._next = dict.fromkeys(self._feeds, 0)

    async def _missed(self, *, careful: bool) -> AsyncGenerator[bytes]:
        """From the log what the rings no longer have; several rounds where they move on meanwhile.

        `careful`: the listener has something already, and may have to start over.
        """
        rings = self._hub.rings
        while True:
            old = False
            if any(offset < rings[feed].low for feed, offset in self._next.items()):
                until = {feed: max(rings[feed].high, offset) for feed, offset in self._next.items()}
                async with aclosing(self._hub.log.stretch(dict(self._next), until)) as portions:
                    async for portion in portions:
                        if old := careful and any(self._is_old(feed, entry) for feed, entry in portion):
                            break
                        careful = careful and not portion
                        if piece := self._told(portion):
                            yield piece
                if not old:
                    self._next = until
                    continue
            elif not (careful and self._ring_is_old()):
                return
            yield self._notice(STARTS_OVER)
            self._rewind()
            careful = False

    def _is_old(self, feed: FeedName, entry: Entry) -> bool:
        return plan.starts_over(
            rank=self._listener.rank,
            clearance=self._hub.sights[feed].clearance,
            first_at_ms=entry.at_ms,
            now_ms=self._clock() // 1000,
        )

    def _ring_is_old(self) -> bool:
        rings = self._hub.rings
        starts = [(feed, rings[feed], rings[feed].number(offset)) for feed, offset in self._next.items()]
        return any(self._is_old(feed, entry) for feed, ring, at in starts for entry in ring.slice(at, at + 1))

    def _told(self, portion: list[tuple[FeedName, Entry]]) -> bytes:
        """Frames of records from the log."""
        frames = []
        for feed, entry in portion:
            wanted = self._listener.wanted(feed, entry)
            self._next[feed] = entry.offset + 1
            if wanted and (json := self._hub.json(feed, entry, self._listener.rank)) is not None:
                frames.append(self._listener.transport.record(self._id(self._next), json))
        return self._listener.transport.join(frames) if frames else b""

    def _join(self) -> None:
        """Go on in the rings, exactly behind what was told. No waiting in between."""
        for feed, offset in self._next.items():
            self._listener.floors[feed] = offset
            self._listener.cursors[feed] = self._hub.rings[feed].number(offset)
        self._hub.add(self._listener)

    def _offsets(self) -> dict[FeedName, int]:
        """Where the stream stands in every feed."""
        rings, found = self._hub.rings, dict(self._next)
        for feed, number in self._listener.cursors.items():
            if number >= rings[feed].first:
                found[feed] = max(rings[feed].offset(number), found.get(feed, 0))
        return found

    def _piece(self, feed: FeedName, start: int, end: int) -> bytes:
        """Frames of what has come: shared with all others of a feed and a rank, or chosen for this listener alone."""
        listener, ring = self._listener, self._hub.rings[feed]
        if listener.conversation is None and ring.offset(start) >= listener.floors.get(feed, 0):
            return ring.joined(start, end, listener.rank, listener.transport)
        frames = []
        for entry in ring.slice(start, end):
            if listener.wanted(feed, entry):
                json = self._hub.json(feed, entry, listener.rank)
                if json is not None:
                    offsets = self._offsets() | {feed: entry.offset + 1}
                    frames.append(listener.transport.record(self._id(offsets), json))
        return listener.transport.join(frames) if frames else b""
