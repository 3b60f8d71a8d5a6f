"""Where records meet listeners. Lives in one event loop: nothing here waits for a lock, a broker or a connection."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable

from commonline.gateway.live import plan
from commonline.gateway.live.framing import Transport, json_of
from commonline.gateway.live.listener import Dropped, Limits, Listener
from commonline.gateway.live.log import Log, News, Pump
from commonline.gateway.live.position import Position, Seal
from commonline.gateway.live.ring import Entry, Ring
from commonline.gateway.live.sight import Sight
from commonline.gateway.viewer import FeedName
from commonline.metrics import Metrics

log = logging.getLogger(__name__)


class Hub:
    """Rings of all feeds and their listeners. `run` before anybody listens, `close` at the end."""

    def __init__(self, source: Log, seal: Seal, metrics: Metrics, limits: Limits | None = None) -> None:
        self.log = source
        self.seal = seal
        self.metrics = metrics
        self.limits = limits or Limits()
        self.rings: dict[FeedName, Ring] = {}
        self.sights: dict[FeedName, Sight] = {}
        self.primed = asyncio.Event()
        self.now = time.monotonic()
        self.listeners: set[Listener] = set()
        self._of_feed: dict[FeedName, set[Listener]] = defaultdict(set)
        self._of_conversation: dict[str, set[Listener]] = defaultdict(set)
        self._ids: dict[Listener, set[str]] = defaultdict(set)
        self._sighting: dict[FeedName, asyncio.Task[None]] = {}
        self._feeds_moved: set[FeedName] = set()
        self._moved: set[Listener] = set()
        self._flush: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self._sweeper: asyncio.Task[None] | None = None
        self._pump: Pump | None = None

    def run(self) -> None:
        """Begin to read. To be called in the event loop."""
        loop = asyncio.get_running_loop()
        self._pump = Pump(self.log, lambda news: self._across(loop, news))
        self._pump.start()
        self._sweeper = loop.create_task(self._sweep())

    def _across(self, loop: asyncio.AbstractEventLoop, news: News) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self.take, news)

    def dismiss(self) -> None:
        """End all streams."""
        for listener in list(self.listeners):
            listener.drop(Dropped("ending", "the gateway ends; connect again"))

    async def close(self) -> None:
        """End all streams, then the reading."""
        self.dismiss()
        for task in (self._sweeper, *self._sighting.values()):
            if task is not None:
                task.cancel()
        if self._pump is not None:
            await asyncio.to_thread(self._pump.end)
        self.log.close()

    def take(self, news: News) -> None:
        """What the reading thread brought."""
        if news.fault is not None:
            self._start_over(news.fault)
            return
        for found in news.found:
            self.rings[found.feed] = Ring(found.low, self._framer(found.feed), most_entries=self.log.keep)
            self.sights[found.feed] = Sight(complete=found.low == 0)
            self._join(found.feed)
        for feed, entry in news.entries:
            self._append(feed, entry)
        for feed, offset in news.reached.items():
            self.rings[feed].passed(offset)
        if news.primed:
            self.primed.set()
        if self._feeds_moved or self._moved:
            self._schedule()

    def _start_over(self, fault: str) -> None:
        self.primed.clear()
        for listener in list(self.listeners):
            listener.drop(Dropped("log", f"the feeds cannot be read just now ({fault}); connect again"))
        for task in self._sighting.values():
            task.cancel()
        self.rings, self.sights, self._sighting = {}, {}, {}
        self._feeds_moved.clear()

    def _join(self, feed: FeedName) -> None:
        """Conversations that are followed may come into a feed that is new."""
        for listener in self.listeners:
            if listener.live and listener.conversation is not None and listener.reads(feed):
                listener.cursors[feed] = self.rings[feed].first
                listener.follow([feed])

    def _append(self, feed: FeedName, entry: Entry) -> None:
        self.rings[feed].append(entry)
        self.sights[feed].note(entry.record)
        self._feeds_moved.add(feed)
        record = entry.record
        for conversation in (record.conversation, record.other):
            if conversation is not None and (following := self._of_conversation.get(conversation)):
                self._moved |= following
                if record.event == "merged":
                    self._merge(record.conversation, set(following))

    def _merge(self, survivor: str, following: set[Listener]) -> None:
        """Who follows the one that is gone, or the survivor, is woken for the survivor."""
        self._of_conversation[survivor] |= following
        for listener in following:
            self._ids[listener].add(survivor)

    def _framer(self, feed: FeedName) -> Callable[[Entry, int, Transport], bytes]:
        def framer(entry: Entry, rank: int, transport: Transport) -> bytes:
            json = self.json(feed, entry, rank)
            if json is None:
                return b""
            entry.id = entry.id or self.seal.close(Position({feed: entry.offset + 1}))
            return transport.record(entry.id, json)

        return framer

    def json(self, feed: FeedName, entry: Entry, rank: int) -> bytes | None:
        """What a rank gets of an entry; None where it does not exist for it."""
        told = self.sights[feed].tell(entry.record, rank)
        return None if told is None else json_of(told)

    def _schedule(self) -> None:
        if self._flush is None:
            loop = asyncio.get_running_loop()
            wait = plan.delay(len(self.listeners), loop.time() - self._flushed)
            self._flush = loop.call_later(wait, self._wake)

    def _wake(self) -> None:
        """One round: everybody for whom something came."""
        self._flush = None
        self._flushed = asyncio.get_running_loop().time()
        for feed in self._feeds_moved:
            self._moved |= self._of_feed.get(feed, set())
        for listener in self._moved:
            listener.wake()
        self._feeds_moved.clear()
        self._moved.clear()

    def add(self, listener: Listener) -> None:
        """From now on it is woken for what comes."""
        listener.live = True
        if listener.conversation is None:
            for feed in listener.cursors:
                self._of_feed[feed].add(listener)
            return
        for followed in listener.followed.values():
            for conversation in followed.ids:
                self._of_conversation[conversation].add(listener)
                self._ids[listener].add(conversation)

    def rest(self, listener: Listener) -> None:
        """It reads the log for a while: nothing wakes it."""
        listener.live = False
        self._moved.discard(listener)
        for feed in listener.cursors:
            self._of_feed[feed].discard(listener)
        for conversation in self._ids.pop(listener, ()):
            self._of_conversation[conversation].discard(listener)
            if not self._of_conversation[conversation]:
                del self._of_conversation[conversation]
        listener.cursors.clear()

    def remove(self, listener: Listener) -> None:
        """Forget it."""
        self.listeners.discard(listener)
        self.rest(listener)

    def sighted(self, feed: FeedName) -> asyncio.Task[None] | None:
        """The reading of a feed from its beginning, which listeners below its clearance need; None once it is done."""
        if self.sights[feed].complete:
            return None
        if feed not in self._sighting:
            self._sighting[feed] = asyncio.get_running_loop().create_task(self._remember(feed))
        return self._sighting[feed]

    async def _remember(self, feed: FeedName) -> None:
        sight = self.sights[feed]
        try:
            async for portion in self.log.stretch({feed: 0}, {feed: self.rings[feed].low}):
                for _, entry in portion:
                    sight.note(entry.record)
            sight.complete = True
        finally:
            self._sighting.pop(feed, None)

    async def _sweep(self) -> None:
        """Once a second: who is too slow, who has heard nothing for long; cursors of quiet conversations move on."""
        while True:
            await asyncio.sleep(self.limits.sweep_s)
            self.now = time.monotonic()
            for listener in list(self.listeners):
                if listener.dropped is not None:
                    continue
                fault = listener.fault(self.rings, self.now, self.limits)
                if fault is not None:
                    listener.drop(fault)
                elif listener.waits:
                    if listener.conversation is not None and listener.live and listener not in self._moved:
                        for feed in listener.cursors:
                            listener.cursors[feed] = self.rings[feed].end
                    if self.now - listener.written > self.limits.heartbeat_s or not listener.live:
                        listener.wake()
