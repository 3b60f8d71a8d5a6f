"""The feeds' topics: one thread that reads all of them on and on, and readings of a stretch for those who come back."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from confluent_kafka import Message

from commonline.bus.reader import Last, Reader, Start
from commonline.errors import PlatformError
from commonline.gateway.live.ring import MOST_ENTRIES, Entry
from commonline.gateway.viewer import FeedName
from commonline.metrics import Metrics
from commonline.schemas.errors import SchemaError
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

log = logging.getLogger(__name__)
WAIT_S = 0.2
MOST_AT_ONCE = 500
LOOK_EVERY_S = 2.0
AGAIN_S = 2.0
READERS = 8
"""Stretches of the log that are read at the same time; further ones wait."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that exists, from which offset on it is read, and where it ended then."""

    feed: FeedName
    low: int
    high: int


@dataclass(slots=True)
class News:
    """What the reading thread brings: feeds that are new, records in order, and how far each feed was read."""

    found: list[Found] = field(default_factory=list)
    entries: list[tuple[FeedName, Entry]] = field(default_factory=list)
    reached: dict[FeedName, int] = field(default_factory=dict)
    primed: bool = False
    """All feeds were read to their end at least once."""
    fault: str | None = None
    """The log cannot be read just now; everything begins anew after that."""


class Decoder:
    """Records of feeds. One that cannot be read is counted and told in the log; the stream goes on."""

    def __init__(self, ids: SchemaIds, metrics: Metrics) -> None:
        self._serde = Serde(ids)
        self._metrics = metrics

    def entry(self, message: Message) -> Entry | None:
        """The record with its place; None for Kafka's own tombstones and what cannot be read."""
        value = message.value()
        if value is None:
            return None
        offset = message.offset() or 0
        try:
            record = self._serde.decode_as(FeedActivity, value)
        except SchemaError as error:
            log.error("%s, offset %d cannot be read, listeners go without it: %s", message.topic(), offset, error)
            labels = {"stream": "gateway", "cause": "unreadable"}
            self._metrics.counter("commonline_stream_skipped_total", labels).inc()
            return None
        return Entry(offset, message.timestamp()[1], record, len(value))


class Log:
    """How the topics of feeds are reached. `keep`: how many of each feed's newest records stay in memory."""

    def __init__(
        self, kafka: KafkaSettings, topics: Topics, ids: SchemaIds, metrics: Metrics, keep: int = MOST_ENTRIES
    ) -> None:
        self.keep = keep
        self.kafka = kafka
        self.topics = topics
        self.decoder = Decoder(ids, metrics)
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="commonline-stretch")
        self._free = asyncio.Semaphore(READERS)

    def topic(self, feed: FeedName) -> str:
        """The name of a feed's topic."""
        return self.topics.feed(feed.workspace, feed.department)

    def close(self) -> None:
        """End the threads that read stretches."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def stretch(
        self, start: Mapping[FeedName, int], until: Mapping[FeedName, int]
    ) -> AsyncGenerator[list[tuple[FeedName, Entry]]]:
        """Records of some feeds from `start` to `until` (offsets, exclusive), in portions.

        An empty portion says that the log is being read and nothing has come yet. Raises `PlatformError` where Kafka
        is silent.
        """
        feeds = {self.topic(feed): feed for feed in until}
        begin = {(self.topic(feed), 0): at for feed, at in start.items() if at > 0}
        loop = asyncio.get_running_loop()
        async with self._free:
            reader = await loop.run_in_executor(self._pool, lambda: Reader(self.kafka, feeds, start=begin))
            try:
                deadline = time.monotonic() + 20.0
                while any(reader.reached(name) < until[feed] for name, feed in feeds.items()):
                    messages = await loop.run_in_executor(self._pool, reader.poll, 0.1, MOST_AT_ONCE)
                    yield self._within(messages, feeds, until)
                    if messages:
                        deadline = time.monotonic() + 20.0
                    elif time.monotonic() > deadline:
                        raise PlatformError(f"Kafka at {self.kafka.bootstrap} sends nothing for 20 s")
            finally:
                await asyncio.shield(loop.run_in_executor(self._pool, reader.close))

    def _within(
        self, messages: list[Message], feeds: Mapping[str, FeedName], until: Mapping[FeedName, int]
    ) -> list[tuple[FeedName, Entry]]:
        found = []
        for message in messages:
            feed = feeds[message.topic() or ""]
            if (message.offset() or 0) < until[feed] and (entry := self.decoder.entry(message)) is not None:
                found.append((feed, entry))
        return found

    async def end(self, feed: FeedName) -> int:
        """The offset behind the last record that the broker has of a feed."""
        return (await self._ask([feed], "end"))[feed]

    async def at(self, feeds: Iterable[FeedName], moment_ms: int) -> dict[FeedName, int]:
        """For each feed the offset of its first record that is not older than a moment."""
        return await self._ask(list(feeds), moment_ms)

    async def _ask(self, feeds: list[FeedName], start: Start) -> dict[FeedName, int]:
        def ask() -> dict[FeedName, int]:
            with Reader(self.kafka, [self.topic(feed) for feed in feeds], start=start) as reader:
                return {feed: reader.reached(self.topic(feed)) for feed in feeds}

        async with self._free:
            return await asyncio.get_running_loop().run_in_executor(self._pool, ask)


class Pump(threading.Thread):
    """Reads every feed, those that come to be included, and hands on what is new. After a fault it begins anew."""

    def __init__(self, source: Log, give: Callable[[News], None]) -> None:
        super().__init__(name="commonline-live", daemon=True)
        self._log = source
        self._give = give
        self._done = threading.Event()

    def end(self) -> None:
        """Stop, and wait for it."""
        self._done.set()
        self.join()

    def run(self) -> None:
        """Until `end`."""
        while not self._done.is_set():
            try:
                self._read()
            except PlatformError as error:
                log.warning("live streams pause: %s", error)
                self._give(News(fault=str(error)))
                self._done.wait(AGAIN_S)

    def _read(self) -> None:
        feeds: dict[str, FeedName] = {}
        primed = False
        ends: dict[FeedName, int] = {}
        looked = -LOOK_EVERY_S
        with Reader(self._log.kafka, []) as reader:
            while not self._done.is_set():
                found: list[Found] = []
                if look := time.monotonic() > looked + LOOK_EVERY_S:
                    looked = time.monotonic()
                    found = self._look(reader, feeds)
                    ends |= {one.feed: one.high for one in found} if not primed else {}
                messages = [] if look else reader.poll(WAIT_S, 1)
                news = self._news(messages + reader.poll(0, MOST_AT_ONCE), feeds)
                news.found = found
                news.reached = {feed: reader.reached(name) for name, feed in feeds.items()}
                primed = news.primed = primed or all(news.reached[feed] >= end for feed, end in ends.items())
                self._give(news)

    def _look(self, reader: Reader, feeds: dict[str, FeedName]) -> list[Found]:
        """Feeds that were not there before are read too."""
        named = self._log.topics.feeds(reader.names())
        fresh = {name: FeedName(*parts) for name, parts in named.items() if name not in feeds}
        if fresh:
            reader.add(fresh, Last(self._log.keep))
            feeds |= fresh
        spans = {feed: reader.spans[name, 0] for name, feed in fresh.items()}
        return [Found(feed, max(span.low, span.high - self._log.keep), span.high) for feed, span in spans.items()]

    def _news(self, messages: list[Message], feeds: Mapping[str, FeedName]) -> News:
        news = News()
        for message in messages:
            if (entry := self._log.decoder.entry(message)) is not None:
                news.entries.append((feeds[message.topic() or ""], entry))
        return news
