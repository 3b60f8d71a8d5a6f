"""A transactional stage: consume, decide, produce; outputs, changelog and offsets in one Kafka transaction a batch.

One transactional producer for each input partition, its id made of the partition's number (protocol F3): whoever takes
a partition over fences whoever had it. Partitions are taken over in a thread, their input paused, so that those that
are owned already go on meanwhile (protocol F21).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from commonline.bus.batch import Batch, Record, Task, by_partition
from commonline.bus.guard import Guard
from commonline.bus.lag import Lag
from commonline.bus.outbound import MakeOutbound, by_librdkafka
from commonline.bus.restore import AbandonedError, Changelog, restore
from commonline.bus.store import LocalStore
from commonline.bus.takeover import group_offset, input_offset
from commonline.bus.transaction import COMMIT_TIMEOUT_S, OwnedPartition
from commonline.bus.tuning import StageSettings, consumer_settings
from commonline.errors import CommonlineError, RestartError, StateError
from commonline.logs import client_log
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings

__all__ = ["Batch", "Record", "StageSettings", "Task", "TransactionalStage"]
log = logging.getLogger(__name__)
TAKEOVERS_AT_ONCE = 2
MOVING_WAIT_S = 0.02
IDLE_S, TAKING_S = 0.05, 0.005
"""How long an idle stage waits before it looks whether it is to stop, or whether a partition's state is there."""
BUSY_RECORDS = 500
"""A batch of so many says that the stage is behind (protocol F10)."""


