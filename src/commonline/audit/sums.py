"""What is compared: counts and sums of ids, by source. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from commonline.schemas.records import Ledger

MODULUS = 1 << 128
Source = tuple[str, str]
"""Workspace and source."""


class Sums(NamedTuple):
    """Of some input records: how many; what came of them; how many had no outcome at all.

    `total`: sum of the ids of what was written, read as numbers, modulo 2^128.
    """

    read: int = 0
    written: int = 0
    total: int = 0
    dead: int = 0
    parked: int = 0
    quiet: int = 0

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.read + other.read,
            self.written + other.written,
            (self.total + other.total) % MODULUS,
            self.dead + other.dead,
            self.parked + other.parked,
            self.quiet + other.quiet,
        )

    def less(self, other: Sums) -> Sums:
        """What is left of this without the other."""
        return self.plus(Sums(*(-part for part in other)))


BySource = dict[Source, Sums]


def of_lines(lines: Iterable[Ledger]) -> BySource:
    """What ledger lines say, all hours together."""
    found: BySource = {}
    for line in lines:
        source = (line.workspace, line.source)
        said = Sums(line.read, line.activities, int.from_bytes(line.sum, "big"), line.dead, line.parked, line.quiet)
        found[source] = found.get(source, Sums()).plus(said)
    return found


def without(sums: Mapping[Source, Sums], taken: Iterable[Mapping[Source, Sums]]) -> BySource:
    """`sums` less all of `taken`; sources of which nothing is left are left out."""
    left = dict(sums)
    for part in taken:
        for source, some in part.items():
            left[source] = left.get(source, Sums()).less(some)
    return {source: some for source, some in left.items() if any(some)}


def number(identifier: str) -> int:
    """An id (a UUID, so a hash already) as 128 bits."""
    return int(identifier.replace("-", ""), 16)
