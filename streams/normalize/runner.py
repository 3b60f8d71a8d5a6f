"""The loop of normalize: read, decide, write, wait for acknowledgements, commit (protocol F9).

Outputs leave at once; offsets follow every `COMMIT_EVERY_S`, when everything written before is acknowledged, the
ledger's lines included. A crash in between repeats what was not committed: ids are the same, unify removes it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from commonline.bus.writer import RecordWriter
from commonline.clock import Clock, now_us
from commonline.errors import RestartError, StateError
from commonline.logs import client_log
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings
from commonline.streams.normalize.batch import STAGE, Batches

log = logging.getLogger(__name__)
COMMIT_EVERY_S = 0.2
COMMIT_RECORDS = 20_000
BUSY_RECORDS = 200
"""So many deliveries at once say that the process is behind: batches may then fill."""
IDLE_S = 0.05
ASK_S = 30.0
GIVE_UP_S = 60.0
LAG_EVERY_S = 2.0
_PASSING = frozenset({KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT, KafkaError._RESOLVE})
_REBALANCING = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError._ASSIGNMENT_LOST,
    }
)


class Runner:
    """Runs until `stop`. Raises `RestartError` (75) or `StateError` (76) where the process must end.

    `beat` tells a watchdog of life, `rest` that for the moment no record is looked at and the broker is waited for.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topic: str,
        group: str,
        instance: str,
        batches: Batches,
        writer: RecordWriter,
        metrics: Metrics,
        *,
        session_ms: int = 6000,
        batch_records: int = 2000,
        clock: Clock = now_us,
        beat: Callable[[], None] = lambda: None,
        rest: Callable[[], None] = lambda: None,
    ) -> None:
        self._topic, self._batch_records, self._clock = topic, batch_records, clock
        self._beat, self._rest = beat, rest
        self.batches, self._writer, self._metrics = batches, writer, metrics
        told = client_log(f"commonline.kafka.{STAGE}")
        self._consumer = Consumer(_settings(kafka, group, instance, session_ms), logger=told)
        self._ends: dict[int, int] = {}
        """By partition: the next offset to commit, where it has moved."""
        self._read_to: dict[int, int] = {}
        self._uncommitted = 0
        self._commit_at = self._lag_at = 0.0
        self._failure: Exception | None = None
        self._stopping = self._broken = False
        self._failing_since: float | None = None
        self._between: Callable[[], None] | None = None
        self.assigned = False

    def stop(self) -> None:
        """Ask for a clean end; safe from a signal handler."""
        self._stopping = True

    def between_batches(self, work: Callable[[], None]) -> None:
        """Do `work` when everything so far is committed; safe from a signal handler."""
        self._between = work

    def run(self) -> None:
        """The loop."""
        self._consumer.subscribe([self._topic], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._lost)
        try:
            while not self._stopping:
                self._turn()
            self._commit()
        except BaseException:
            self._broken = True
            raise
        finally:
            self._rest()
            self._consumer.close()
            self.batches.flight.close()

    def _turn(self) -> None:
        self._beat()
        first = self._consumer.poll(IDLE_S)
        if self._failure is not None:
            raise self._failure
        if first is not None:
            rest = self._consumer.consume(self._batch_records - 1, 0) if self._batch_records > 1 else []
            self._take([first, *rest])
            if len(rest) < BUSY_RECORDS:
                self._writer.push()
        self._writer.poll()
        now = time.monotonic()
        if self._uncommitted and (now >= self._commit_at or self._uncommitted >= COMMIT_RECORDS):
            self._commit()
        if self._between is not None:
            work, self._between = self._between, None
            self._commit()
            work()
        if now >= self._lag_at:
            self._tell_lag()
            self._lag_at = now + LAG_EVERY_S

    def _take(self, messages: list[Message]) -> None:
        records = [message for message in messages if message.error() is None or self._judge(message)]
        records = [message for message in records if (message.partition() or 0) in self._read_to]
        if not records:
            return
        if not self._uncommitted:
            self._commit_at = time.monotonic() + COMMIT_EVERY_S
        self.batches.process(records, self._beat)
        for message in records:
            end = (message.offset() or 0) + 1
            self._ends[message.partition() or 0] = self._read_to[message.partition() or 0] = end
        self._uncommitted += len(records)

    def _judge(self, message: Message) -> bool:
        """An error instead of a record: pass over what passes by itself, end for all else."""
        error = message.error()
        if error is None:
            return True
        if error.code() in {KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE}:
            raise StateError(
                f"{STAGE}: the offset to go on at is gone from {self._topic}[{message.partition()}]: deliveries were "
                f"deleted before they were read ({error.str()}); nothing is skipped without a person's word"
            )
        if error.fatal():
            raise RestartError(f"{STAGE}: {error.str()}")
        if error.code() in _PASSING or error.retriable():
            log.warning("%s: %s", STAGE, error.str())
            return False
        raise RestartError(f"{STAGE}: {self._topic}: {error.str()}")

    def _commit(self) -> None:
        """Everything acknowledged, then the offsets. What cannot be committed is repeated by whoever has it now."""
        started = time.perf_counter()
        for line in self.batches.tally.ledger(self._clock()):
            self.batches.outbox.ledger(line)
            self._count(line.source, line.activities, line.parked, line.ignored)
        self._writer.flush()
        ends, count = dict(self._ends), self._uncommitted
        self._ends.clear()
        self.batches.tally.clear()
        self._uncommitted = 0
        if not ends:
            return
        self._rest()
        try:
            offsets = [TopicPartition(self._topic, partition, end) for partition, end in ends.items()]
            self._consumer.commit(offsets=offsets, asynchronous=False)
            self._failing_since = None
        except KafkaException as error:
            self._not_committed(error, ends)
            return
        for partition, end in ends.items():
            self.batches.flight.passed(partition, end)
        self._metrics.counter("commonline_stage_batches_total", {"stage": STAGE}).inc()
        self._metrics.histogram("commonline_stage_batch_records", {"stage": STAGE}).observe(count)
        self._metrics.histogram("commonline_stage_batch_seconds", {"stage": STAGE}).observe(
            time.perf_counter() - started
        )

    def _not_committed(self, error: KafkaException, ends: dict[int, int]) -> None:
        """What stays ours is committed a little later: a broker that is away comes back, and in a rebalance the group
        takes no offsets. What is given to another owner is forgotten with its partition."""
        told: KafkaError = error.args[0]
        now = time.monotonic()
        if told.code() not in _REBALANCING:
            self._failing_since = self._failing_since or now
        if told.fatal() or (self._failing_since is not None and now - self._failing_since > GIVE_UP_S):
            raise RestartError(f"{STAGE}: offsets not committed: {told.str()}") from error
        log.warning("%s: offsets not committed yet: %s", STAGE, told.str())
        self._ends = {partition: end for partition, end in ends.items() if partition in self._read_to}
        self._uncommitted, self._commit_at = 1, now + COMMIT_EVERY_S

    def _count(self, source: str, activities: int, parked: int, ignored: dict[str, int]) -> None:
        if activities:
            self._metrics.counter("commonline_activities_total", {"source": source}).inc(activities)
        if parked:
            self._metrics.counter("commonline_parked_total", {"source": source}).inc(parked)
        for rule, count in ignored.items():
            self._metrics.counter("commonline_ignored_total", {"source": source, "rule": rule}).inc(count)

    def _assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        """Go on at the committed offset; a partition that has none begins at its beginning: repeats are removed."""
        self._rest()
        try:
            told = consumer.committed(assigned, timeout=ASK_S) if assigned else []
            found = {place.partition: place.offset for place in told}
            for place in assigned:
                place.offset = found[place.partition]
                if place.offset < 0:
                    place.offset = self._begin(consumer, place)
                self._read_to[place.partition] = place.offset
            consumer.incremental_assign(assigned)
            self.assigned = True
            log.info("%s: partitions %s", STAGE, sorted(self._read_to))
        except KafkaException as error:
            self._failure = RestartError(f"{STAGE}: committed offsets: {error.args[0].str()}")

    def _begin(self, consumer: Consumer, place: TopicPartition) -> int:
        """The first offset of a new partition; committed at once, so that the next start finds it."""
        low, _ = consumer.get_watermark_offsets(TopicPartition(self._topic, place.partition), timeout=ASK_S)
        log.info("%s[%d]: no offset is committed, it begins at %d", self._topic, place.partition, low)
        self._ends[place.partition] = low
        self._uncommitted = max(self._uncommitted, 1)
        return int(low)

    def _revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        if not self._broken:
            try:
                self._commit()
            except Exception as error:
                self._failure = error
        self._forget(consumer, revoked)

    def _lost(self, consumer: Consumer, lost: list[TopicPartition]) -> None:
        """Somebody else has them already: nothing of theirs is committed."""
        self._forget(consumer, lost)

    def _forget(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        for place in places:
            self._read_to.pop(place.partition, None)
            self._ends.pop(place.partition, None)
            self.batches.tally.forget(place.partition)
        consumer.incremental_unassign(places)

    def _tell_lag(self) -> None:
        for partition, end in self._read_to.items():
            _, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), cached=True)
            labels = {"stage": STAGE, "partition": str(partition)}
            self._metrics.gauge("commonline_stage_lag_records", labels).set(max(0, high - end))


def _settings(kafka: KafkaSettings, group: str, instance: str, session_ms: int) -> dict[str, Any]:
    """Classic protocol: the new one has no short sessions (protocol F11)."""
    return {
        **kafka.librdkafka(),
        "client.id": "commonline-normalize",
        "group.id": group,
        "group.instance.id": instance,
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": session_ms,
        "heartbeat.interval.ms": session_ms // 3,
        "max.poll.interval.ms": 300_000,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "fetch.wait.max.ms": 50,
        "fetch.queue.backoff.ms": 5,
        "fetch.message.max.bytes": 16 * 1024 * 1024,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 131_072,
        "log.connection.close": False,
    }
