"""Deliveries that were received in a span of time, read from the log; and how far a replay of them has come."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from commonline import topics as table
from commonline.bus.process import ProcessSettings
from commonline.errors import PlatformError
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Delivery
from commonline.schemas.serde import Serde

SLACK_MS = 3_600_000
"""How far the clocks of several `connect` may differ: records so much behind the end are looked at."""
ASK_S = 15.0
SILENT_S = 20.0
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Deliveries received from `first_us` up to, not including, `end_us`; empty sources: of all."""

    first_us: int
    end_us: int
    sources: frozenset[str] = frozenset()
    workspace: str | None = None

    def takes(self, delivery: Delivery) -> bool:
        """Whether a delivery is meant."""
        return (
            self.first_us <= delivery.received < self.end_us
            and (not self.sources or delivery.source in self.sources)
            and (self.workspace is None or delivery.workspace == self.workspace)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A delivery that is meant, with its record's value and where it lies. `again`: its id was found before."""

    delivery: Delivery
    value: bytes
    partition: int
    offset: int
    again: bool


@dataclass(slots=True)
class Bookmark:
    """How far a replay has come: by partition the next offset, and the offset where it ends. A file in the home.

    A replay with the same words goes on from it, with the times that those words meant at first.
    """

    path: Path
    wanted: Wanted
    ends: dict[int, int] = field(default_factory=dict)
    next: dict[int, int] = field(default_factory=dict)
    written: int = 0

    def save(self) -> None:
        """Write it, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        said = {
            "first_us": self.wanted.first_us,
            "end_us": self.wanted.end_us,
            "sources": sorted(self.wanted.sources),
            "workspace": self.wanted.workspace,
            "ends": self.ends,
            "next": self.next,
            "written": self.written,
        }
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(said), "utf-8")
        part.replace(self.path)

    def remove(self) -> None:
        """The replay is done, or is to begin anew."""
        self.path.unlink(missing_ok=True)


def bookmark(home: Path, words: tuple[str, ...], wanted: Wanted) -> Bookmark:
    """The bookmark that an interrupted replay of the same words left, else a new one."""
    name = hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]
    path = home / "replays" / f"{name}.json"
    try:
        left = json.loads(path.read_text("utf-8"))
        sources, workspace = frozenset(left["sources"]), left["workspace"]
        return Bookmark(
            path,
            Wanted(int(left["first_us"]), int(left["end_us"]), sources, workspace),
            {int(number): int(offset) for number, offset in left["ends"].items()},
            {int(number): int(offset) for number, offset in left["next"].items()},
            int(left["written"]),
        )
    except FileNotFoundError:
        return Bookmark(path, wanted)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlatformError(f"{path} cannot be read ({error}); remove it to begin anew") from error


class Span:
    """Reads the deliveries of a span, partitions interleaved, each in its order. Use `close` at the end."""

    def __init__(self, settings: ProcessSettings, mark: Bookmark) -> None:
        self._serde = Serde(settings.ids)
        self._wanted = mark.wanted
        self.topic = settings.topics.name(table.DELIVERIES)
        self._bootstrap = settings.kafka.bootstrap
        self._consumer = Consumer(
            {
                **settings.kafka.librdkafka(),
                "client.id": "commonline-replay",
                "group.id": "commonline-reader",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": 16 * 1024 * 1024,
            }
        )
        try:
            self.begins = self._at(mark.wanted.first_us // 1000)
            mark.ends = mark.ends or self._at(mark.wanted.end_us // 1000 + SLACK_MS)
        except KafkaException as error:
            self.close()
            raise self._silent(error.args[0].str()) from error
        self.ends = mark.ends
        self._ids: set[int] = set()

    @property
    def total(self) -> int:
        """Records to look at."""
        return sum(max(end - self.begins.get(number, end), 0) for number, end in self.ends.items())

    def __iter__(self) -> Iterator[Found | None]:
        """One item for each record: None for one that is not meant."""
        left = {number for number, end in self.ends.items() if self.begins.get(number, end) < end}
        self._consumer.assign([TopicPartition(self.topic, number, self.begins[number]) for number in left])
        while left:
            messages = self._consumer.consume(BATCH, SILENT_S)
            if not messages:
                raise self._silent(f"it sends nothing for {SILENT_S:.0f} s")
            for message in messages:
                error, number = message.error(), message.partition() or 0
                if error is not None:
                    if error.fatal() or not error.retriable():
                        raise self._silent(error.str())
                    continue
                offset = message.offset() or 0
                if offset < self.ends[number]:
                    yield self._one(message, number, offset)
                if offset + 1 >= self.ends[number] and number in left:
                    left.discard(number)
                    self._consumer.incremental_unassign([TopicPartition(self.topic, number)])

    def _one(self, message: Message, partition: int, offset: int) -> Found | None:
        value = message.value() or b""
        try:
            delivery = self._serde.decode_as(Delivery, value)
        except SchemaError:
            return None  # never was a delivery: it lies in the dead letters
        if not self._wanted.takes(delivery):
            return None
        number = int(delivery.id[:8] + delivery.id[9:13] + delivery.id[14:18], 16)
        again = number in self._ids
        self._ids.add(number)
        return Found(delivery, value, partition, offset, again)

    def _at(self, time_ms: int) -> dict[int, int]:
        """By partition, the first offset at or behind a record time; the end where there is none."""
        told = self._consumer.list_topics(self.topic, timeout=ASK_S).topics[self.topic]
        if told.error is not None:
            raise PlatformError(f"topic {self.topic} does not exist; create all topics with: commonline topics create")
        asked = [TopicPartition(self.topic, number, time_ms) for number in told.partitions]
        found = {}
        for place in self._consumer.offsets_for_times(asked, timeout=ASK_S):
            _, high = self._consumer.get_watermark_offsets(TopicPartition(self.topic, place.partition), timeout=ASK_S)
            found[place.partition] = place.offset if place.offset >= 0 else high
        return found

    def _silent(self, why: str) -> PlatformError:
        return PlatformError(f"Kafka at {self._bootstrap}: {why}")

    def close(self) -> None:
        """End the connection."""
        self._consumer.close()
