"""What became of deliveries, source by source, counted while they are compared. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from commonline.audit.mapped import Mapped
from commonline.audit.side import Entry, Look
from commonline.audit.sums import Source
from commonline.schemas.records import DeadLetter, Delivery, Ledger


@dataclass(slots=True)
class Count:
    """One source. `ignored` counts entries by rule, all else counts deliveries, activities and letters.

    `silent`: deliveries of which only ignored entries came. `elsewhere`: dead letters of other steps than normalize.
    `parked`: of those, the ones that nothing else came of. `last`: newest `received`, microseconds.
    """

    workspace: str
    source: str
    received: int = 0
    replayed: int = 0
    activities: int = 0
    ignored: dict[str, int] = field(default_factory=dict)
    silent: int = 0
    dead: int = 0
    elsewhere: int = 0
    parked: int = 0
    waiting: int = 0
    last: int = 0
    breaker: bool = False


class Counts:
    """Fed beside the comparison, and by it with what is settled."""

    def __init__(self, deliveries: str) -> None:
        self._deliveries = deliveries
        self._counts: dict[Source, Count] = {}
        self._letters: set[str] = set()
        self._newest: dict[Source, tuple[int, bool]] = {}

    def _of(self, source: Source) -> Count:
        count = self._counts.get(source)
        if count is None:
            count = self._counts[source] = Count(*source)
        return count

    def delivery(self, source: Source, record: Delivery | None) -> None:
        """A record of deliveries.v1; None where it cannot be read."""
        count = self._of(source)
        count.received += 1
        if record is not None:
            count.replayed += record.mode == "replay"
            count.last = max(count.last, record.received)

    def letter(self, record: DeadLetter) -> None:
        """A dead letter; the same one again counts once."""
        if record.topic != self._deliveries and record.id not in self._letters:
            self._letters.add(record.id)
            self._of((record.workspace, record.source)).elsewhere += 1

    def line(self, line: Ledger) -> None:
        """A line of normalize's ledger."""
        source = (line.workspace, line.source)
        if line.at >= self._newest.get(source, (0, False))[0]:
            self._newest[source] = (line.at, line.parked > 0)

    def settled(self, entries: Sequence[Entry], look: Look, ignored: Mapping[Source, Counter[str]]) -> None:
        """Deliveries of which everything is known."""
        for entry, sums in zip(entries, look.each, strict=True):
            count = self._of(entry.source)
            count.activities += sums.written
            count.dead += sums.dead
            count.silent += sums.quiet
            count.parked += bool(sums.parked) and not sums.written and not sums.dead
        for source, rules in ignored.items():
            count = self._of(source)
            for rule, entries_ in rules.items():
                if entries_ > 0:
                    count.ignored[rule] = count.ignored.get(rule, 0) + entries_

    def report(self, sides: Iterable[Mapped]) -> list[Count]:
        """By source, sorted; what is not settled waits."""
        waiting: Counter[Source] = Counter()
        for side in sides:
            waiting.update(entry.source for entry in side.entries)
        for source, count in self._counts.items():
            count.waiting = waiting[source]
            count.breaker = self._newest.get(source, (0, False))[1]
        return [count for _, count in sorted(self._counts.items())]