class TransactionalStage:
    """Runs until `stop`. Every way out but a clean stop raises: `RestartError` (75) or `StateError` (76)."""

    def __init__(
        self,
        kafka: KafkaSettings,
        settings: StageSettings,
        make_task: Callable[[int, LocalStore], Task],
        metrics: Metrics,
        make_producer: MakeOutbound = by_librdkafka,
    ) -> None:
        self._kafka, self._settings, self._metrics = kafka, settings, metrics
        self._make_task, self._make_producer = make_task, make_producer
        self._partitions: dict[int, OwnedPartition] = {}
        self._taking: dict[int, Future[OwnedPartition]] = {}
        self._given_up: set[int] = set()
        self._left: dict[int, int] = {}
        self._answered = False
        self._stopping = threading.Event()
        self._failure: Exception | None = None
        self._workers = ThreadPoolExecutor(TAKEOVERS_AT_ONCE, f"{settings.name}-takeover")
        told = client_log(f"commonline.kafka.{settings.name}")
        self._consumer = Consumer(consumer_settings(kafka, settings), logger=told)
        self._lag = Lag(metrics, settings.name, settings.topic)

    @property
    def partitions(self) -> list[int]:
        """Numbers of the partitions that are owned and restored."""
        return sorted(self._partitions)

    @property
    def assigned(self) -> bool:
        """Whether the group has answered and all that it gave is restored (it may have nothing for this process)."""
        return self._answered and not self._taking

    @property
    def waits_for(self) -> str | None:
        """What is missing until all that the group gave is served, in a sentence; None if nothing is."""
        if not self._answered:
            return "waiting for partitions"
        taking = [
            f"{number} ({self._left[number]:,} to go)" if number in self._left else str(number)
            for number in sorted(self._taking)
        ]
        return f"restoring partition {', '.join(taking)}; serving {len(self._partitions)}" if taking else None

    def stop(self) -> None:
        """Ask for a clean stop; safe from a signal handler."""
        self._stopping.set()

    def _tell(self) -> None:
        """Lag and rows, once a second."""
        if self._lag.tell(self._consumer, {number: one.position for number, one in self._partitions.items()}):
            for number, one in self._partitions.items():
                self._metrics.gauge("commonline_state_rows", {"partition": str(number)}).set(one.store.estimate)

    def run(self) -> None:
        """The loop."""
        settings, labels = self._settings, {"stage": self._settings.name}
        batches = self._metrics.counter("commonline_stage_batches_total", labels)
        sizes = self._metrics.histogram("commonline_stage_batch_records", labels)
        seconds = self._metrics.histogram("commonline_stage_batch_seconds", labels)
        self._consumer.subscribe([settings.topic], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)
        wait_s, clean = _wait_s(settings, 0, 0.0), False
        try:
            while not self._stopping.is_set():
                self._finish_takeovers()
                messages = self._next(wait_s)
                if self._failure is not None:
                    raise self._failure
                self._tell()
                if not messages:
                    wait_s = _wait_s(settings, 0, 0.0)
                    continue
                started = time.perf_counter()
                for number, some in by_partition(messages).items():
                    self._handle(number, some)
                took = time.perf_counter() - started
                wait_s = _wait_s(settings, len(messages), took)
                batches.inc()
                sizes.observe(len(messages))
                seconds.observe(took)
            clean = True
        except CommonlineError:
            clean = True  # known, and no record's fault
            raise
        finally:
            self._close(clean=clean)

    def _next(self, wait_s: float) -> list[Message]:
        """A first record, what lies ready behind it and comes within `wait_s`: `consume` waits for a batch to fill."""
        messages = self._consumer.consume(1, TAKING_S if self._taking else IDLE_S)
        if messages and self._settings.batch_records > 1:
            messages += self._consumer.consume(self._settings.batch_records - 1, wait_s)
        return messages

    def _assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        """Begin to take over. Nothing is fetched until the state is there."""
        try:
            for where in assigned:
                where.offset = OFFSET_BEGINNING
            consumer.incremental_assign(assigned)
            consumer.pause(assigned)
            for where in assigned:
                self._given_up.discard(where.partition)
                self._taking[where.partition] = self._workers.submit(self._take_over, where.partition)
            self._answered = True
        except Exception as error:
            self._failure = error

    def _take_over(self, number: int) -> OwnedPartition:
        """The six steps of protocol F2, in a thread."""
        settings = self._settings
        producer = self._make_producer(self._kafka, settings, number)
        try:
            producer.init_transactions(COMMIT_TIMEOUT_S)
        except KafkaException as error:
            raise RestartError(f"{settings.name}[{number}]: init_transactions: {error}") from error

        committed = group_offset(self._kafka, settings.group, settings.topic, number)

        store = LocalStore(settings.state / str(number), mend=settings.mend_of(number))
        try:
            self._restore(number, store)
            position = self._begin_at(committed, number, store.position)
            guard = Guard(settings.state / f"{number}.guard", position)
            owned = OwnedPartition(settings, number, producer, store, self._make_task(number, store), guard)
        except BaseException:
            store.close()
            producer.close()
            raise
        owned.position = position
        return owned

    def _begin_at(self, committed: int, number: int, position: int | None) -> int:
        """The next input offset. Where group and state differ because the group went on meanwhile, under another owner,
        neither is wrong: `RestartError`."""
        settings = self._settings
        try:
            return input_offset(committed, settings.topic, number, position)
        except StateError as error:
            if group_offset(self._kafka, settings.group, settings.topic, number) == committed:
                raise
            raise RestartError(f"{settings.name}[{number}]: another process went on with it meanwhile") from error

    def _restore(self, number: int, store: LocalStore) -> None:
        settings = self._settings
        rows = self._metrics.counter("commonline_restore_rows_total", {"stage": settings.name})
        left = self._metrics.gauge(
            "commonline_restore_left_records", {"stage": settings.name, "partition": str(number)}
        )
        told = 0

        def progress(applied: int, to_go: int) -> None:
            nonlocal told
            if self._stopping.is_set() or number in self._given_up:
                raise AbandonedError
            rows.inc(applied - told)
            told, self._left[number] = applied, to_go
            left.set(to_go)

        try:
            changelog = Changelog(self._kafka, settings.changelog, number, settings.check, settings.mend_of(number))
            rows.inc(restore(changelog, store, progress) - told)
        finally:
            self._left.pop(number, None)
            left.set(0)

    def _finish_takeovers(self) -> None:
        """Read on where the state is there. Raises what a takeover raised."""
        for number in [number for number, taking in self._taking.items() if taking.done()]:
            taking = self._taking.pop(number)
            owned = taking.result()
            if self._wind(owned):
                self._partitions[number] = owned
                self._consumer.resume([TopicPartition(self._settings.topic, number)])
            else:
                self._taking[number] = taking

    def _wind(self, owned: OwnedPartition) -> bool:
        """Set the input to the partition's position. False: the client is not ready for it yet."""
        try:
            self._consumer.seek(TopicPartition(self._settings.topic, owned.number, owned.position))
        except KafkaException as error:
            cause: KafkaError = error.args[0]
            if cause.code() in (KafkaError._STATE, KafkaError._PREV_IN_PROGRESS):
                log.info("%s: not ready to read at %d: %s", owned.place, owned.position, cause)
                return False
            raise RestartError(f"{owned.place}: cannot read at {owned.position}: {cause}") from error
        return True

    def _revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        for where in revoked:
            number = where.partition
            self._abandon(number)
            owned = self._partitions.pop(number, None)
            if owned is not None:
                owned.let_go(clean=True)
        consumer.incremental_unassign(revoked)

    def _abandon(self, number: int) -> None:
        """End a takeover that is under way; what it did is kept by nobody but the store, which goes on from there."""
        taking = self._taking.pop(number, None)
        if taking is None:
            return
        self._given_up.add(number)
        if not taking.cancel():
            try:
                taking.result().let_go(clean=True)
            except AbandonedError:
                log.info("%s[%d]: takeover abandoned", self._settings.name, number)
            except Exception as error:
                log.warning("%s[%d]: takeover failed and was not needed: %s", self._settings.name, number, error)

    def _handle(self, number: int, messages: list[Message]) -> None:
        wrong = next((message for message in messages if message.error() is not None), None)
        if wrong is not None:
            raise _input_error(self._settings, wrong)
        owned = self._partitions.get(number)
        if owned is None:
            return
        for some in owned.guard.portions(messages):
            cause = owned.transact(some, self._consumer.consumer_group_metadata())
            if cause is not None:
                labels = {"stage": self._settings.name, "cause": cause.name()}
                self._metrics.counter("commonline_transaction_aborts_total", labels).inc()
                deadline = time.monotonic() + COMMIT_TIMEOUT_S
                while not self._wind(owned):
                    if time.monotonic() > deadline:
                        raise RestartError(f"{owned.place}: cannot read again at {owned.position}")
                    time.sleep(MOVING_WAIT_S)
                return

    def _close(self, *, clean: bool) -> None:
        self._stopping.set()
        for number in list(self._taking):
            self._abandon(number)
        self._workers.shutdown()
        for number in list(self._partitions):
            self._partitions.pop(number).let_go(clean=clean)
        self._consumer.close()


def _wait_s(settings: StageSettings, records: int, took_s: float) -> float:
    """How long the next batch may fill: not while batches are small, up to half of what one takes when behind."""
    quiet = settings.batch_wait_ms / 1000
    if records < BUSY_RECORDS:
        return quiet
    return min(max(took_s / 2, quiet), settings.longest_wait_ms / 1000)


def _input_error(settings: StageSettings, message: Message) -> Exception:
    error = message.error()
    if error is not None and error.code() in (KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE):
        return StateError(
            f"{settings.name}: offset out of range in {settings.topic}[{message.partition()}]: records were deleted "
            f"before they were read ({error}); nothing is skipped"
        )
    return RestartError(f"{settings.name}: {settings.topic}[{message.partition()}]: {error}")
