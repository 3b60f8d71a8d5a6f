"""One partition of a stage's input, walked in order: each range of the ledger against what was read. Pure.

A range that agrees is settled as soon as everything about it was read, and forgotten. That one does *not* agree is only
said (`final`) when all topics were read up to where they ended after the stage's offsets had been asked for: whatever
the stage wrote about records before its committed offset lies before those ends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from commonline.audit.findings import Finding
from commonline.audit.ranges import Range, Ranges
from commonline.audit.sums import BySource, Source, Sums, of_lines, without
from commonline.schemas.records import FindingKind, Ledger

LATELY = 1024
"""Settled records of a partition that are remembered, for ranges that a crash made overlap."""


FAR = 1 << 62


class Entry:
    """A record of the input: where, whose, `received` (microseconds), and its id as a number."""

    __slots__ = ("number", "offset", "since", "source")

    def __init__(self, offset: int, source: Source, since: int, number: int) -> None:
        self.offset, self.source, self.since, self.number = offset, source, since, number


@dataclass(slots=True)
class Look:
    """What was read about some entries: of each, by source, and those of which nothing came."""

    each: list[Sums] = field(default_factory=list)
    sums: BySource = field(default_factory=dict)
    rest: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry, one: Sums) -> None:
        """An entry, in their order."""
        self.each.append(one)
        before = self.sums.get(entry.source)
        self.sums[entry.source] = one if before is None else before.plus(one)
        if one.quiet:
            self.rest.append(entry)


class Side(ABC):
    """The walk. What came of an entry, and which of the others need an explanation, its two kinds know."""

    stage = ""
    exact = False
    """Whether `suspects` are known one by one; else nothing may come of a record, and only counts tell."""

    def __init__(self, topic: str, partition: int, begin: int, *, ledger_cut: bool = False) -> None:
        """`ledger_cut`: the oldest lines of the ledger are deleted, so that records before the first may have none."""
        self.topic, self.partition = topic, partition
        self._ledger_cut = ledger_cut
        self.count: Callable[[Sequence[Entry], Look, Mapping[Source, Counter[str]]], None] | None = None
        """Hears what is settled, with the entries that were ignored by rule."""
        self.begin = self.next = begin
        """Where the audit began, and the first offset that is not settled."""
        self.read_to = begin
        self._lost_to = begin
        self.unverified = 0
        """Records that could not be compared: their range began before the audit did."""
        self.entries: deque[Entry] = deque()
        self.ranges = Ranges()
        self._lately: deque[tuple[int, Source, Sums]] = deque(maxlen=LATELY)

    def take(self, entry: Entry) -> None:
        """A record of the input, in the order of offsets."""
        if entry.offset >= max(self.next, self.read_to):
            self.entries.append(entry)
            self.read_to = entry.offset + 1

    def told(self, line: Ledger) -> None:
        """A line of the ledger."""
        if line.last >= self.next:
            self.ranges.add(line)

    def settle(self, committed: int, *, final: bool) -> list[Finding]:
        """Walk on as far as the stage has committed; with `final`, say what does not agree."""
        found: list[Finding] = []
        while self.entries and self.entries[0].offset < committed:
            if not self._agreement(committed, found):
                if not final or self._told_beyond(committed):
                    break
                found += self._dispute(committed)
        return found

    def _told_beyond(self, committed: int) -> bool:
        """Whether only ranges that are not all committed tell of the first entry: they may be done again."""
        first = self.entries[0].offset
        return not self.ranges.covering(first, committed) and bool(self.ranges.covering(first, FAR))

    def _agreement(self, committed: int, found: list[Finding]) -> bool:
        for key in self.ranges.covering(self.entries[0].offset, committed):
            said = self._said(key)
            if said is None or key[1] >= self.read_to:
                continue
            entries = self._until(key[1])
            look = self.look(entries, said)
            if look.sums == said:
                found += self.done(entries, look, self.ranges.lines(key))
                self._close(key, entries, look)
                return True
        return False

    def _said(self, key: Range) -> BySource | None:
        """What the ledger says of the part of a range that is not settled; None where that cannot be known."""
        said = of_lines(self.ranges.lines(key))
        if key[0] >= self.next:
            return without(said, [])
        if not self._lately or self._lately[0][0] > key[0] or key[0] < self.begin:
            return None
        return without(said, [{source: sums} for offset, source, sums in self._lately if offset >= key[0]])

    def _until(self, last: int) -> list[Entry]:
        return list(takewhile(lambda entry: entry.offset <= last, self.entries))

    def _close(self, key: Range, entries: Sequence[Entry], look: Look) -> None:
        self._pass(entries, look, self.ranges.ignored(key))
        self.next = key[1] + 1
        self.ranges.settle(key)

    def _pass(self, entries: Sequence[Entry], look: Look, ignored: Mapping[Source, Counter[str]]) -> None:
        if self.count is not None:
            self.count(entries, look, ignored)
        lately = zip(entries[-LATELY:], look.each[-LATELY:], strict=True)
        self._lately.extend((entry.offset, entry.source, sums) for entry, sums in lately)
        for _ in entries:
            self.entries.popleft()

    def _dispute(self, committed: int) -> list[Finding]:
        """Nothing agrees at the first entry: what is said, or that nothing is."""
        first = self.entries[0].offset
        keys = self.ranges.covering(first, committed)
        if not keys:
            behind = self.ranges.after(first)
            end = committed if behind is None else min(behind, committed)
            return self._skipped(self._until(end - 1), end)
        key = next((one for one in keys if self._said(one) is not None), keys[0])
        entries, said = self._until(key[1]), self._said(key)
        partly = said is None
        if said is None:
            said = of_lines(self.ranges.lines(key))
        look = self.look(entries, said)
        again = self.ranges.told_again(key)
        found: list[Finding] = []
        for source in sorted(set(said) | set(look.sums)):
            one, other = said.get(source, Sums()), look.sums.get(source, Sums())
            if one != other and not ((again or partly) and _explained(one, other, partly=partly)):
                found.append(self._differs(key, source, one, other, entries, look))
        if partly:
            self.unverified += len(entries)
        self.done(entries, look, ())
        self._close(key, entries, look)
        return found

    def _skipped(self, entries: Sequence[Entry], end: int) -> list[Finding]:
        """Entries that no range covers, though the stage is past them."""
        look = self.look(entries, {})
        if self._ledger_cut and self.next == self.begin:
            self.unverified += len(entries)
            found: list[Finding] = []
        else:
            found = [
                self._finding(
                    "skipped",
                    source,
                    [entry for entry in entries if entry.source == source],
                    f"{self.stage} is past {sums.read} records that no line of its ledger tells of",
                    sums.read,
                )
                for source, sums in sorted(look.sums.items())
            ]
        self.done(entries, look, ())
        self._pass(entries, look, {})
        self.next = end
        self.ranges.drop(end)
        return found

    def _differs(
        self, key: Range, source: Source, said: Sums, seen: Sums, entries: Sequence[Entry], look: Look
    ) -> Finding:
        kind, message, count = _judged(self.stage, said, seen)
        mine = [entry for entry in entries if entry.source == source]
        silent = self.suspects([entry for entry in look.rest if entry.source == source])
        suspects = silent if (silent if self.exact else len(silent) > said.quiet) else mine
        if not suspects:  # the input itself is not there any more
            return self._finding(kind, source, [], message, count, within=key)
        return self._finding(kind, source, suspects, message, count)

    def _finding(
        self,
        kind: FindingKind,
        source: Source,
        entries: Sequence[Entry],
        message: str,
        count: int,
        within: Range = (0, 0),
    ) -> Finding:
        first, last = (entries[0].offset, entries[-1].offset) if entries else within
        return Finding(
            kind=kind,
            stage=self.stage,
            source=source,
            topic=self.topic,
            partition=self.partition,
            first=first,
            last=last,
            count=count,
            message=message,
            since=min((entry.since for entry in entries), default=0),
            offsets=tuple(entry.offset for entry in entries),
            ids=frozenset(entry.number for entry in entries),
            origins=tuple(dict.fromkeys(place for entry in entries if (place := self.origin(entry)) is not None)),
        )

    def deleted(self, low: int, committed: int) -> list[Finding]:
        """The topic begins at `low` now. What was deleted before the stage had read it is lost to the stage."""
        first = max(self.next, committed, self._lost_to)
        if low <= first:
            self._jump(low)
            return []
        self._lost_to = low
        gone = [entry for entry in self.entries if first <= entry.offset < low]
        found = []
        for source in sorted({entry.source for entry in gone}):
            mine = [entry for entry in gone if entry.source == source]
            message = f"{len(mine)} records were deleted before {self.stage} had read them"
            found.append(self._finding("deleted", source, mine, message, len(mine)))
        unseen = max(first, self.read_to)
        if unseen < low:
            message = f"offsets {unseen} to {low - 1} were deleted before {self.stage} had read them"
            found.append(self._finding("deleted", ("", ""), [], message, low - unseen, within=(unseen, low - 1)))
        self.entries = deque(entry for entry in self.entries if not first <= entry.offset < low)
        if not self.entries or self.entries[0].offset >= low:
            self.next = max(self.next, low)
        self._jump(low)
        return found

    def _jump(self, low: int) -> None:
        """What was deleted unseen cannot be compared any more, nor what shares a range with it."""
        if low > self.read_to:
            self.unverified += len(self.entries)
            self.entries.clear()
            self.begin = self.next = self.read_to = low

    def origin(self, entry: Entry) -> tuple[int, int] | None:
        """Partition and offset of the delivery that an entry is, or comes from."""
        return (self.partition, entry.offset)

    @abstractmethod
    def look(self, entries: Sequence[Entry], said: BySource) -> Look:
        """What was read about these entries. `said`: what the ledger says of them."""

    def suspects(self, rest: list[Entry]) -> list[Entry]:
        """Of entries of which nothing came, those that are not known to be repeats."""
        return rest

    @abstractmethod
    def done(self, entries: Sequence[Entry], look: Look, lines: Iterable[Ledger]) -> list[Finding]:
        """These entries are settled: forget what was read about them. `lines` tell of them, and agreed."""


def _explained(said: Sums, seen: Sums, *, partly: bool) -> bool:
    """Whether there is at least what is said: a stage that did a part twice, with another configuration the second
    time, wrote more than either line tells. `partly`: the lines tell of earlier records too."""
    if partly:
        return seen.quiet <= said.quiet
    same = seen.read == said.read
    return same and seen.written >= said.written and seen.dead >= said.dead and seen.parked >= said.parked


def _judged(stage: str, said: Sums, seen: Sums) -> tuple[FindingKind, str, int]:
    """Kind, sentence and count of a difference."""
    if seen.read > said.read:
        more = seen.read - said.read
        return "skipped", f"{stage} counted {said.read} of {seen.read} records", more
    for what, one, other in (
        ("activities", said.written, seen.written),
        ("dead letters", said.dead, seen.dead),
        ("parked deliveries", said.parked, seen.parked),
    ):
        if other < one:
            return "missing", f"{stage} says that it wrote {one} {what}, the topic holds {other}", one - other
    if seen.read < said.read:
        return "differs", f"{stage} says that it read {said.read} records, the topic holds {seen.read}", 0
    if seen.written == said.written and seen.total != said.total:
        return "missing", f"the topic holds other activities than {stage} says that it wrote (sum of ids)", 1
    return "differs", f"the topic holds more of these records than {stage} says that it wrote", 0
