"""The simulated cluster: topics, the transaction coordinator, a group's offsets. Rules of Apache Kafka 4, protocol v1.

Each partition has a leader of its own: markers of one transaction arrive one by one, in any order. A commit is
acknowledged when it is decided, before its markers are written; `init_transactions` waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.model.log import Markable, Outcome, PartitionLog, Transaction

NO_OFFSET = -1001


class FencedError(Exception):
    """INVALID_PRODUCER_EPOCH: a newer producer has the transactional id, or the coordinator gave the transaction up."""


class WrongStateError(Exception):
    """INVALID_TXN_STATE: the transaction is not open, or was decided the other way."""


@dataclass
class Identity:
    """A transactional id."""

    name: str
    epoch: int = -1
    transaction: Transaction | None = None
    """The one that is open, or whose markers are still on their way."""
    ended: Outcome | None = None
    """How the last complete one ended."""
    given_up: int | None = None
    """The epoch whose transaction the coordinator gave up last, until somebody asks for a new one."""

    @property
    def completing(self) -> bool:
        return self.transaction is not None and self.transaction.outcome is not None

    def complete(self) -> bool:
        return not self.completing


class GroupOffsets:
    """What a group has committed, and what transactions will."""

    name = "offsets"

    def __init__(self) -> None:
        self.committed: dict[int, int] = {}
        self.pending: list[Transaction] = []
        self.marked: list[Transaction] = []
        """Marked, but not yet read by the group's coordinator, which older brokers do in the background."""
        self.late = False

    def add(self, transaction: Transaction, partition: int, offset: int) -> None:
        transaction.offsets[partition] = offset
        if transaction not in self.pending:
            self.pending.append(transaction)

    def mark(self, transaction: Transaction, _epoch: int) -> None:
        if transaction in self.pending:
            if self.late:
                self.marked.append(transaction)
            else:
                self.settle(transaction)

    def settle(self, transaction: Transaction) -> None:
        """The marker counts now."""
        self.pending.remove(transaction)
        if transaction in self.marked:
            self.marked.remove(transaction)
        if transaction.outcome == "commit":
            self.committed.update(transaction.offsets)

    def stable(self, partition: int) -> bool:
        return not any(partition in transaction.offsets for transaction in self.pending)


@dataclass
class Request:
    """A request whose client is dead or tired of waiting; it arrives at `due` (a step of the run) or later."""

    name: str
    act: Callable[[], object]
    due: int


@dataclass
class Cluster:
    """Topics, transactions, one group's offsets. `event(name, act)`s are what may happen on its own next."""

    partitions: int
    topics: dict[str, list[PartitionLog]] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    offsets: GroupOffsets = field(default_factory=GroupOffsets)
    completing: list[Identity] = field(default_factory=list)
    late: list[Request] = field(default_factory=list)
    hanging: list[Transaction] = field(default_factory=list)

    def log(self, topic: str, number: int) -> PartitionLog:
        if topic not in self.topics:
            self.topics[topic] = [PartitionLog(topic, one) for one in range(self.partitions)]
        return self.topics[topic][number]

    def identity(self, name: str) -> Identity:
        return self.identities.setdefault(name, Identity(name))

    def init(self, name: str) -> int | None:
        """InitProducerId: the new epoch; None while an earlier transaction ends (the client asks again)."""
        identity = self.identity(name)
        if identity.transaction is not None:
            if identity.transaction.outcome is None:
                identity.epoch += 1
                identity.given_up = None
                self.decide(identity, "abort")
            return None
        identity.epoch += 1
        identity.given_up = None
        return identity.epoch

    def _mine(self, name: str, epoch: int) -> Identity:
        identity = self.identity(name)
        if identity.epoch != epoch:
            raise FencedError
        return identity

    def busy(self, name: str, epoch: int) -> bool:
        """CONCURRENT_TRANSACTIONS: the transaction before is not complete, and the producer has to wait."""
        identity = self.identity(name)
        return identity.epoch == epoch and identity.completing

    def add(self, name: str, epoch: int, owner: str, where: Markable) -> Transaction:
        """AddPartitionsToTxn, AddOffsetsToTxn. Raises `FencedError`."""
        identity = self._mine(name, epoch)
        if identity.completing:
            raise WrongStateError
        if identity.transaction is None:
            identity.transaction = Transaction(name, epoch, owner)
        transaction = identity.transaction
        if where not in transaction.partitions:
            transaction.partitions.append(where)
        return transaction

    def append(self, name: str, epoch: int, log: PartitionLog, key: bytes | None, value: bytes | None) -> int:
        """Produce in a transaction that has the partition. Raises `FencedError`, `WrongStateError`."""
        if log.fenced(name, epoch):
            raise FencedError
        transaction = self.identity(name).transaction
        if transaction is None or transaction.epoch != epoch or log not in transaction.partitions:
            raise WrongStateError
        if transaction.outcome is not None and transaction not in log.open:
            raise WrongStateError  # verified by the leader with the coordinator (KIP-890)
        return log.append(key, value, transaction)

    def end(self, name: str, epoch: int, outcome: Outcome) -> None:
        """EndTxn. Raises `FencedError`, `WrongStateError`."""
        identity = self._mine(name, epoch)
        transaction = identity.transaction
        if transaction is not None and transaction.outcome is None:
            self.decide(identity, outcome)
        elif outcome != (identity.ended if transaction is None else transaction.outcome):
            raise WrongStateError

    def decide(self, identity: Identity, outcome: Outcome) -> None:
        """From here on the outcome stands; the markers follow."""
        transaction = identity.transaction
        assert transaction is not None
        transaction.outcome = outcome
        transaction.unmarked = list(transaction.partitions)
        if transaction.unmarked:
            self.completing.append(identity)
        else:
            identity.transaction, identity.ended = None, outcome

    def time_out(self, identity: Identity) -> None:
        """The coordinator gives an open transaction up."""
        identity.given_up = identity.epoch
        identity.epoch += 1
        self.decide(identity, "abort")

    def mark(self, identity: Identity, where: Markable) -> None:
        """One marker arrives."""
        transaction = identity.transaction
        assert transaction is not None
        transaction.unmarked.remove(where)
        where.mark(transaction, identity.epoch)
        if not transaction.unmarked:
            identity.transaction, identity.ended = None, transaction.outcome
            self.completing.remove(identity)

    def hang(self, log: PartitionLog) -> None:
        """A transaction that nobody will end (KIP-890 tells how they come to be)."""
        transaction = Transaction("hanging", 0, "nobody")
        log.append(b"never", b"never", transaction)
        transaction.partitions.append(log)
        self.hanging.append(transaction)

    def unhang(self) -> None:
        """What an operator does about it: kafka-transactions.sh abort."""
        for transaction in self.hanging:
            transaction.outcome = "abort"
            for where in transaction.partitions:
                where.mark(transaction, 0)
        self.hanging.clear()

    def markers(self) -> Iterator[tuple[Identity, Markable]]:
        """Markers on their way."""
        for identity in self.completing:
            transaction = identity.transaction
            assert transaction is not None
            for where in transaction.unmarked:
                yield identity, where
