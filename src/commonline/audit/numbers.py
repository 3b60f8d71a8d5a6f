"""A feed's records by number, in the order of the log: which are missing, and which stand twice. Pure.

unify numbers the records of a feed 1, 2, 3 …, so that its log shows whether one is missing. But compaction takes away
what was replaced. What tells the two apart:

* A record that was written has an offset. Where more numbers are missing than offsets are empty, some were never
  written.
* Compaction spares what follows on a record that is younger than the topic's `min.compaction.lag.ms`: the cleaner stops
  at the first segment that holds such a record (`LogCleanerManager` of Apache Kafka). An offset that is empty behind
  such a record was emptied by something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from commonline.audit.findings import FEEDS, Finding
from commonline.audit.sums import Source
from commonline.ids import uuid5
from commonline.schemas.records import FindingKind

MOST_FOUND = 100
"""Findings of one feed in one comparison; the last of them counts for all that follow."""
MORE = "; and more behind that"
UNKNOWN = -1


class FeedBatch(NamedTuple):
    """What one batch of the log holds: offsets and numbers of its records, 0 where a record has none (Kafka's own
    tombstone).

    `base`, `offset`: its first and last offset, records or not. `whole`: every offset counts as held, though no record
    is shown: a mark of a transaction, or one that was aborted. `newest`: of its records, milliseconds.
    """

    topic: str
    partition: int
    base: int
    offset: int
    places: Sequence[int] = ()
    numbers: Sequence[int] = ()
    newest: int = 0
    whole: bool = False


class FeedWalk:
    """One feed from offset `at` on. `number`: that of the record before; `UNKNOWN` takes any.

    `low`: where the log began when it was looked at last. `spared_ms`: what is younger than this, and all behind it,
    compaction has not touched.
    """

    def __init__(
        self, topic: str, source: Source, spared_ms: int, *, at: int = 0, number: int = 0, low: int = 0
    ) -> None:
        self.topic, self._source, self._spared_ms = topic, source, spared_ms
        self.at, self.number, self.low = at, number, low
        self.compacted = 0
        """Numbers that compaction may have taken away."""
        self._empty = 0
        self._newest = 0
        self._found: list[Finding] = []

    def findings(self) -> list[Finding]:
        """What was found since the last call."""
        found, self._found = self._found, []
        return found

    def take(self, batch: FeedBatch, now_ms: int) -> None:
        """The next batch. `now_ms`: when it was read, or later."""
        count = len(batch.numbers)
        whole = batch.whole or count == batch.offset - batch.base + 1
        first = self.number + 1
        if batch.base == self.at and whole and batch.numbers == list(range(first, first + count)):
            if count:
                self.number += count
                self._empty = 0
        else:
            self._walk(batch, now_ms)
        self.at = max(self.at, batch.offset + 1)
        self._newest = max(self._newest, batch.newest)

    def _walk(self, batch: FeedBatch, now_ms: int) -> None:
        self._empty += max(0, batch.base - self.at)
        at = max(self.at, batch.base)
        for offset, number in zip(batch.places, batch.numbers, strict=True):
            if offset < at:
                continue  # read before: a batch is fetched as a whole
            self._empty += offset - at
            at = offset + 1
            if number:
                self._number(offset, number, now_ms)
        if not batch.whole:
            self._empty += max(0, batch.offset + 1 - at)

    def _number(self, offset: int, number: int, now_ms: int) -> None:
        before, empty = self.number, self._empty
        self.number, self._empty = number, 0
        if before == UNKNOWN or number == before + 1:
            return
        if number <= before:
            message = f"number {number} comes again, behind number {before}: readers get it twice"
            self._add("differs", offset, offset, before - number + 1, message)
            return
        missing = number - before - 1
        numbers = f"number {before + 1}" if missing == 1 else f"numbers {before + 1} to {number - 1}"
        if missing > empty:
            self._add("gap", offset, offset, missing, f"{numbers}: never written")
        elif self._newest > now_ms - self._spared_ms:
            self._add("gap", offset - empty, offset - 1, missing, f"{numbers}: taken out of the log")
        else:
            self.compacted += missing

    def begins(self, low: int) -> None:
        """Where the log begins now. Compaction never moves that: somebody deleted what was before."""
        if low > self.low:
            message = f"offsets {self.low} to {low - 1}: deleted, the feed begins behind them"
            # By its end: whoever reads the log for the first time finds one deletion where there were several.
            self._add("gap", self.low, low - 1, low - self.low, message, name=str(low))
        self.low = low
        if low > self.at:
            self.at, self.number, self._empty = low, UNKNOWN, 0

    def ends(self, end: int) -> bool:
        """Where the log ends now. Returns whether that is before what was read: reading goes on there."""
        if end >= self.at:
            return False
        message = f"offsets {end} to {self.at - 1}: were read and are gone, the feed was cut or made anew"
        self._add("gap", end, self.at - 1, self.at - end, message, name=f"{end}-{self.at}")
        self.at, self.number, self._empty, self.low = end, UNKNOWN, 0, min(self.low, end)
        return True

    def written(self, last: int) -> None:
        """unify says that it has written up to a number, and everything that it had written was read."""
        if self.number == UNKNOWN or last <= self.number:
            return
        missing = last - self.number
        numbers = f"number {last}" if missing == 1 else f"numbers {self.number + 1} to {last}"
        message = f"{numbers}: written, as the ledger of unify says, and not in the feed"
        self._add("gap", self.at, self.at, missing, message)
        self.number = last

    def _add(self, kind: FindingKind, first: int, last: int, count: int, message: str, name: str = "") -> None:
        if len(self._found) == MOST_FOUND:
            told = self._found[-1]
            more = told.message if told.message.endswith(MORE) else told.message + MORE
            self._found[-1] = replace(told, last=max(told.last, last), count=told.count + count, message=more)
            return
        self._found.append(
            Finding(
                kind=kind,
                stage=FEEDS,
                source=self._source,
                topic=self.topic,
                partition=0,
                first=first,
                last=last,
                count=count,
                message=message,
                since=self._newest * 1000,
                id=uuid5(FEEDS, self.topic, "0", name or str(first), kind, *self._source),
            )
        )
