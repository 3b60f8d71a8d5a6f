"""The ranges that a stage's ledger tells of one partition of its input. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Sequence

from commonline.audit.sums import Source
from commonline.schemas.records import Ledger

Range = tuple[int, int]
"""First and last offset."""
REMEMBERED = 512


class Ranges:
    """Lines by range. A range told twice counts once, and its later line holds."""

    def __init__(self) -> None:
        self._lines: dict[Range, dict[tuple[Source, int], Ledger]] = {}
        self._order: list[Range] = []
        self._settled: deque[tuple[Range, dict[Source, Counter[str]]]] = deque(maxlen=REMEMBERED)

    def add(self, line: Ledger) -> None:
        """A line as it was read."""
        key = (line.first, line.last)
        lines = self._lines.get(key)
        if lines is None:
            lines = self._lines[key] = {}
            insort(self._order, key)
        lines[(line.workspace, line.source), line.hour] = line

    def __len__(self) -> int:
        return len(self._order)

    def lines(self, key: Range) -> Sequence[Ledger]:
        """The lines of a range."""
        return list(self._lines[key].values())

    def covering(self, offset: int, end: int) -> list[Range]:
        """Ranges over `offset` that are over before `end`, the best first: one that another follows, the longest."""
        found = []
        for first, last in self._order:
            if first > offset:
                break
            if offset <= last < end:
                found.append((first, last))
        return sorted(found, key=lambda one: (self._followed(one[1] + 1, end), one[1], one[0]), reverse=True)

    def _followed(self, offset: int, end: int) -> bool:
        at = bisect_left(self._order, (offset, 0))
        return offset == end or (at < len(self._order) and self._order[at][0] == offset)

    def after(self, offset: int) -> int | None:
        """Where the first range behind `offset` begins."""
        at = bisect_left(self._order, (offset + 1, 0))
        return self._order[at][0] if at < len(self._order) else None

    def ignored(self, key: Range) -> dict[Source, Counter[str]]:
        """Entries ignored by rule in a range, less what settled ranges from its beginning on told already."""
        found: dict[Source, Counter[str]] = {}
        for line in self.lines(key):
            found.setdefault((line.workspace, line.source), Counter()).update(line.ignored)
        for (first, last), told in self._settled:
            if key[0] <= first and last < key[1]:
                for source, rules in told.items():
                    found.setdefault(source, Counter()).subtract(rules)
        return found

    def told_again(self, key: Range) -> bool:
        """Whether another range has offsets of this one: the stage did that part more than once."""
        first, last = key
        return any(other != key and other[0] <= last and first <= other[1] for other in self._order) or any(
            other != key and other[0] <= last and first <= other[1] for other, _ in self._settled
        )

    def settle(self, key: Range) -> None:
        """A range is done with; those that are over before its end are forgotten with it."""
        self._settled.append((key, self.ignored(key)))
        self.drop(key[1] + 1)

    def drop(self, before: int) -> None:
        """Forget ranges that lie wholly before an offset."""
        gone = [key for key in self._order if key[1] < before]
        for key in gone:
            del self._lines[key]
        if gone:
            self._order = [key for key in self._order if key[1] >= before]
