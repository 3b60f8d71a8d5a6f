"""A transactional stage: consume, decide, produce; outputs, changelog and offsets in one Kafka transaction a batch.

One transactional producer for each input partition, its id made of the partition's number (protocol F3): whoever takes
a partition over fences whoever had it. There are three ways a batch can end: committed; aborted, its overlay dropped
and read again; or the process ends with code 75 and is started anew (protocol F1).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

from commonline.bus.guard import Guard
from commonline.bus.lag import Lag
from commonline.bus.store import POSITION_KEY, LocalStore, encode_position
from commonline.bus.takeover import input_offset, restore
from commonline.errors import RestartError, StateError
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)
COMMIT_TIMEOUT_S = 30.0
QUEUE_FULL_WAIT_S = 0.01


@dataclass(slots=True)
class Record:
    """What a stage writes. `timestamp` in milliseconds."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    timestamp: int


@dataclass(slots=True)
class Batch:
    """What became of some input records: what to write, and the state rows that changed."""

    records: list[Record] = field(default_factory=list)
    rows: dict[bytes, bytes] = field(default_factory=dict)


class Task(Protocol):
    """The work on one partition."""

    def process(self, messages: Sequence[Message], condemned: frozenset[int]) -> Batch:
        """Decide. `condemned` are offsets that go to the dead letters unread."""

    def committed(self) -> None:
        """The batch stands."""

    def aborted(self) -> None:
        """The batch never was: forget all that was read and written."""


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How a stage runs. Times in milliseconds."""

    name: str
    topic: str
    changelog: str
    group: str
    transactional_prefix: str
    state: Path
    instance: str
    batch_records: int = 10_000
    batch_wait_ms: int = 5
    session_ms: int = 6000
    transaction_ms: int = 10_000


@dataclass(slots=True)
class _Partition:
    number: int
    producer: Producer
    store: LocalStore
    task: Task
    guard: Guard
    position: int
    changelog_end: int = -1
    failed: KafkaError | None = None

    # A record that cannot be delivered makes librdkafka refuse the commit; only the last one's offset is asked for.
    def delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self.failed = error
        else:
            self.changelog_end = offset_of(message) + 1


class TransactionalStage:
    """Runs until `stop`. Every way out but a clean stop raises: `RestartError` (75) or `StateError` (76)."""

    def __init__(
        self,
        kafka: KafkaSettings,
        settings: StageSettings,
        make_task: Callable[[int, LocalStore], Task],
        metrics: Metrics,
    ) -> None:
        self._kafka = kafka
        self._settings = settings
        self._make_task = make_task
        self._metrics = metrics
        self._partitions: dict[int, _Partition] = {}
        self.assigned = False
        """Whether the group has answered: partitions are owned, or there are none left over for this process."""
        self._stopping = False
        self._failure: Exception | None = None
        self._consumer = Consumer(_consumer_settings(kafka, settings))
        self._lag = Lag(metrics, settings.name, settings.topic)

    @property
    def partitions(self) -> list[int]:
        """Numbers of the partitions that are owned now."""
        return sorted(self._partitions)

    def stop(self) -> None:
        """Ask for a clean stop; safe from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """The loop."""
        labels = {"stage": self._settings.name}
        batches = self._metrics.counter("commonline_stage_batches_total", labels)
        sizes = self._metrics.histogram("commonline_stage_batch_records", labels)
        seconds = self._metrics.histogram("commonline_stage_batch_seconds", labels)
        self._consumer.subscribe(
            [self._settings.topic], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._lost
        )
        try:
            while not self._stopping:
                messages = self._consumer.consume(self._settings.batch_records, self._settings.batch_wait_ms / 1000)
                if self._failure is not None:
                    raise self._failure
                if self._lag.tell(self._consumer, {number: one.position for number, one in self._partitions.items()}):
                    self._tell_rows()
                if not messages:
                    continue
                started = time.perf_counter()
                for number, some in _by_partition(messages).items():
                    self._handle(number, some)
                batches.inc()
                sizes.observe(len(messages))
                seconds.observe(time.perf_counter() - started)
        finally:
            self._close()

    def _tell_rows(self) -> None:
        for number, partition in self._partitions.items():
            self._metrics.gauge("commonline_state_rows", {"partition": str(number)}).set(partition.store.estimate)

    def _assign(self, _consumer: Consumer, assigned: list[TopicPartition]) -> None:
        try:
            for where in assigned:
                where.offset = self._take_over(where.partition)
            self._consumer.incremental_assign(assigned)
            self.assigned = True
        except Exception as error:
            self._failure = error

    def _take_over(self, number: int) -> int:
        settings = self._settings
        producer = Producer(_producer_settings(self._kafka, settings, number))
        try:
            producer.init_transactions(COMMIT_TIMEOUT_S)
        except KafkaException as error:
            raise RestartError(f"{settings.name}[{number}]: init_transactions: {error}") from error
        store = LocalStore(settings.state / str(number))
        restored = restore(self._kafka, settings.changelog, number, store)
        if restored:
            self._metrics.counter("commonline_restore_rows_total", {"stage": settings.name}).inc(restored)
            log.info("%s[%d]: %d rows restored from the changelog", settings.name, number, restored)
        offset = input_offset(self._consumer, settings.topic, number, store)
        guard = Guard(settings.state / f"{number}.guard.json", offset)
        task = self._make_task(number, store)
        self._partitions[number] = _Partition(number, producer, store, task, guard, offset, store.changelog)
        return offset

    def _revoke(self, _consumer: Consumer, revoked: list[TopicPartition]) -> None:
        for where in revoked:
            self._let_go(where.partition)
        self._consumer.incremental_unassign(revoked)

    def _lost(self, _consumer: Consumer, lost: list[TopicPartition]) -> None:
        for where in lost:
            self._let_go(where.partition)
        self._consumer.incremental_unassign(lost)

    def _let_go(self, number: int) -> None:
        partition = self._partitions.pop(number, None)
        if partition is not None:
            partition.guard.clear()
            partition.store.close()

    def _handle(self, number: int, messages: list[Message]) -> None:
        partition = self._partitions.get(number)
        if partition is None:
            return
        for some in partition.guard.portions(messages):
            if partition.number in self._partitions and not self._transact(partition, some):
                return

    def _transact(self, partition: _Partition, messages: list[Message]) -> bool:
        """One transaction. Returns False if it was aborted and the input was wound back."""
        wrong = next((m for m in messages if m.error() is not None), None)
        if wrong is not None:
            raise _input_error(self._settings, wrong)
        first, end = offset_of(messages[0]), offset_of(messages[-1]) + 1
        if first < partition.position:
            raise StateError(f"{self._settings.name}[{partition.number}]: read offset {first} again")
        partition.guard.enter(first, end)
        batch = partition.task.process(messages, partition.guard.condemned)
        try:
            partition.producer.begin_transaction()
            self._produce(partition, batch, end)
            partition.producer.send_offsets_to_transaction(
                [TopicPartition(self._settings.topic, partition.number, end)],
                self._consumer.consumer_group_metadata(),
                COMMIT_TIMEOUT_S,
            )
            partition.producer.flush(COMMIT_TIMEOUT_S)
            if partition.failed is not None:
                raise KafkaException(partition.failed)
            partition.producer.commit_transaction()
        except KafkaException as error:
            self._abort(partition, error)
            return False
        partition.task.committed()
        partition.store.apply({**batch.rows, POSITION_KEY: encode_position(end)}, partition.changelog_end)
        partition.position = end
        return True

    def _produce(self, partition: _Partition, batch: Batch, end: int) -> None:
        produce = partition.producer.produce
        for record in batch.records:
            while True:
                try:
                    produce(
                        record.topic,
                        record.value,
                        record.key,
                        record.partition,
                        timestamp=record.timestamp,
                        headers=record.headers,  # type: ignore[arg-type]  # the library's list is invariant
                    )
                    break
                except BufferError:
                    partition.producer.poll(QUEUE_FULL_WAIT_S)
        changelog = self._settings.changelog
        rows: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in batch.rows.items()]
        while rows:
            partition.producer.produce_batch(changelog, rows, partition.number)
            rows = [_again(row) for row in rows if "_error" in row]
            if rows:
                partition.producer.poll(QUEUE_FULL_WAIT_S)
        position = encode_position(end)
        while True:
            try:
                produce(changelog, position, POSITION_KEY, partition.number, on_delivery=partition.delivered)
                return
            except BufferError:
                partition.producer.poll(QUEUE_FULL_WAIT_S)

    def _abort(self, partition: _Partition, error: KafkaException) -> None:
        """Abortable: abort, drop the overlay, read again. All else: end the process."""
        cause: KafkaError = error.args[0]
        name = self._settings.name
        self._metrics.counter("commonline_transaction_aborts_total", {"stage": name, "cause": cause.name()}).inc()
        log.warning("%s[%d]: transaction not committed: %s", name, partition.number, cause)
        if cause.fatal() or not (cause.txn_requires_abort() or partition.failed is not None):
            raise RestartError(f"{name}[{partition.number}]: outcome of the transaction is unknown: {cause}") from error
        try:
            partition.producer.abort_transaction(COMMIT_TIMEOUT_S)
        except KafkaException as abort_error:
            raise RestartError(f"{name}[{partition.number}]: abort: {abort_error}") from abort_error
        partition.failed = None
        partition.task.aborted()
        partition.changelog_end = partition.store.changelog
        try:
            self._consumer.seek(TopicPartition(self._settings.topic, partition.number, partition.position))
        except KafkaException:
            log.info("%s[%d]: no longer ours", name, partition.number)

    def _close(self) -> None:
        for number in list(self._partitions):
            self._let_go(number)
        self._consumer.close()


