"""Do the accounts add up: every delivery ends as activities, as ignored with a rule, as a dead letter, or parked.

Fed with what lies in the topics (not with what a process says of itself), by offset of the delivery. Pure.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from commonline.schemas.records import Activity, DeadLetter, Delivery, Ledger
from commonline.streams.normalize.chain import Chain, Covered
from commonline.streams.normalize.tally import STAGE, as_number

MAPPED, DEAD, PARKED = 1, 2, 4
Source = tuple[str, str]
"""Workspace and source."""


@dataclass(slots=True)
class Count:
    """One source. `ignored` counts entries by rule, all else counts deliveries, activities and letters.

    `silent`: deliveries of which only ignored entries came. `elsewhere`: dead letters of other steps than normalize.
    `last`: newest `received`, microseconds.
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


@dataclass(frozen=True, slots=True)
class Report:
    """The account: sources by name, and a sentence for each sum that does not agree."""

    sources: list[Count]
    disagreements: list[str]
    waiting: int


class _Log:
    """What is known of one partition of deliveries.v1 by offset: source number, and which outcomes it has."""

    def __init__(self, low: int) -> None:
        self.low = low
        self.sources = array("i")
        self.flags = bytearray()

    def reach(self, offset: int) -> int | None:
        """Where an offset stands; None before the beginning."""
        position = offset - self.low
        if position < 0:
            return None
        missing = position + 1 - len(self.sources)
        if missing > 0:
            self.sources.extend([-1] * missing)
            self.flags.extend(bytes(missing))
        return position


