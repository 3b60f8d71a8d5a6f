"""The transactional producer of our own, for one partition of a stage (`commonline.bus.outbound.Outbound`).

What a transaction needs is asked by the thread that decides, one question after the other, so that its steps can be
read off the code; records are sent meanwhile by the sending thread:

1. partitions and the group's offsets are added to the transaction: in one go, when the first batch is to leave;
2. batches leave, and are waited for;
3. the group's offset is written into the transaction, fenced by the group's generation. Not beside the batches: a
   broker checks first whether the transaction is open (KIP-890), and of two checks at once it refuses one;
4. the transaction is ended.

So there are as many answers to wait for as with librdkafka, which adds the offsets in a step of its own.

A question about offsets or the end that nobody answered ends the producer: it may be carried out later, in the next
transaction. The next process's `init_transactions` shuts it out (protocol F1, F11).
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

from commonline.bus.batch import Record
from commonline.bus.tuning import StageSettings, producer_settings
from commonline.bus.wire import records, requests
from commonline.bus.wire.answers import silent
from commonline.bus.wire.cluster import Cluster
from commonline.bus.wire.coordinator import Coordinator
from commonline.bus.wire.group import member
from commonline.bus.wire.lane import Batch
from commonline.bus.wire.records import FULL_BYTES, LOOK_BYTES
from commonline.bus.wire.requests import Identity, Place
from commonline.bus.wire.sender import Sender
from commonline.bus.writer import MIB
from commonline.settings import KafkaSettings

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator

GIVE_UP_S = 30.0
LIMIT_BYTES = 48 * MIB


class WireTransactions:
    """Not thread-safe. After an error that is fatal it is of no use any more."""

    def __init__(self, kafka: KafkaSettings, settings: StageSettings, number: int) -> None:
        told = producer_settings(kafka, settings, number)
        self._id, client_id = str(told["transactional.id"]), str(told["client.id"])
        self._timeout_ms = settings.transaction_ms
        self._changelog: Place = (settings.changelog, number)
        self._group = settings.group
        self.accumulator: Accumulator = records.accumulator()
        self._look_at = LOOK_BYTES
        self._added: set[Place] = set()
        self._offsets_added = self._open = False
        self.changelog_end = -1
        self._identity: Identity | None = None
        patience_s = self._timeout_ms / 1000  # beyond that the broker has aborted the transaction
        cluster = Cluster(kafka, client_id, patience_s=patience_s)
        self._coordinator = Coordinator(cluster, requests.TRANSACTION, self._id)
        self._group_coordinator = Coordinator(cluster, requests.GROUP, settings.group)
        self._sender = Sender(kafka, client_id, give_up_s=GIVE_UP_S, patience_s=patience_s, transactional_id=self._id)
        self.close = weakref.finalize(self, _close, self._sender, cluster)

    def init_transactions(self, timeout: float) -> None:
        """A new epoch: whoever had the id is fenced, what it had begun is aborted. Raises `KafkaException`."""
        (answer,) = self._coordinator.ask([requests.init(self._id, self._timeout_ms)], timeout, again=True)
        self._identity = Identity(answer.producer_id, answer.producer_epoch)
        self._sender.identify(self._identity)

    @property
    def _who(self) -> Identity:
        if self._identity is None:
            raise KafkaException(KafkaError(KafkaError._STATE, "init_transactions was not called", True))
        return self._identity

    def begin_transaction(self) -> None:
        """Nobody is asked: the coordinator hears of it with the first partition. Raises `KafkaException`."""
        if self._open or self._identity is None:
            raise KafkaException(KafkaError(KafkaError._STATE, "a transaction is open, or none may be begun", True))
        self._sender.check()
        self._open = True

    def produce(self, some: list[Record]) -> None:
        """Raises `KafkaException`."""
        self.appended(self.accumulator.append_many(some))

    def produce_rows(self, rows: dict[bytes, bytes]) -> None:
        """To the changelog. Raises `KafkaException`."""
        self.appended(self.accumulator.append_rows(*self._changelog, rows))

    def produce_position(self, key: bytes, value: bytes) -> None:
        """The last record of the changelog in this transaction. Raises `KafkaException`."""
        self.appended(self.accumulator.append(*self._changelog, value, key, None, 0))

    def appended(self, held: int) -> None:
        """So many bytes are held: what is large enough leaves. Raises `KafkaException`."""
        if held >= self._look_at:
            self._leave(FULL_BYTES)

    def _leave(self, least: int) -> None:
        batches = self.accumulator.take(least)
        self._look_at = self.accumulator.size + LOOK_BYTES
        if not batches:
            return
        self._add(batches)
        self._sender.hand_over(batches)
        if self._sender.open_bytes > LIMIT_BYTES and not self._sender.drained(GIVE_UP_S, below=LIMIT_BYTES // 2):
            raise silent("produce: the broker acknowledges nothing")

    def _add(self, batches: Sequence[tuple[str, int, Batch]]) -> None:
        """No record may reach a partition that is not part of the transaction: it would be in none (KIP-890)."""
        new = {self._changelog, *((topic, number) for topic, number, _ in batches)} - self._added
        asked = [requests.add_partitions(self._id, self._who, sorted(new))] if new else []
        if not self._offsets_added:
            asked.append(requests.add_offsets(self._id, self._who, self._group))
        if asked:
            self._offsets_added = True  # from here on the coordinator may have begun: an abort tells it
            self._coordinator.ask(asked, GIVE_UP_S, again=True)
            self._added |= new

    def prepare(self, where: TopicPartition, group: Any, timeout: float) -> None:
        """Send what is left and the group's offset; wait for both.

        Raises `KafkaException`, `ContractError` for a member of the group that cannot be read.
        """
        by = member(group)
        if by.group != self._group:
            raise KafkaException(KafkaError(KafkaError._INVALID_ARG, f"group {by.group} is not {self._group}", True))
        self._leave(0)
        if not self._sender.drained(timeout):
            raise silent("produce: not acknowledged in time")
        self.changelog_end = self._sender.end(self._changelog)
        if self.changelog_end < 0:
            raise silent("produce: the broker had the position already and does not say where")
        asked = requests.commit_offset(self._id, self._who, by, (where.topic, where.partition), where.offset)
        self._group_coordinator.ask([asked], timeout, again=False)

    def commit_transaction(self) -> None:
        """Raises `KafkaException`."""
        self._end(GIVE_UP_S, committed=True)

    def abort_transaction(self, timeout: float) -> None:
        """Forget what was not sent, wait for what was, abort. Raises `KafkaException`."""
        self.accumulator.clear()
        self._look_at = LOOK_BYTES
        self._sender.drop()
        if not self._sender.drained(timeout):
            raise silent("produce: not acknowledged in time")
        if self._offsets_added:
            self._end(timeout, committed=False)
        self._open = False

    def must_abort(self, error: KafkaError) -> bool:
        """Whether the transaction, and only it, has failed by this error."""
        return bool(error.txn_requires_abort())

    def _end(self, timeout: float, *, committed: bool) -> None:
        self._coordinator.ask([requests.end(self._id, self._who, committed=committed)], timeout, again=False)
        self._added.clear()
        self._offsets_added = self._open = False


def _close(sender: Sender, cluster: Cluster) -> None:
    sender.close()
    cluster.close()
