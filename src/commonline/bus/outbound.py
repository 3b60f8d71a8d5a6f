"""What a transactional stage writes by: the protocol, and librdkafka's producer in its terms.

The other one that satisfies it is `commonline.bus.wire.transactions.WireTransactions`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition

from commonline.bus.batch import Record, offset_of
from commonline.bus.tuning import StageSettings, producer_settings
from commonline.logs import client_log
from commonline.settings import KafkaSettings

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator

QUEUE_FULL_WAIT_S = 0.01


class Outbound(Protocol):
    """One transaction at a time, of one partition. All raise `KafkaException`; its `KafkaError` says whether the
    transaction is to be aborted. Not thread-safe."""

    @property
    def accumulator(self) -> Accumulator | None:
        """Where records may be put as well, to be sent with the next that are handed over; None: nowhere."""

    def init_transactions(self, timeout: float) -> None:
        """Fence whoever had the partition."""

    def begin_transaction(self) -> None:
        """From here on records may be handed over."""

    def produce(self, records: list[Record]) -> None:
        """Hand records over; they are sent while others are decided."""

    def produce_rows(self, rows: dict[bytes, bytes]) -> None:
        """Hand rows over, to the changelog."""

    def produce_position(self, key: bytes, value: bytes) -> None:
        """The last record of the changelog in this transaction."""

    def prepare(self, where: TopicPartition, group: Any, timeout: float) -> None:
        """Wait until all is acknowledged and the group's offset is part of the transaction; `group` is the consumer's
        group metadata."""

    def commit_transaction(self) -> None:
        """After `prepare`."""

    @property
    def changelog_end(self) -> int:
        """The offset behind the position record, when the transaction is committed."""

    def abort_transaction(self, timeout: float) -> None:
        """Nothing of it counts."""

    def must_abort(self, error: KafkaError) -> bool:
        """Whether the transaction, and only it, has failed by this error."""

    def close(self) -> Any:
        """Give back threads and connections."""


MakeOutbound = Callable[[KafkaSettings, StageSettings, int], Outbound]


class LibrdkafkaTransactions:
    """Through confluent-kafka."""

    def __init__(self, producer: Producer, settings: StageSettings, number: int) -> None:
        self._producer = producer
        self._topic, self._number = settings.changelog, number
        self._end = -1
        self._failed: KafkaError | None = None
        self._flusher = ThreadPoolExecutor(1, f"{settings.name}-flush")

    @property
    def accumulator(self) -> None:
        """librdkafka makes its batches itself."""

    def init_transactions(self, timeout: float) -> None:
        """As `Outbound` says; so all that follow."""
        self._producer.init_transactions(timeout)

    def begin_transaction(self) -> None:
        """Nobody is asked."""
        self._producer.begin_transaction()

    def produce(self, records: list[Record]) -> None:
        """Waits while the client's queue is full."""
        produce = self._producer.produce
        for record in records:
            while True:
                try:
                    # By position: names of arguments cost a sixth of the call.
                    produce(
                        record.topic,
                        record.value,
                        record.key,
                        record.partition,
                        None,
                        None,
                        record.timestamp,
                        record.headers,  # type: ignore[arg-type]  # the library's list is invariant
                    )
                    break
                except BufferError:
                    self._producer.poll(QUEUE_FULL_WAIT_S)

    def produce_rows(self, rows: dict[bytes, bytes]) -> None:
        """Waits while the client's queue is full."""
        left: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in rows.items()]
        while left:
            self._producer.produce_batch(self._topic, left, self._number)
            left = [_anew(row) for row in left if "_error" in row]
            if left:
                self._producer.poll(QUEUE_FULL_WAIT_S)

    def produce_position(self, key: bytes, value: bytes) -> None:
        """Waits while the client's queue is full."""
        while True:
            try:
                self._producer.produce(self._topic, value, key, self._number, on_delivery=self._delivered)
                return
            except BufferError:
                self._producer.poll(QUEUE_FULL_WAIT_S)

    # A record that cannot be delivered makes librdkafka refuse the commit; only the last one's offset is asked for.
    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed = error
        else:
            self._end = offset_of(message) + 1

    def prepare(self, where: TopicPartition, group: Any, timeout: float) -> None:
        """Both ask the broker, side by side."""
        flushed = self._flusher.submit(self._producer.flush, timeout)
        self._producer.send_offsets_to_transaction([where], group, timeout)
        flushed.result()
        if self._failed is not None:
            raise KafkaException(self._failed)

    @property
    def changelog_end(self) -> int:
        """By the report of the position record."""
        return self._end

    def commit_transaction(self) -> None:
        """Waits as long as the transaction may last."""
        self._producer.commit_transaction()

    def abort_transaction(self, timeout: float) -> None:
        """What was not delivered is forgotten."""
        self._producer.abort_transaction(timeout)
        self._failed = None

    def must_abort(self, error: KafkaError) -> bool:
        """Whether the transaction, and only it, has failed by this error."""
        return error.txn_requires_abort() or self._failed is not None

    def close(self) -> None:
        """The client itself ends with the last reference to it."""
        self._flusher.shutdown()


def _anew(row: dict[str, Any]) -> dict[str, Any]:
    """A row that did not fit into the producer's queue; another error is the transaction's."""
    error: KafkaError = row["_error"]
    if error.code() != KafkaError._QUEUE_FULL:
        raise KafkaException(error)
    return {"key": row["key"], "value": row["value"]}


def by_librdkafka(kafka: KafkaSettings, settings: StageSettings, number: int) -> Outbound:
    """The producer of one partition."""
    log = client_log(f"commonline.kafka.{settings.name}")
    return LibrdkafkaTransactions(Producer(producer_settings(kafka, settings, number), logger=log), settings, number)
