"""Partitions of a simulated topic: records, open transactions, markers, the last stable offset, compaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

Outcome = Literal["commit", "abort"]


class Markable(Protocol):
    """What takes the marker of a transaction: a partition, or the partition that keeps a group's offsets."""

    @property
    def name(self) -> str: ...

    def mark(self, transaction: Transaction, epoch: int) -> None: ...


class Transaction:
    """One transaction of a producer: the coordinator's view of it."""

    __slots__ = ("epoch", "identity", "offsets", "outcome", "owner", "partitions", "unmarked")

    def __init__(self, identity: str, epoch: int, owner: str) -> None:
        self.identity = identity
        self.epoch = epoch
        self.owner = owner
        self.outcome: Outcome | None = None
        self.partitions: list[Markable] = []
        self.unmarked: list[Markable] = []
        """Partitions, that of the group's offsets included, whose marker is still on its way."""
        self.offsets: dict[int, int] = {}


class Entry:
    """A record, or a marker (`key` None and `marker` set)."""

    __slots__ = ("gone", "headers", "key", "marker", "offset", "timestamp", "transaction", "value")

    def __init__(
        self,
        offset: int,
        key: bytes | None,
        value: bytes | None,
        transaction: Transaction | None,
        marker: Outcome | None = None,
    ) -> None:
        self.offset = offset
        self.key = key
        self.value = value
        self.transaction = transaction
        self.marker = marker
        self.gone = False
        """Taken away by compaction; kept here for the oracle."""

    @property
    def committed(self) -> bool:
        """A record that a reader of committed records sees once its transaction is marked."""
        return self.marker is None and (self.transaction is None or self.transaction.outcome == "commit")


class PartitionLog:
    """A partition: `entries[offset]`."""

    def __init__(self, topic: str, number: int) -> None:
        self.topic = topic
        self.number = number
        self.entries: list[Entry] = []
        self.open: dict[Transaction, int] = {}
        """Transactions with records but no marker here: their first offset."""
        self._epochs: dict[str, int] = {}

    @property
    def name(self) -> str:
        return f"{self.topic}[{self.number}]"

    @property
    def end(self) -> int:
        """High watermark."""
        return len(self.entries)

    @property
    def stable(self) -> int:
        """Last stable offset."""
        return min(self.open.values()) if self.open else len(self.entries)

    def append(self, key: bytes | None, value: bytes | None, transaction: Transaction | None = None) -> int:
        """Write a record; returns its offset."""
        offset = len(self.entries)
        if transaction is not None:
            self.open.setdefault(transaction, offset)
            self._epochs[transaction.identity] = max(transaction.epoch, self._epochs.get(transaction.identity, 0))
        self.entries.append(Entry(offset, key, value, transaction))
        return offset

    def mark(self, transaction: Transaction, epoch: int) -> None:
        """Write the marker of a transaction's outcome; `epoch` is the coordinator's: older producers are fenced."""
        self._epochs[transaction.identity] = max(epoch, self._epochs.get(transaction.identity, 0))
        self.open.pop(transaction, None)
        self.entries.append(Entry(len(self.entries), None, None, transaction, transaction.outcome))

    def fenced(self, identity: str, epoch: int) -> bool:
        return epoch < self._epochs.get(identity, 0)

    def read(self, start: int, end: int, *, committed: bool) -> Iterator[Entry]:
        """Records from `start` to before `end`. `committed`: only those of committed transactions (`end` is stable)."""
        for entry in self.entries[start:end]:
            if not entry.gone and entry.marker is None and (not committed or entry.committed):
                yield entry

    def compact(self) -> int:
        """Keep the last committed record of each key below the last stable offset; returns how many went."""
        newest: dict[bytes | None, Entry] = {}
        removed = 0
        for entry in self.entries[: self.stable]:
            if entry.gone:
                continue
            if not entry.committed:
                entry.gone = True
                continue
            earlier = newest.get(entry.key)
            if earlier is not None:
                earlier.gone = True
                removed += 1
            newest[entry.key] = entry
        return removed

    def committed(self, end: int | None = None) -> Iterator[Entry]:
        """For the oracle: every committed record ever written, compacted ones included."""
        return (entry for entry in self.entries[:end] if entry.committed)

    def folded(self, end: int | None = None) -> dict[bytes, bytes]:
        """For the oracle: the last committed value by key."""
        rows: dict[bytes, bytes] = {}
        for entry in self.committed(end):
            assert entry.key is not None
            if entry.value is None:
                rows.pop(entry.key, None)
            else:
                rows[entry.key] = entry.value
        return rows
