"""Reads topics with kafka-python: another client than the stages', so that a fault of theirs is not ours too.

Checksums are the broker's affair: computed in Python they would take longer than all the rest.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, OffsetOutOfRangeError

from commonline.audit.lean import Lean, Raw
from commonline.errors import PlatformError, RetryLaterError
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)
Place = tuple[str, int]
"""Topic and partition."""
MIB = 1024 * 1024
BATCH = 5000
POLL_MS = 200
AHEAD = 20_000
"""Records that one partition may be read further than its share."""
PATIENCE_S = 20.0
BOOTSTRAP_MS = 15_000
AGAIN_S = 0.2


class TopicReader:
    """Reads some topics, committed records only, each from a stated offset. Use as a context manager.

    Raises `PlatformError` when a topic does not exist, `RetryLaterError` when the cluster does not answer.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topics: Iterable[str],
        group: str | None = None,
        *,
        records: type[Lean] = Lean,
    ) -> None:
        self._kafka, self._group = kafka, group
        self._consumer = self._connected(group, committed=True)
        self._plain: Any = None
        self._paused: set[Place] = set()
        self._at: dict[Place, int] = {}
        self.read = 0
        try:
            self._consumer._fetcher.PartitionRecords = records
            self.watch([place for topic in topics for place in self._partitions(topic)])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> TopicReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections. Offsets stand as `commit` left them."""
        self._consumer.close(autocommit=False)
        if self._plain is not None:
            self._plain.close(autocommit=False)

    def _connected(self, group: str | None, *, committed: bool) -> Any:
        try:
            return KafkaConsumer(**self._kafka.kafka_python(), **_settings(group, committed=committed))
        except KafkaError as error:
            raise RetryLaterError(f"Kafka at {self._kafka.bootstrap} does not answer") from error

    def watch(self, places: list[Place]) -> None:
        """Read these and no others from here on; those that are new must be sought."""
        self.places = places
        self._consumer.assign([TopicPartition(*place) for place in places])

    def known(self) -> set[str]:
        """All topics of the cluster."""
        try:
            return set(self._consumer.topics())
        except KafkaError as error:
            raise RetryLaterError(f"topics at {self._kafka.bootstrap}: {error}") from error

    def _partitions(self, topic: str) -> list[Place]:
        try:
            found = self._consumer.partitions_for_topic(topic)
        except KafkaError as error:
            raise RetryLaterError(f"partitions of {topic}: {error}") from error
        if not found:
            raise PlatformError(f"topic {topic} does not exist; create all topics with: commonline topics create")
        return [(topic, number) for number in sorted(found)]

    def of(self, *topics: str) -> list[Place]:
        """The partitions of some of the topics."""
        return [place for place in self.places if place[0] in topics]

    def lows(self, places: Iterable[Place]) -> dict[Place, int]:
        """The first offset that each has."""
        return self._asked(self._consumer.beginning_offsets, places)

    def ends(self, places: Iterable[Place]) -> dict[Place, int]:
        """The offset behind each last record, those of open transactions counted."""
        return self._asked(self._high, places)

    def _high(self, places: list[Any]) -> Any:
        """The consumer itself would answer with the last stable offsets: a commit that is acknowledged may not show
        in these yet (protocol F2)."""
        if self._plain is None:
            self._plain = self._connected(None, committed=False)
        return self._plain.end_offsets(places)

    def _asked(self, question: Callable[[list[Any]], Any], places: Iterable[Place]) -> dict[Place, int]:
        asked = [TopicPartition(*place) for place in places]
        try:
            answer = question(asked) if asked else {}
        except KafkaError as error:
            raise RetryLaterError(f"Kafka at {self._kafka.bootstrap} does not answer: {error}") from error
        return {(where.topic, where.partition): int(offset) for where, offset in answer.items()}

    def seek(self, place: Place, offset: int) -> None:
        """Read on from an offset."""
        self._consumer.seek(TopicPartition(*place), offset)
        self._at[place] = offset

    def position(self, place: Place) -> int:
        """The next offset to be read."""
        return self._at[place]

    def until(self, ends: Mapping[Place, int], *, patience_s: float = PATIENCE_S) -> Iterator[list[Any]]:
        """Everything before `ends`, and perhaps more, in portions; topics keep pace with one another.

        Ends early when nothing comes for `patience_s`: an open transaction hides what lies behind it. See `behind`.
        """
        begins = {place: self.position(place) for place in ends}
        deadline = time.monotonic() + patience_s
        before = -1
        while self.behind(ends):
            self._pace(begins, ends)
            portion = self._poll()
            if len(portion) < BATCH:
                self._look(ends)
            done = sum(self._at[place] for place in ends)
            if portion or done != before:
                deadline, before = time.monotonic() + patience_s, done
            elif time.monotonic() > deadline:
                return
            if portion:
                self.read += len(portion)
                yield portion

    def _look(self, ends: Mapping[Place, int]) -> None:
        """Behind the last record there may be marks of transactions, which are never seen."""
        for place in self.behind(ends):
            self._at[place] = max(self._at[place], int(self._consumer.position(TopicPartition(*place))))

    def behind(self, ends: Mapping[Place, int]) -> list[Place]:
        """Of `ends`, those that are not reached."""
        return [place for place, end in ends.items() if self.position(place) < end]

    def _poll(self) -> list[Raw]:
        try:
            found = self._consumer.poll(timeout_ms=POLL_MS, max_records=BATCH)
        except OffsetOutOfRangeError as error:
            raise PassedError([(where.topic, where.partition) for where in error.args[0]]) from error
        except KafkaError as error:
            if not error.retriable:
                raise PlatformError(f"Kafka at {self._kafka.bootstrap}: {error}") from error
            log.warning("Kafka at %s: %s", self._kafka.bootstrap, error)
            return []
        for where, records in found.items():
            self._at[where.topic, where.partition] = records[-1].offset + 1
        return [raw for records in found.values() for raw in records]

    def _pace(self, begins: Mapping[Place, int], ends: Mapping[Place, int]) -> None:
        """Hold those back that are far ahead of the slowest: what is read of one waits for what is read of another."""
        shares = {
            place: (self.position(place) - begins[place]) / (end - begins[place])
            for place, end in ends.items()
            if end > begins[place]
        }
        slowest = min(shares.values(), default=1.0)
        for place, share in shares.items():
            ahead = (share - slowest) * (ends[place] - begins[place])
            if place not in self._paused and ahead > AHEAD:
                self._consumer.pause(TopicPartition(*place))
                self._paused.add(place)
            elif place in self._paused and ahead < AHEAD / 2:
                self._consumer.resume(TopicPartition(*place))
                self._paused.discard(place)

    def keep(self, offsets: Mapping[Place, tuple[int, str]]) -> None:
        """Commit offsets, with a word each, under the group."""
        told = {TopicPartition(*place): OffsetAndMetadata(*kept, -1) for place, kept in offsets.items()}
        try:
            self._consumer.commit(told)
        except KafkaError as error:
            log.warning("the audit's place is not kept: %s", error)

    def kept(self, places: Iterable[Place] | None = None) -> dict[Place, tuple[int, str]]:
        """What `keep` left, of partitions (default: all) that have something. One question, however many they are."""
        wanted = set(self.places if places is None else places)
        if not wanted or self._group is None:
            return {}
        try:
            told = self._group_offsets(self._group)
        except KafkaError as error:
            raise RetryLaterError(f"Kafka at {self._kafka.bootstrap} does not answer: {error}") from error
        return {
            place: (int(kept.offset), str(kept.metadata or ""))
            for where, kept in told.items()
            if (place := (where.topic, where.partition)) in wanted and kept.offset >= 0
        }

    def _group_offsets(self, group: str) -> dict[Any, Any]:
        """All that a group has committed. A new broker has no coordinator yet: it is asked again."""
        admin = KafkaAdminClient(
            **self._kafka.kafka_python(), client_id="commonline-audit", bootstrap_timeout_ms=BOOTSTRAP_MS
        )
        deadline = time.monotonic() + PATIENCE_S
        try:
            while True:
                try:
                    return dict(admin.list_group_offsets([group])[group])
                except KafkaError as error:
                    if not error.retriable or time.monotonic() > deadline:
                        raise
                time.sleep(AGAIN_S)
        finally:
            admin.close()


class PassedError(Exception):
    """Retention, or somebody, deleted records before they were read here."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__(f"records were deleted before they were read: {places}")
        self.places = places


def _settings(group: str | None, *, committed: bool) -> dict[str, Any]:
    return {
        "client_id": "commonline-audit",
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "isolation_level": "read_committed" if committed else "read_uncommitted",
        "check_crcs": False,
        "fetch_max_wait_ms": 100,
        "max_partition_fetch_bytes": 10 * MIB,
        "fetch_max_bytes": 32 * MIB,
        "bootstrap_timeout_ms": BOOTSTRAP_MS,
    }
