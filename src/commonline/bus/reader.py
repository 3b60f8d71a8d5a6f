"""Reading topics from a stated place, outside any consumer group: for commands and for small compacted topics.

Committed records only, unless asked otherwise. Nothing is ever written, no group is joined, no offset is kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Literal, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as Place

from commonline.errors import PlatformError
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)


class Last(NamedTuple):
    """The last offsets of each partition: at most so many records."""

    records: int


Start = Literal["beginning", "end"] | int | Last | Mapping[tuple[str, int], int]
"""``beginning``, ``end`` (only what comes from now on), a record time in milliseconds since 1970, the last few, or
offsets by topic and partition (of those that are not named, or whose records are deleted, from the beginning)."""
SILENT_S = 20.0
ASK_S = 15.0
BATCH = 5000
AGAIN_S = 0.1
_MOVING = frozenset({KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE})
_PASSING = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE})


class Span(NamedTuple):
    """Offsets of a partition: the first that is kept, and the one after the last (high watermark)."""

    low: int
    high: int


class Reader:
    """Reads some topics, partitions interleaved; order within a partition is kept. Use as a context manager.

    `committed` False shows records of open and aborted transactions too. All methods raise `PlatformError` when a
    topic does not exist or the cluster is silent.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topics: Iterable[str],
        *,
        start: Start = "beginning",
        committed: bool = True,
        silent_s: float = SILENT_S,
    ) -> None:
        self._kafka = kafka
        self._silent_s = silent_s
        self._consumer = Consumer(_settings(kafka, committed=committed), logger=log)
        try:
            self.spans: dict[tuple[str, int], Span] = {}
            self._topics = list(topics)
            self._next: dict[tuple[str, int], int] = {}
            self._ended: set[tuple[str, int]] = set()
            self._consumer.assign(self._begin(self._topics, start))
        except BaseException:
            self._consumer.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()

    def add(self, topics: Iterable[str], start: Start = "beginning") -> None:
        """Read further topics too."""
        named = list(topics)
        places = self._begin(named, start)
        self._topics += named
        self._consumer.incremental_assign(places)

    def names(self) -> list[str]:
        """All topics of the cluster."""
        return sorted(self._ask(lambda: self._consumer.list_topics(timeout=ASK_S)).topics)

    def reached(self, topic: str, partition: int = 0) -> int:
        """The offset that follows of a partition: where reading began, then behind what was given, marks included."""
        return self._next[topic, partition]

    @property
    def total(self) -> int:
        """Offsets between begin and end of all partitions when reading began: an upper bound of the records."""
        return sum(span.high - span.low for span in self.spans.values())

    @property
    def ended(self) -> frozenset[tuple[str, int]]:
        """Partitions of which everything that is committed has been read, as of the last `poll`."""
        return frozenset(self._ended)

    def behind(self) -> int:
        """How many offsets are left to the ends, as the brokers told them last. Asks nobody."""
        left = 0
        for topic, number in self.spans.keys() - self._ended:
            high = self._consumer.get_watermark_offsets(Place(topic, number), cached=True)[1]
            span = self.spans[topic, number]
            left += max(0, max(high, span.high) - self._next.get((topic, number), span.low))
        return left

    def poll(self, timeout_s: float = 0.5, most: int = BATCH) -> list[Message]:
        """The next records, at most `most`; empty when none came in time."""
        records = []
        for message in self._consumer.consume(most, timeout_s):
            error = message.error()
            where = (message.topic() or "", message.partition() or 0)
            if error is None:
                self._next[where] = (message.offset() or 0) + 1
                self._ended.discard(where)
                records.append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._next[where] = max(self._next[where], message.offset() or 0)
                self._ended.add(where)
            else:
                self._judge(error)
        return records

    def until_end(self) -> Iterator[Message]:
        """Every record up to the end as it is now (a few more may come). Called again, what came since.

        Raises `PlatformError` when nothing comes for `silent_s`.
        """
        for topic in self._topics:
            self._places(topic)
        self._ended.clear()
        deadline = time.monotonic() + self._silent_s
        while not self._at_end():
            ended = len(self._ended)
            records = self.poll()
            yield from records
            if records or len(self._ended) > ended:
                deadline = time.monotonic() + self._silent_s
            elif time.monotonic() > deadline:
                raise PlatformError(
                    f"Kafka at {self._kafka.bootstrap} sends nothing for {self._silent_s:.0f} s: is it running?"
                )

    def _at_end(self) -> bool:
        """Behind a last record there may be marks of transactions, which are never seen: then the client says "end"."""
        return all(self._next[where] >= span.high or where in self._ended for where, span in self.spans.items())

    def _begin(self, topics: Iterable[str], start: Start) -> list[Place]:
        places = [place for topic in topics for place in self._places(topic)]
        if isinstance(start, Last):
            places = [self._back(place, start.records) for place in places]
        elif isinstance(start, int):
            places = self._at(places, start)
        elif isinstance(start, Mapping):
            places = [self._from(place, start) for place in places]
        else:
            logical = OFFSET_BEGINNING if start == "beginning" else OFFSET_END
            places = [Place(place.topic, place.partition, logical) for place in places]
        for place in places:
            span = self.spans[place.topic, place.partition]
            logical = {OFFSET_BEGINNING: span.low, OFFSET_END: span.high}.get(place.offset, place.offset)
            self._next[place.topic, place.partition] = logical
        return places

    def _places(self, topic: str) -> list[Place]:
        told = self._ask(lambda: self._consumer.list_topics(topic, timeout=ASK_S)).topics[topic]
        if told.error is not None or not told.partitions:
            raise PlatformError(f"topic {topic} does not exist; create all topics with: commonline topics create")
        places = [Place(topic, number) for number in sorted(told.partitions)]
        for place in places:
            span = self._ask(partial(self._consumer.get_watermark_offsets, place, timeout=ASK_S))
            self.spans[topic, place.partition] = Span(*span)
        return places

    def _from(self, place: Place, start: Mapping[tuple[str, int], int]) -> Place:
        where = (place.topic, place.partition)
        at = max(start[where], self.spans[where].low) if where in start else OFFSET_BEGINNING
        return Place(place.topic, place.partition, at)

    def _back(self, place: Place, count: int) -> Place:
        span = self.spans[place.topic, place.partition]
        return Place(place.topic, place.partition, max(span.low, span.high - count))

    def _at(self, places: list[Place], since_ms: int) -> list[Place]:
        asked = [Place(place.topic, place.partition, since_ms) for place in places]
        return list(self._ask(lambda: self._consumer.offsets_for_times(asked, timeout=ASK_S)))

    def _ask(self, question: Callable[[], Any]) -> Any:
        """Ask again while the answer is that leaders move: a topic that was just made needs a moment."""
        deadline = time.monotonic() + ASK_S
        while True:
            try:
                return question()
            except KafkaException as error:
                told: KafkaError = error.args[0]
                if (not told.retriable() and told.code() not in _MOVING) or time.monotonic() > deadline:
                    raise PlatformError(f"Kafka at {self._kafka.bootstrap} does not answer: {told.str()}") from error
            time.sleep(AGAIN_S)

    def _judge(self, error: KafkaError) -> None:
        """A broker that is away for a moment is waited for; anything else ends reading."""
        if error.code() in _PASSING or (error.retriable() and not error.fatal()):
            return
        raise PlatformError(f"Kafka at {self._kafka.bootstrap}: {error.str()}")


def headers_of(message: Message) -> dict[str, bytes]:
    """Headers of a record by name; the client library gives them as pairs."""
    found = message.headers()
    pairs = found.items() if isinstance(found, dict) else found or ()
    return {name: _bytes(value) for name, value in pairs}


def _bytes(value: str | bytes | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""


def _settings(kafka: KafkaSettings, *, committed: bool) -> dict[str, Any]:
    return {
        **kafka.librdkafka(),
        "client.id": "commonline-reader",
        "group.id": "commonline-reader",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
        "isolation.level": "read_committed" if committed else "read_uncommitted",
        "fetch.wait.max.ms": 50,
        "fetch.queue.backoff.ms": 5,
        "fetch.message.max.bytes": 16 * 1024 * 1024,
        "log.connection.close": False,
    }
