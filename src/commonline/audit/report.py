"""What `commonline status` and the gateway tell of sources: one reading of the topics, compared as the audit does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType

from commonline import topics as table
from commonline.audit.auditor import Auditor
from commonline.audit.counts import Count
from commonline.audit.counts import Counts as Tally
from commonline.audit.desk import Desk
from commonline.audit.findings import Finding
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.kit.control import Control

Progress = Callable[[int, int], None]
"""(records read, records there are at most)."""


@dataclass(frozen=True, slots=True)
class Report:
    """Sources by name; what does not agree and is neither mended nor accepted; how many deliveries wait for normalize,
    and activities for unify; which sources are paused."""

    sources: list[Count]
    findings: list[Finding]
    waiting: int
    behind: int
    paused: frozenset[str]

    @property
    def disagreements(self) -> list[str]:
        """A sentence for each sum that does not agree."""
        return [f"{finding.about}: {finding.message}" for finding in self.findings]


class Counts:
    """Use as a context manager; every `refresh` reads what has come since the last."""

    def __init__(self, settings: ProcessSettings) -> None:
        names = settings.topics
        self._tally = Tally(names.name(table.DELIVERIES))
        self._desk = Desk()
        self._paused: set[str] = set()
        self._auditor = Auditor(settings, feeds=False, counts=self._tally)
        self._sources = Reader(settings.kafka, [names.name(table.SOURCES)])

    def __enter__(self) -> Counts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._auditor.close()
        self._sources.close()

    def refresh(self, progress: Progress = lambda _read, _total: None, known: Iterable[Finding] = ()) -> Report:
        """Read on and report. `known`: findings as they were published; mended or accepted, they are not told again."""
        self._desk.found(self._auditor.compare(progress))
        for finding in known:
            self._desk.settled(finding)
        for message in self._sources.until_end():
            self._pause(message.key() or b"", message.value())
        comparison = self._auditor.comparison
        sources = self._tally.report(comparison.mapped.values())
        return Report(
            sources=sources,
            findings=self._desk.unsettled,
            waiting=sum(count.waiting for count in sources),
            behind=sum(len(side.entries) for side in comparison.joined.values()),
            paused=frozenset(self._paused),
        )

    def _pause(self, key: bytes, value: bytes | None) -> None:
        try:
            order = Control.decode(key, value)
        except ValueError:
            return
        (self._paused.add if order.paused else self._paused.discard)(order.source)
