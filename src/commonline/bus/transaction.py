"""One owned partition of a transactional stage: a batch, its outputs, state rows and offset in one transaction.

There are three ways a batch can end: committed; aborted, its overlay dropped and read again; or the process ends with
code 75 and is started anew (protocol F1).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from commonline.bus.batch import Batch, Record, Task, offset_of
from commonline.bus.deadline import Deadline
from commonline.bus.guard import Guard
from commonline.bus.store import POSITION_KEY, LocalStore, encode_position
from commonline.bus.tuning import StageSettings
from commonline.errors import EXIT_RESTART, RestartError

log = logging.getLogger(__name__)
COMMIT_TIMEOUT_S = 30.0
QUEUE_FULL_WAIT_S = 0.01
HANGS_S = 5.0
"""Beyond the time-out of a transaction, after which the broker has aborted it: waiting is of no use any more."""
SILENT = frozenset(
    {KafkaError._TIMED_OUT, KafkaError._TIMED_OUT_QUEUE, KafkaError._TRANSPORT, KafkaError.REQUEST_TIMED_OUT}
)
"""Nobody answered. librdkafka calls this abortable for offsets; but the request may arrive yet, in the next transaction
of the same producer, and take the group's offset back. A successor's new epoch shuts it out (protocol F11)."""


class OwnedPartition:
    """`position` is the next input offset. After an abort `wanted` is the offset of the record that must come next:
    what was fetched behind it, before the input was wound back, must never be taken."""

    def __init__(
        self, settings: StageSettings, number: int, producer: Producer, store: LocalStore, task: Task, guard: Guard
    ) -> None:
        self.number = number
        self.guard = guard
        self.store = store
        self.task = task
        self.position = 0
        self.wanted: int | None = None
        self._settings = settings
        self._producer = producer
        self._changelog_end = store.changelog
        self._failed: KafkaError | None = None
        self._deadline = Deadline(settings.transaction_ms / 1000 + HANGS_S, self._overdue)

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self._settings.name}[{self.number}]"

    def transact(self, messages: Sequence[Message], group: Any) -> KafkaError | None:
        """One transaction. Returns the cause if it was aborted: then the input must be wound back to `position`.

        `group` is the consumer's group metadata, by which the broker fences who no longer owns the partition.
        Raises `RestartError` where the outcome is unknown or records come out of order.
        """
        first, end = offset_of(messages[0]), offset_of(messages[-1]) + 1
        if first < self.position or (self.wanted is not None and first != self.wanted):
            wanted = self.position if self.wanted is None else self.wanted
            raise RestartError(f"{self.place}: got offset {first}, next is {wanted}; starting anew")
        self.guard.enter(first, end)
        batch = self.task.process(self.guard.watched(messages), self.guard.condemned)
        try:
            with self._deadline:
                self._write(batch, end, group)
        except KafkaException as error:
            with self._deadline:
                self._abort(error)
            self.wanted = first
            return error.args[0]  # type: ignore[no-any-return]  # confluent-kafka: args[0] is the KafkaError
        self.task.committed()
        self.store.apply({**batch.rows, POSITION_KEY: encode_position(end)}, self._changelog_end)
        self.position, self.wanted = end, None
        return None

    def _write(self, batch: Batch, end: int, group: Any) -> None:
        """Begin, produce, commit. Raises `KafkaException`."""
        self._producer.begin_transaction()
        self._produce(batch, end)
        where = TopicPartition(self._settings.topic, self.number, end)
        self._producer.send_offsets_to_transaction([where], group, COMMIT_TIMEOUT_S)
        self._producer.flush(COMMIT_TIMEOUT_S)
        if self._failed is not None:
            raise KafkaException(self._failed)
        self._producer.commit_transaction()

    def _overdue(self) -> None:
        """The client does not come back, and the broker has aborted the transaction long ago: no record's fault."""
        log.critical(
            "%s: the Kafka client hangs in a transaction for %.0f s: starting anew", self.place, self._deadline.limit_s
        )
        self.guard.clear()
        os._exit(EXIT_RESTART)

    def _produce(self, batch: Batch, end: int) -> None:
        for record in batch.records:
            while not self._accepted(record):
                self._producer.poll(QUEUE_FULL_WAIT_S)
        changelog = self._settings.changelog
        rows: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in batch.rows.items()]
        while rows:
            self._producer.produce_batch(changelog, rows, self.number)
            rows = [_again(row) for row in rows if "_error" in row]
            if rows:
                self._producer.poll(QUEUE_FULL_WAIT_S)
        while True:
            try:
                self._producer.produce(
                    changelog, encode_position(end), POSITION_KEY, self.number, on_delivery=self._delivered
                )
                return
            except BufferError:
                self._producer.poll(QUEUE_FULL_WAIT_S)

    def _accepted(self, record: Record) -> bool:
        try:
            self._producer.produce(
                record.topic,
                record.value,
                record.key,
                record.partition,
                timestamp=record.timestamp,
                headers=record.headers,  # type: ignore[arg-type]  # the library's list is invariant
            )
        except BufferError:
            return False
        return True

    # A record that cannot be delivered makes librdkafka refuse the commit; only the last one's offset is asked for.
    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed = error
        else:
            self._changelog_end = offset_of(message) + 1

    def _abort(self, error: KafkaException) -> None:
        """Abortable: abort, drop the overlay. All else, a broker that is silent included: end the process."""
        cause: KafkaError = error.args[0]
        log.warning("%s: transaction not committed: %s", self.place, cause)
        abortable = cause.txn_requires_abort() or self._failed is not None
        if cause.fatal() or not abortable or cause.code() in SILENT:
            raise RestartError(f"{self.place}: outcome of the transaction is unknown: {cause}") from error
        try:
            self._producer.abort_transaction(COMMIT_TIMEOUT_S)
        except KafkaException as abort_error:
            raise RestartError(f"{self.place}: abort: {abort_error}") from abort_error
        self._failed = None
        self.task.aborted()
        self._changelog_end = self.store.changelog

    def let_go(self, *, clean: bool) -> None:
        """Release the files. What was in flight at an unclean end is looked at when the partition is taken again."""
        if clean:
            self.guard.clear()
        else:
            self.guard.close()
        self.store.close()


def _again(row: dict[str, Any]) -> dict[str, Any]:
    """A row that did not fit into the producer's queue; another error is the transaction's."""
    error: KafkaError = row["_error"]
    if error.code() != KafkaError._QUEUE_FULL:
        raise KafkaException(error)
    return {"key": row["key"], "value": row["value"]}
