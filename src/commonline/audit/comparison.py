"""Both stages on all partitions, fed with what was read: what does not agree, and how far all is complete. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from commonline.audit.findings import FEEDS, Finding
from commonline.audit.joined import Activity, Joined
from commonline.audit.mapped import Mapped
from commonline.audit.memory import Memory
from commonline.audit.side import Entry
from commonline.audit.sums import Source, number
from commonline.ids import corrected
from commonline.schemas import records
from commonline.schemas.records import DeadLetter, Ledger

NOBODY: Source = ("", "")


@dataclass(frozen=True, slots=True)
class Names:
    """Real names of the two stages' inputs."""

    deliveries: str
    activities: str


@dataclass(frozen=True, slots=True)
class Complete:
    """How far a source is complete (microseconds), and how many of its records are on their way."""

    source: Source
    until: int
    open: int


class Comparison:
    """`deliveries`, `activities`: the offset of each partition to begin at. `ledger_cut`: see `Side`."""

    def __init__(
        self,
        names: Names,
        deliveries: Mapping[int, int],
        activities: Mapping[int, int],
        memory: Memory,
        *,
        ledger_cut: bool = False,
    ) -> None:
        self.names, self.memory = names, memory
        self.mapped = {
            partition: Mapped(names.deliveries, partition, begin, ledger_cut=ledger_cut)
            for partition, begin in deliveries.items()
        }
        self.joined = {
            partition: Joined(names.activities, partition, begin, memory, ledger_cut=ledger_cut)
            for partition, begin in activities.items()
        }
        self._sources: set[Source] = set()

    @property
    def unverified(self) -> int:
        """Records that could not be compared, for the log does not reach back far enough."""
        return sum(side.unverified for side in self._sides())

    @property
    def unproven(self) -> int:
        """Activities that unify calls repeats, and of which the audit does not remember the first."""
        return sum(side.unproven for side in self.joined.values())

    def _sides(self) -> list[Mapped | Joined]:
        return [*self.mapped.values(), *self.joined.values()]

    def knows(self, sources: Iterable[Source]) -> None:
        """Sources to tell of, though none of their records was read."""
        self._sources.update(sources)

    def delivery(self, partition: int, offset: int, source: Source, received: int, identifier: str | None) -> None:
        """A record of deliveries.v1; `identifier` None where it cannot be read."""
        side = self.mapped.get(partition)
        if side is not None:
            self._sources.add(source)
            side.take(Entry(offset, source, received, number(identifier) if identifier else 0))

    def activity(self, partition: int, offset: int, record: records.Activity) -> None:
        """A record of activities.v1: an outcome of a delivery, and an input of unify."""
        origin = record.origin
        identifier = number(record.id)
        place = None
        if origin.topic == self.names.deliveries:
            place = (origin.partition, origin.offset)
            mapped = self.mapped.get(origin.partition)
            if mapped is not None:
                mapped.activity(origin.offset, identifier)
        side = self.joined.get(partition)
        if side is not None:
            plain = record.type != "Update" or not record.event.endswith("snapshot")
            source = (record.workspace, record.source)
            replayed = origin.mode == "replay"
            other = number(corrected(record.id, origin.offset, origin.entry)) if replayed else 0
            side.take(Activity(offset, source, record.received, identifier, place, plain=plain, corrected=other))

    def other(self, partition: int, offset: int, source: Source, at: int) -> None:
        """A control record of activities.v1, or one that cannot be read."""
        side = self.joined.get(partition)
        if side is not None:
            side.take(Activity(offset, source, at, 0, None, plain=False))

    def conversation(self, partition: int, identifier: str, *, before: bool) -> None:
        """An activity in conversations.v1. `before`: it was compared in an earlier run."""
        side = self.joined.get(partition)
        if side is not None:
            (side.remembered if before else side.joined)(number(identifier))

    def letter(self, record: DeadLetter) -> None:
        """A dead letter."""
        if record.partition is None or record.offset is None:
            return
        if record.topic == self.names.deliveries and record.partition in self.mapped:
            self.mapped[record.partition].letter(record.offset, record.id)
        elif record.topic == self.names.activities and record.partition in self.joined:
            self.joined[record.partition].letter(record.offset)

    def parked(self, partition: int, offset: int) -> None:
        """A delivery in parked.v1, by where it was read."""
        if partition in self.mapped:
            self.mapped[partition].parked(offset)

    def ledger(self, line: Ledger) -> None:
        """A line of either ledger."""
        sides: Mapping[int, Mapped | Joined] = self.mapped if line.topic == self.names.deliveries else self.joined
        side = sides.get(line.partition)
        if side is not None and side.topic == line.topic and side.stage == line.stage:
            side.told(line)

    def deleted(
        self, normalize: Mapping[int, int], unify: Mapping[int, int], lows: Mapping[str, Mapping[int, int]]
    ) -> list[Finding]:
        """Where the two inputs begin now (`lows`), and what was deleted before its stage had read it. Offsets that the
        stages have committed must have been asked for before."""
        found: list[Finding] = []
        for sides, committed in self._stages(normalize, unify):
            for partition, side in sides.items():
                low = lows.get(side.topic, {}).get(partition, 0)
                found += side.deleted(low, committed.get(partition, -1))
        return found

    def settle(self, normalize: Mapping[int, int], unify: Mapping[int, int], *, final: bool) -> list[Finding]:
        """Walk on to the stages' committed offsets. See `side`."""
        found: list[Finding] = []
        for sides, committed in self._stages(normalize, unify):
            for partition, side in sides.items():
                found += side.settle(committed.get(partition, -1), final=final)
        if final:
            for joined in self.joined.values():
                joined.tidy()
        return found

    def _stages(
        self, normalize: Mapping[int, int], unify: Mapping[int, int]
    ) -> tuple[tuple[Mapping[int, Mapped | Joined], Mapping[int, int]], ...]:
        return ((self.mapped, normalize), (self.joined, unify))

    def complete(self, cut: int, findings: Iterable[Finding]) -> list[Complete]:
        """By source: everything acknowledged before `until` is through. `cut`: when the ends of the topics were asked
        for, microseconds; all that was acknowledged before was read."""
        until = dict.fromkeys(self._sources, cut)
        counts = dict.fromkeys(self._sources, 0)
        for side in self._sides():
            for entry in side.entries:
                if entry.source in until:
                    until[entry.source] = min(until[entry.source], entry.since)
                    counts[entry.source] += 1
        for finding in findings:
            for source in _concerned(finding, until):
                if finding.holds and finding.since:
                    until[source] = min(until[source], finding.since)
        return [Complete(source, until[source], counts[source]) for source in sorted(until)]

    def wait_for(self, finding: Finding, *, joined: bool) -> None:
        """Its `ids` were given to the line again: tell when they are through, as deliveries or, `joined`, as
        activities."""
        sides: Mapping[int, Mapped | Joined] = self.joined if joined else self.mapped
        for side in sides.values():
            for identifier in finding.ids:
                side.awaited[identifier] = finding.id

    def arrived(self) -> dict[str, set[int]]:
        """What was awaited and is through since the last call, by finding."""
        found: dict[str, set[int]] = {}
        for side in self._sides():
            for identifier, finding in side.arrived:
                found.setdefault(finding, set()).add(identifier)
            side.arrived.clear()
        return found

    def refused(self) -> set[str]:
        """Findings of which something was awaited that unify takes for a repeat."""
        found = {finding for side in self.joined.values() for _, finding in side.refused}
        for side in self.joined.values():
            side.refused.clear()
        return found


def _concerned(finding: Finding, sources: Iterable[Source]) -> list[Source]:
    """Of some sources, those whose records may be the missing ones: of a feed, all of its workspace."""
    if finding.stage == FEEDS:
        return [source for source in sources if source[0] == finding.source[0]]
    return [source for source in sources if finding.source in (source, NOBODY)]