def offset_of(message: Message) -> int:
    """The offset of a consumed or delivered record. A record without one is a defect of the client library."""
    offset = message.offset()
    if offset is None:
        raise RestartError("record without an offset")
    return offset


def _again(row: dict[str, Any]) -> dict[str, Any]:
    """A row that did not fit into the producer's queue; another error is the transaction's."""
    error: KafkaError = row["_error"]
    if error.code() != KafkaError._QUEUE_FULL:
        raise KafkaException(error)
    return {"key": row["key"], "value": row["value"]}


def _by_partition(messages: list[Message]) -> dict[int, list[Message]]:
    grouped: dict[int, list[Message]] = {}
    for message in messages:
        number = message.partition()
        if number is None:
            raise _failed(message)
        some = grouped.get(number)
        if some is None:
            grouped[number] = [message]
        else:
            some.append(message)
    return grouped


def _failed(message: Message) -> Exception:
    return RestartError(f"consumer: {message.error()}")


def _input_error(settings: StageSettings, message: Message) -> Exception:
    error = message.error()
    if error is not None and error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        return StateError(
            f"{settings.name}: offset out of range in {settings.topic}[{message.partition()}]: records were deleted "
            f"before they were read ({error}); nothing is skipped"
        )
    return RestartError(f"{settings.name}: {settings.topic}[{message.partition()}]: {error}")


def _consumer_settings(kafka: KafkaSettings, settings: StageSettings) -> dict[str, Any]:
    return {
        **kafka.librdkafka(),
        "group.id": settings.group,
        "group.instance.id": settings.instance,
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": settings.session_ms,
        "heartbeat.interval.ms": settings.session_ms // 3,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "fetch.queue.backoff.ms": 5,
        "fetch.wait.max.ms": 50,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 131_072,
        "max.poll.interval.ms": 300_000,
    }


def _producer_settings(kafka: KafkaSettings, settings: StageSettings, number: int) -> dict[str, Any]:
    return {
        **kafka.librdkafka(),
        "transactional.id": f"{settings.transactional_prefix}-{number}",
        "transaction.timeout.ms": settings.transaction_ms,
        "acks": "all",
        "linger.ms": 2,
        "batch.size": 1_000_000,
        "compression.type": "lz4",
        "partitioner": "murmur2_random",
        "retry.backoff.ms": 1,
        "retry.backoff.max.ms": 2,
        "queue.buffering.max.messages": 500_000,
        "message.max.bytes": 2_000_000,
    }
