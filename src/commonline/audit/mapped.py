"""Deliveries against what normalize made of them, by where each delivery lies. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commonline.audit.findings import Finding
from commonline.audit.side import Entry, Look, Side
from commonline.audit.sums import MODULUS, BySource, Sums
from commonline.schemas.records import Ledger


class Came:
    """What came of one delivery. Sets: a stage that repeats work writes the same again."""

    __slots__ = ("activities", "letters", "parked")

    def __init__(self) -> None:
        self.activities: set[int] = set()
        self.letters: set[str] = set()
        self.parked = False


class Mapped(Side):
    """One partition of deliveries.v1."""

    stage = "normalize"

    def __init__(self, topic: str, partition: int, begin: int, *, ledger_cut: bool = False) -> None:
        super().__init__(topic, partition, begin, ledger_cut=ledger_cut)
        self._came: dict[int, Came] = {}
        self.awaited: dict[int, str] = {}
        """Ids of deliveries that were given to the line again, and their findings."""
        self.arrived: list[tuple[int, str]] = []
        """Of them, those that went through."""

    def activity(self, offset: int, number: int) -> None:
        """An activity of the delivery at an offset."""
        if (came := self._of(offset)) is not None:
            came.activities.add(number)

    def letter(self, offset: int, identifier: str) -> None:
        """A dead letter of it."""
        if (came := self._of(offset)) is not None:
            came.letters.add(identifier)

    def parked(self, offset: int) -> None:
        """It lies in parked.v1."""
        if (came := self._of(offset)) is not None:
            came.parked = True

    def _of(self, offset: int) -> Came | None:
        if offset < self.next:
            return None
        came = self._came.get(offset)
        if came is None:
            came = self._came[offset] = Came()
        return came

    def look(self, entries: Sequence[Entry], said: BySource) -> Look:  # noqa: ARG002 - what is said changes nothing here
        """Counts, and deliveries with no outcome."""
        look = Look()
        for entry in entries:
            came = self._came.get(entry.offset)
            if came is None:
                look.add(entry, Sums(read=1, quiet=1))
            else:
                total = sum(came.activities) % MODULUS
                look.add(entry, Sums(1, len(came.activities), total, len(came.letters), int(came.parked)))
        return look

    def done(self, entries: Sequence[Entry], look: Look, lines: Iterable[Ledger]) -> list[Finding]:  # noqa: ARG002
        """Forget what came of them. What was awaited is through if all agrees."""
        agreed = bool(list(lines))
        for entry in entries:
            self._came.pop(entry.offset, None)
            if agreed and entry.number in self.awaited:
                self.arrived.append((entry.number, self.awaited.pop(entry.number)))
        return []
