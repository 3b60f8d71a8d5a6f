"""Ledger lines to counts: of all ranges that were ever told, those that follow one another without gap or overlap.

normalize may read a range twice (a crash before its commit), and a worker that lost a partition may tell a range late.
Every line of a range was made from the same deliveries, so any path of ranges over the offsets counts each once. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from commonline.schemas.records import Ledger

Line = tuple[str, str, int]
"""Workspace, source, hour."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Offsets [`first`, `end`) of a partition with the lines that count them. `missing`: offsets that none counts."""

    first: int
    end: int
    lines: list[Ledger]
    missing: int = 0


class Chain:
    """The ranges of one partition."""

    def __init__(self) -> None:
        self._ranges: dict[tuple[int, int], dict[Line, Ledger]] = {}

    def add(self, line: Ledger) -> None:
        """A line as it was read; told again, the later one counts."""
        key = (line.first, line.last)
        self._ranges.setdefault(key, {})[line.workspace, line.source, line.hour] = line

    def cover(self, low: int, end: int) -> Covered:
        """The path that begins at or behind `low`, as early as possible, and leads towards `end` the furthest.

        A range that begins before `low` is left out with all its offsets: its deliveries are deleted in part.
        """
        reach: dict[int, tuple[int, tuple[int, int]]] = {}
        for first, last in sorted(self._ranges, reverse=True):
            if first < low or last >= end:
                continue
            after = reach.get(last + 1)
            furthest = after[0] if after else last + 1
            if first not in reach or furthest > reach[first][0]:
                reach[first] = (furthest, (first, last))
        whole = max([last + 1 for first, last in self._ranges if first < low <= last], default=low)
        if not reach:
            return Covered(whole, whole, [], max(0, end - whole))
        begin = position = min(reach)
        lines: list[Ledger] = []
        while position in reach:
            _, chosen = reach[position]
            lines.extend(self._ranges[chosen].values())
            position = chosen[1] + 1
        return Covered(begin, position, lines, max(0, begin - whole) + max(0, end - position))
