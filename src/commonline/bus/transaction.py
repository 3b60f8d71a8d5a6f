"""One owned partition of a transactional stage: a batch, its outputs, state rows and offset in one transaction.

What is decided is handed to the client at once, so that it and the broker work while the next records are decided.
There are three ways a transaction can end: committed; aborted, its overlay dropped and read again; or the process ends
with code 75 and is started anew (protocol F1).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

from commonline.bus.batch import AgainError, Batch, Placing, Record, Task, offset_of
from commonline.bus.deadline import Deadline
from commonline.bus.guard import Guard
from commonline.bus.outbound import Outbound
from commonline.bus.store import POSITION_KEY, LocalStore, encode_position
from commonline.bus.tuning import StageSettings
from commonline.errors import EXIT_RESTART, RestartError

log = logging.getLogger(__name__)
COMMIT_TIMEOUT_S = 30.0
LONGEST_S = 2.0
"""How long records are decided for one transaction; its time-out is several times as long."""
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
        self, settings: StageSettings, number: int, producer: Outbound, store: LocalStore, task: Task, guard: Guard
    ) -> None:
        self.number = number
        self.guard = guard
        self.store = store
        self.task = task
        self.position = 0
        self.wanted: int | None = None
        self._settings = settings
        self._producer = producer
        if producer.accumulator is not None and isinstance(task, Placing):
            task.write_to(producer.accumulator)
        self._begun = False
        self._until = 0.0
        self._deadline = Deadline(settings.transaction_ms / 1000 + HANGS_S, self._overdue)

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self._settings.name}[{self.number}]"

    def transact(self, messages: Sequence[Message], group: Any) -> KafkaError | None:
        """One transaction, or several if deciding takes long. Returns the cause if one was aborted: then the input must
        be wound back to `position`.

        `group` is the consumer's group metadata, by which the broker fences who no longer owns the partition.
        Raises `RestartError` where the outcome is unknown or records come out of order.
        """
        done = 0
        while done < len(messages):
            some = messages[done:] if done else messages
            try:
                done += self._one(some, group)
            except AgainError:
                self._again(some)
            except KafkaException as error:
                with self._deadline:
                    self._abort(error)
                self.wanted = offset_of(some[0])
                return error.args[0]  # type: ignore[no-any-return]  # confluent-kafka: args[0] is the KafkaError
        return None

    def _one(self, messages: Sequence[Message], group: Any) -> int:
        """One transaction; returns how many of the messages it took. Raises `AgainError`, `KafkaException`."""
        first, end = offset_of(messages[0]), offset_of(messages[-1]) + 1
        if first < self.position or (self.wanted is not None and first != self.wanted):
            wanted = self.position if self.wanted is None else self.wanted
            raise RestartError(f"{self.place}: got offset {first}, next is {wanted}; starting anew")
        self.guard.enter(first, end)
        self._until = time.monotonic() + LONGEST_S
        batch = self.task.process(self.guard.watched(messages), self.guard.condemned, self._send)
        taken = len(messages) if batch.taken is None else batch.taken
        end = offset_of(messages[taken - 1]) + 1
        with self._deadline:
            self._write(batch, end, group)
        self._begun = False
        self.task.committed()
        self.store.apply({**batch.rows, POSITION_KEY: encode_position(end)}, self._producer.changelog_end)
        self.position, self.wanted = end, None
        return taken

    def _send(self, records: list[Record]) -> bool:
        """Records that are decided; the client sends them while the next are. Raises `KafkaException`."""
        with self._deadline:
            self._begin()
            self._producer.produce(records)
        return time.monotonic() < self._until

    def _begin(self) -> None:
        if not self._begun:
            self._producer.begin_transaction()
            self._begun = True

    def _again(self, messages: Sequence[Message]) -> None:
        """Take back what was sent of a transaction, so that its records can be decided once more."""
        with self._deadline:
            self._take_back()
        self.wanted = offset_of(messages[0])

    def _write(self, batch: Batch, end: int, group: Any) -> None:
        """Begin, produce, commit. Raises `KafkaException`."""
        self._begin()
        self._producer.produce(batch.records)
        self._producer.produce_rows(batch.rows)
        self._producer.produce_position(POSITION_KEY, encode_position(end))
        where = TopicPartition(self._settings.topic, self.number, end)
        self._producer.prepare(where, group, COMMIT_TIMEOUT_S)
        self._producer.commit_transaction()

    def _overdue(self) -> None:
        """The client does not come back, and the broker has aborted the transaction long ago: no record's fault."""
        log.critical(
            "%s: the Kafka client hangs in a transaction for %.0f s: starting anew", self.place, self._deadline.limit_s
        )
        self.guard.clear()
        os._exit(EXIT_RESTART)

    def _abort(self, error: KafkaException) -> None:
        """Abortable: abort, drop the overlay. All else, a broker that is silent included: end the process."""
        cause: KafkaError = error.args[0]
        log.warning("%s: transaction not committed: %s", self.place, cause)
        if cause.fatal() or not self._producer.must_abort(cause) or cause.code() in SILENT:
            raise RestartError(f"{self.place}: outcome of the transaction is unknown: {cause}") from error
        self._take_back()

    def _take_back(self) -> None:
        """Abort, and drop the overlay."""
        try:
            if self._begun:
                self._producer.abort_transaction(COMMIT_TIMEOUT_S)
        except KafkaException as abort_error:
            raise RestartError(f"{self.place}: abort: {abort_error}") from abort_error
        self._begun = False
        self.task.aborted()

    def let_go(self, *, clean: bool) -> None:
        """Release the files. What was in flight at an unclean end is looked at when the partition is taken again."""
        if clean:
            self.guard.clear()
        else:
            self.guard.close()
        self._producer.close()
        self.store.close()