class Account:
    """Add what was read, in any order; `report` as often as wanted. `lows`: first offset of each partition."""

    def __init__(self, topic: str, lows: Mapping[int, int]) -> None:
        self._topic = topic
        self._logs = {partition: _Log(low) for partition, low in lows.items()}
        self._numbers: dict[Source, int] = {}
        self._counts: list[Count] = []
        self._activities: dict[tuple[int, int, int], Source] = {}
        self._letters: set[str] = set()
        self._dead: dict[tuple[int, int, str], Source] = {}
        self._chains: dict[int, Chain] = {partition: Chain() for partition in lows}
        self._newest: dict[Source, tuple[int, bool]] = {}

    def _count(self, workspace: str, source: str) -> int:
        number = self._numbers.get((workspace, source))
        if number is None:
            number = self._numbers[workspace, source] = len(self._counts)
            self._counts.append(Count(workspace, source))
        return number

    def delivery(self, partition: int, offset: int, workspace: str, source: str, delivery: Delivery | None) -> None:
        """A record of deliveries.v1; `delivery` None where it cannot be read."""
        number = self._count(workspace, source)
        log = self._logs[partition]
        position = log.reach(offset)
        if position is None or log.sources[position] >= 0:
            return
        log.sources[position] = number
        count = self._counts[number]
        count.received += 1
        if delivery is not None:
            count.replayed += delivery.mode == "replay"
            count.last = max(count.last, delivery.received)

    def activity(self, activity: Activity) -> None:
        """A record of activities.v1; the same one again counts once."""
        origin = activity.origin
        if origin.topic != self._topic or not self._mark(origin.partition, origin.offset, MAPPED):
            return
        key = (origin.partition, origin.offset, as_number(activity.id))
        self._activities[key] = (activity.workspace, activity.source)
        self._count(activity.workspace, activity.source)

    def letter(self, letter: DeadLetter) -> None:
        """A dead letter; the same one again counts once."""
        if letter.id in self._letters:
            return
        self._letters.add(letter.id)
        number = self._count(letter.workspace, letter.source)
        if letter.topic != self._topic or letter.partition is None or letter.offset is None:
            self._counts[number].elsewhere += 1
        elif self._mark(letter.partition, letter.offset, DEAD):
            self._dead[letter.partition, letter.offset, letter.id] = (letter.workspace, letter.source)

    def parked(self, partition: int, offset: int) -> None:
        """A record of parked.v1, by where its delivery lies."""
        self._mark(partition, offset, PARKED)

    def ledger(self, line: Ledger) -> None:
        """A line of ledger.v1."""
        if line.stage != STAGE or line.topic != self._topic or line.partition not in self._chains:
            return
        self._chains[line.partition].add(line)
        key = (line.workspace, line.source)
        self._count(*key)
        if line.at >= self._newest.get(key, (0, False))[0]:
            self._newest[key] = (line.at, line.parked > 0)

    def _mark(self, partition: int, offset: int, flag: int) -> bool:
        log = self._logs.get(partition)
        position = log.reach(offset) if log else None
        if log is None or position is None:
            return False
        log.flags[position] |= flag
        return True

    def report(self, committed: Mapping[int, int]) -> Report:
        """The account for all offsets before `committed`; the others wait."""
        told = [
            Count(c.workspace, c.source, c.received, c.replayed, elsewhere=c.elsewhere, last=c.last)
            for c in self._counts
        ]
        faults: list[str] = []
        seen = [[0, 0, 0] for _ in told]
        covered: dict[int, Covered] = {}
        for partition, log in sorted(self._logs.items()):
            end = committed.get(partition, log.low)
            found = covered[partition] = self._chains[partition].cover(log.low, end)
            if found.missing:
                faults.append(
                    f"partition {partition}: {found.missing} deliveries before offset {end} are in no ledger line"
                )
            _tell(log, end, found, told, seen)
        self._tell_outputs(committed, told)
        faults += self._compare(told, seen, covered)
        for number, count in enumerate(told):
            count.breaker = self._newest.get((self._counts[number].workspace, count.source), (0, False))[1]
        told.sort(key=lambda count: (count.workspace, count.source))
        return Report(told, faults, sum(count.waiting for count in told))

    def _tell_outputs(self, committed: Mapping[int, int], told: list[Count]) -> None:
        for (partition, offset, _), source in self._activities.items():
            if offset < committed.get(partition, 0):
                told[self._count(*source)].activities += 1
        for (partition, offset, _), source in self._dead.items():
            if offset < committed.get(partition, 0):
                told[self._count(*source)].dead += 1

    def _compare(self, told: list[Count], seen: list[list[int]], covered: Mapping[int, Covered]) -> list[str]:
        """Ledger against topics, source by source, over the offsets that the ledger covers."""
        lines: dict[Source, list[Ledger]] = {}
        for found in covered.values():
            for line in found.lines:
                lines.setdefault((line.workspace, line.source), []).append(line)
        faults = []
        for number, count in enumerate(told):
            mine = lines.get((count.workspace, count.source), [])
            for line in mine:
                count.silent += line.quiet
                for rule, entries in line.ignored.items():
                    count.ignored[rule] = count.ignored.get(rule, 0) + entries
            records, ended, parked = seen[number]
            name = f"{count.workspace}/{count.source}"
            read = sum(line.read for line in mine)
            if read != records:
                faults.append(f"{name}: the ledger says {read} deliveries were read, the topic holds {records}")
            elif ended + count.silent != records:
                missing = records - ended - count.silent
                faults.append(
                    f"{name}: {missing} of {records} deliveries have no activity, dead letter, rule or parking place"
                )
            aside = sum(line.parked for line in mine)
            if aside != parked:
                faults.append(f"{name}: the ledger says {aside} deliveries were parked, the topic holds {parked}")
        return faults + self._sums(lines, covered)

    def _sums(self, lines: Mapping[Source, list[Ledger]], covered: Mapping[int, Covered]) -> list[str]:
        """Counts and 128-bit sums of the activities' ids, and counts of dead letters."""
        sums: dict[Source, list[int]] = {}
        for (partition, offset, number), source in self._activities.items():
            if partition in covered and covered[partition].first <= offset < covered[partition].end:
                one = sums.setdefault(source, [0, 0, 0])
                one[0] += 1
                one[1] += number
        for (partition, offset, _), source in self._dead.items():
            if partition in covered and covered[partition].first <= offset < covered[partition].end:
                sums.setdefault(source, [0, 0, 0])[2] += 1
        faults = []
        for source in sorted(set(sums) | set(lines)):
            activities, total, dead = sums.get(source, [0, 0, 0])
            mine = lines.get(source, [])
            said = (
                sum(line.activities for line in mine),
                sum(int.from_bytes(line.sum, "big") for line in mine) % (1 << 128),
                sum(line.dead for line in mine),
            )
            name = "/".join(source)
            if said[0] != activities:
                faults.append(
                    f"{name}: the ledger says {said[0]} activities were written, the topic holds {activities}"
                )
            elif said[1] != total % (1 << 128):
                faults.append(f"{name}: the topic holds other activities than the ledger says (sum of ids)")
            if said[2] != dead:
                faults.append(f"{name}: the ledger says {said[2]} dead letters were written, the topic holds {dead}")
        return faults


def _tell(log: _Log, end: int, found: Covered, told: list[Count], seen: list[list[int]]) -> None:
    """Walk over a partition: what waits, what was parked, what ended."""
    for position, (number, flags) in enumerate(zip(log.sources, log.flags, strict=True)):
        if number < 0:
            continue
        offset = log.low + position
        count = told[number]
        if offset >= end:
            count.waiting += 1
            continue
        if flags & PARKED and not flags & (MAPPED | DEAD):
            count.parked += 1
        if found.first <= offset < found.end:
            seen[number][0] += 1
            seen[number][1] += flags != 0
            seen[number][2] += flags & PARKED != 0
