"""What normalize did, counted by source and hour for each range of offsets: the lines of ledger.v1 (protocol F23)."""

from __future__ import annotations

from commonline.schemas.records import Ledger

HOUR_US = 3_600_000_000
STAGE = "normalize"
_MODULUS = 1 << 128


class Line:
    """Counts of one source in one hour; `ids` are the activities', summed as numbers when the line is told; `sum` is
    that of further ones."""

    __slots__ = ("activities", "dead", "ids", "ignored", "parked", "quiet", "read", "sum")

    def __init__(self) -> None:
        self.read = self.quiet = self.parked = self.activities = self.dead = self.sum = 0
        self.ignored: dict[str, int] = {}
        self.ids: list[str] = []


Key = tuple[int, str, str, int]
"""Partition, workspace, source, hour (microseconds)."""


class Tally:
    """Counts since the last commit."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._lines: dict[Key, Line] = {}
        self._ranges: dict[int, tuple[int, int]] = {}

    def cover(self, partition: int, offset: int) -> None:
        """The next offset that was read."""
        known = self._ranges.get(partition)
        self._ranges[partition] = (offset if known is None else known[0], offset)

    def line(self, partition: int, workspace: str, source: str, received: int) -> Line:
        """Where to count a delivery."""
        key = (partition, workspace, source, received - received % HOUR_US)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = Line()
        return found

    def ledger(self, at: int) -> list[Ledger]:
        """The lines, sorted. `at` in microseconds."""
        return [self._record(key, line, at) for key, line in sorted(self._lines.items(), key=lambda pair: pair[0])]

    def _record(self, key: Key, line: Line, at: int) -> Ledger:
        partition, workspace, source, hour = key
        first, last = self._ranges[partition]
        return Ledger(
            stage=STAGE,
            topic=self._topic,
            partition=partition,
            first=first,
            last=last,
            workspace=workspace,
            source=source,
            hour=hour,
            read=line.read,
            quiet=line.quiet,
            parked=line.parked,
            activities=line.activities,
            ignored=line.ignored,
            dead=line.dead,
            sum=((line.sum + sum(map(as_number, line.ids))) % _MODULUS).to_bytes(16, "big"),
            at=at,
        )

    def forget(self, partition: int) -> None:
        """A partition was lost: somebody else counts it from its committed offset on."""
        self._ranges.pop(partition, None)
        for key in [key for key in self._lines if key[0] == partition]:
            del self._lines[key]

    def clear(self) -> None:
        """After a commit."""
        self._lines.clear()
        self._ranges.clear()


def as_number(activity_id: str) -> int:
    """An activity's id as 128 bits: it is a hash already (UUID version 5)."""
    return int(activity_id.replace("-", ""), 16)
