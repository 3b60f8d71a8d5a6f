"""Activities against what unify joined into conversations, by id and in order. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from commonline.audit.findings import Finding
from commonline.audit.memory import Memory
from commonline.audit.ranges import Range
from commonline.audit.side import Entry, Look, Side
from commonline.audit.sums import BySource, Source, Sums
from commonline.schemas.records import FindingKind, Ledger


class Activity(Entry):
    """An activity, or a control record (number 0). `origin`: where its delivery lies. `plain`: if unify calls it a
    repeat, this very activity was there before; a polled snapshot of what is known may be one without that.
    `corrected`: its id if it was replayed and corrects what was told before, else 0."""

    __slots__ = ("corrected", "origin", "plain")

    def __init__(
        self,
        offset: int,
        source: Source,
        since: int,
        number: int,
        origin: tuple[int, int] | None,
        *,
        plain: bool,
        corrected: int = 0,
    ) -> None:
        super().__init__(offset, source, since, number)
        self.origin, self.plain, self.corrected = origin, plain, corrected


class Joined(Side):
    """One partition of activities.v1. Conversations come in the order of activities: one writer, one order."""

    stage = "unify"
    exact = True

    def __init__(self, topic: str, partition: int, begin: int, memory: Memory, *, ledger_cut: bool = False) -> None:
        super().__init__(topic, partition, begin, ledger_cut=ledger_cut)
        self._memory = memory
        self._written: deque[int] = deque()
        self._dead: set[int] = set()
        self._taken: dict[int, int] = {}
        self._places: list[int] = []
        self._strange: list[int] = []
        self.unproven = 0
        """Activities that unify calls repeats, and of which the audit does not remember the first."""
        self.awaited: dict[int, str] = {}
        self.arrived: list[tuple[int, str]] = []
        self.refused: list[tuple[int, str]] = []
        """Of those that are awaited, the ones that unify takes for repeats."""
        self._reported: set[int] = set()

    def joined(self, number: int) -> None:
        """An activity as it stands in conversations.v1."""
        self._written.append(number)
        if number in self.awaited:
            self.arrived.append((number, self.awaited.pop(number)))

    def remembered(self, number: int) -> None:
        """One that was joined before the audit began."""
        self._memory.add(number)

    def letter(self, offset: int) -> None:
        """A dead letter of the record at an offset."""
        if offset >= self.next:
            self._dead.add(offset)

    def origin(self, entry: Entry) -> tuple[int, int] | None:
        """Where the activity's delivery lies."""
        return entry.origin if isinstance(entry, Activity) else None

    def look(self, entries: Sequence[Entry], said: BySource) -> Look:
        """Counts by source; activities of which nothing came, repeats among them."""
        wanted = sum(sums.written for sums in said.values())
        self._match(entries, wanted if said else len(entries))
        look = Look()
        for entry in entries:
            if entry.offset in self._dead:
                look.add(entry, Sums(read=1, dead=1))
            elif entry.offset in self._taken:
                look.add(entry, Sums(read=1, written=1, total=entry.number))
            else:
                look.add(entry, Sums(read=1, quiet=1))
        return look

    def _match(self, entries: Sequence[Entry], wanted: int) -> None:
        """Which of the next joined activities are of these entries: the next `wanted` if all is well.

        An id that comes several times is of the first; a correction has an id by which its own entry is known.
        """
        waiting: dict[int, deque[Entry]] = {}
        for entry in entries:
            if entry.number:
                waiting.setdefault(entry.number, deque()).append(entry)
        corrects = {one.corrected: one for one in entries if isinstance(one, Activity) and one.corrected}
        self._taken, self._places = {}, []
        for position, told in enumerate(islice(self._written, wanted + len(entries))):
            if len(self._taken) == wanted:
                break
            own: Entry | None = corrects.get(told)
            while own is None and (line := waiting.get(told)):
                first = line.popleft()
                own = first if first.offset not in self._taken else None
            if own is not None and own.offset not in self._taken:
                self._taken[own.offset] = own.number
                self._places.append(position)

    def _take_off(self) -> None:
        """What was matched is remembered, and waits no more."""
        for number in self._taken.values():
            self._memory.add(number)
        if not self._places or self._places[-1] == len(self._places) - 1:
            for _ in self._places:
                self._written.popleft()
        else:
            places = set(self._places)
            self._written = deque(number for at, number in enumerate(self._written) if at not in places)
        self._taken, self._places = {}, []

    def tidy(self) -> None:
        """After everything up to the ends was read: what has been first in the queue all along is of no entry."""
        head = list(islice(self._written, 1))
        if head and head == self._strange and not self.entries:
            self._written.clear()
        self._strange = head

    def suspects(self, rest: list[Entry]) -> list[Entry]:
        """Those that were never joined, as far as is known."""
        taken = set(self._taken.values())
        return [
            entry
            for entry in rest
            if isinstance(entry, Activity) and entry.plain and entry.number
            if entry.number not in taken and entry.number not in self._memory
        ]

    def _finding(
        self,
        kind: FindingKind,
        source: Source,
        entries: Sequence[Entry],
        message: str,
        count: int,
        within: Range = (0, 0),
    ) -> Finding:
        self._reported.update(entry.number for entry in entries)
        return super()._finding(kind, source, entries, message, count, within)

    def done(self, entries: Sequence[Entry], look: Look, lines: Iterable[Ledger]) -> list[Finding]:
        """Take what was matched off, remember it, and look whether repeats were there before."""
        unknown = self.suspects(look.rest) if any(line.quiet for line in lines) else []
        self._take_off()
        self._dead = {offset for offset in self._dead if offset > entries[-1].offset} if self._dead else self._dead
        self.refused += [(one.number, self.awaited[one.number]) for one in unknown if one.number in self.awaited]
        unknown = [one for one in unknown if one.number not in self._reported]
        self.unproven += len(unknown)
        if not unknown or not self._memory.complete:
            return []
        found = []
        for source in sorted({entry.source for entry in unknown}):
            mine = [entry for entry in unknown if entry.source == source]
            message = f"unify calls {len(mine)} activities repeats that conversations.v1 never had"
            found.append(self._finding("missing", source, mine, message, len(mine)))
        return found
