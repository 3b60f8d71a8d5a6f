"""The audit as a process: compares every few seconds, publishes, gives what is missing to the line again."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import FrameType
from typing import get_args

from commonline.audit.auditor import Auditor
from commonline.audit.board import Board, Told
from commonline.audit.comparison import Complete
from commonline.audit.desk import Desk
from commonline.audit.findings import Finding
from commonline.audit.originals import MOST_AT_ONCE, Originals, Repair
from commonline.audit.sums import Source
from commonline.bus.process import ProcessSettings
from commonline.bus.serve import MetricsServer
from commonline.clock import Clock, now_us
from commonline.errors import PlatformError, RetryLaterError
from commonline.metrics import Metrics
from commonline.schemas.records import FindingKind

log = logging.getLogger(__name__)
EVERY_S = 5.0
PUBLISH_S = 30.0
"""How often completeness is published while nothing changes."""
AGAIN_S = 2.0


class Audit:
    """One installation's audit. `cycle` does one round; `run` goes on until `stop`."""

    def __init__(
        self,
        settings: ProcessSettings,
        *,
        repair: bool = True,
        every_s: float = EVERY_S,
        clock: Clock = now_us,
        metrics: Metrics | None = None,
    ) -> None:
        self._settings, self._repair, self._every_s, self._clock = settings, repair, every_s, clock
        self.metrics = metrics or Metrics()
        self._stopping = threading.Event()
        self._auditor: Auditor | None = None
        self._told: Told | None = None
        self._board: Board | None = None
        self.desk = Desk(clock=clock)
        self._published = _Published()
        self._counted = 0
        self._unproven = 0
        for kind in get_args(FindingKind):
            self.metrics.counter("commonline_audit_found_total", {"kind": kind}).inc(0)
            self.metrics.counter("commonline_audit_mended_total", {"kind": kind}).inc(0)

    def stop(self) -> None:
        """Ask for a clean end; safe from a signal handler."""
        self._stopping.set()

    def ready(self) -> str | None:
        """What is missing, for /readyz."""
        return None if self._auditor is not None else "waiting for Kafka"

    def run(self) -> None:
        """Compare until `stop`. A cluster that does not answer is asked again."""
        try:
            while not self._stopping.is_set():
                started = time.monotonic()
                try:
                    self.cycle()
                except (RetryLaterError, PlatformError) as error:
                    log.warning("%s", error)
                    self.close()
                    self._stopping.wait(AGAIN_S)
                    continue
                self._stopping.wait(max(0.0, self._every_s - (time.monotonic() - started)))
        finally:
            self.close()

    def close(self) -> None:
        """End the connections; what is known of findings stays."""
        if self._auditor is not None:
            self._auditor.close()
        if self._told is not None:
            self._told.close()
        self._auditor = self._told = self._board = None

    def cycle(self) -> list[Complete]:
        """Compare once; tell, publish, repair. Returns how far each source is complete."""
        auditor, told, board = self._opened()
        for finding in told.refresh().findings.values():
            self.desk.settled(finding)
        for new in self.desk.found(auditor.compare()):
            log.error("%s", sentence(new))
            self.metrics.counter("commonline_audit_found_total", {"kind": new.kind}).inc(max(1, new.count))
        for mended in self.desk.arrived(auditor.comparison.arrived()):
            log.warning("mended: %s", sentence(mended))
            self.metrics.counter("commonline_audit_mended_total", {"kind": mended.kind}).inc(max(1, mended.count))
        self.desk.look(auditor.comparison.refused())
        board.findings(self.desk.changes())
        if self._repair and auditor.reached:
            self._mend(auditor)
        complete = auditor.complete(self.desk.unsettled)
        board.findings(self.desk.changes())
        self._publish(board, complete, auditor)
        auditor.keep()
        self._measure(auditor, complete)
        return complete

    def _opened(self) -> tuple[Auditor, Told, Board]:
        if self._auditor is None or self._told is None or self._board is None:
            self.close()
            self._told = Told(self._settings).refresh()
            known = self._told.findings.values()
            # Of what an earlier process gave to the line again nobody waits any more: it is given once more.
            again = [one.now("open", one.changed) if one.state == "reinjected" else one for one in known]
            self.desk = Desk(again, self._clock)
            self._board = Board(self._settings)
            self._auditor = Auditor(self._settings, resume=True, clock=self._clock)
            self._auditor.comparison.knows(self._told.complete)
            self._counted = self._unproven = 0
        return self._auditor, self._told, self._board

    def _mend(self, auditor: Auditor) -> None:
        for finding in self.desk.to_repair():
            if self._stopping.is_set():
                return
            try:
                mend(self._settings, self.desk, auditor, finding)
            except PlatformError as error:
                log.warning("not all deliveries of a finding were given to the line again: %s", error)
                return

    def _publish(self, board: Board, complete: list[Complete], auditor: Auditor) -> None:
        findings = Counter(finding.source for finding in self.desk.unsettled)
        if auditor.reached and self._published.due(complete, findings):
            board.complete(complete, findings, auditor.cut)

    def _measure(self, auditor: Auditor, complete: list[Complete]) -> None:
        gauge = self.metrics.gauge
        for one in complete:
            labels = {"workspace": one.source[0], "source": one.source[1]}
            gauge("commonline_complete_until_timestamp_seconds", labels).set(one.until / 1e6)
        open_ = Counter((one.source, one.kind) for one in self.desk.unsettled)
        for (source, kind), count in (self._published.shown(open_) | open_).items():
            labels = {"workspace": source[0], "source": source[1], "kind": kind}
            gauge("commonline_audit_findings", labels).set(count)
        if auditor.reached:
            gauge("commonline_audit_compared_timestamp_seconds").set(auditor.cut / 1e6)
        self.metrics.counter("commonline_audit_records_total").inc(auditor.read - self._counted)
        self._counted = auditor.read
        unproven = auditor.comparison.unproven
        self.metrics.counter("commonline_audit_unproven_total").inc(unproven - self._unproven)
        self._unproven = unproven


@dataclass(slots=True)
class _Published:
    """What was said last, so that the topic does not fill with the same."""

    at: float = 0.0
    said: list[tuple[Source, int, int]] = field(default_factory=list)
    gauges: set[tuple[Source, str]] = field(default_factory=set)

    def due(self, complete: list[Complete], findings: Counter[Source]) -> bool:
        """Whether it is time: something has changed but the hour, or half a minute has passed."""
        now = time.monotonic()
        said = [(one.source, min(one.open, 1), findings[one.source]) for one in complete]
        if said == self.said and now - self.at < PUBLISH_S:
            return False
        self.at, self.said = now, said
        return True

    def shown(self, now: Counter[tuple[Source, FindingKind]]) -> dict[tuple[Source, str], int]:
        """Zero for what was shown before and is no more."""
        gone = self.gauges - set(now)
        self.gauges |= set(now)
        return dict.fromkeys(gone, 0)


def mend(settings: ProcessSettings, desk: Desk, auditor: Auditor, finding: Finding, most: int = MOST_AT_ONCE) -> int:
    """Give the deliveries of a finding to the line again; returns how many.

    Raises `PlatformError` when a stage does not get on.
    """
    originals = Originals(settings).of(finding)
    if not originals:
        desk.left(finding, "the original deliveries are deleted")
        return 0
    if len(originals) > most:
        desk.left(finding, f"{len(originals)} deliveries are not given to the line again unasked")
        return 0
    numbers = {one.number for one in originals if one.number}
    joined = finding.topic != auditor.comparison.names.deliveries and bool(finding.ids)
    fresh = desk.given(finding, finding.ids if joined else numbers)
    auditor.comparison.wait_for(fresh, joined=joined)
    count = Repair(settings).give(originals)
    log.warning("%d deliveries of %s/%s were given to the line again", count, *finding.source)
    return count


def sentence(finding: Finding) -> str:
    """A finding in one line."""
    where = f"{finding.topic}[{finding.partition}] {finding.first}–{finding.last}"
    return f"{finding.about}: {finding.message} ({where}; {finding.kind}, {finding.state}, {finding.id[:8]})"


def run(settings: ProcessSettings, *, repair: bool) -> None:
    """Run until SIGINT or SIGTERM."""
    audit = Audit(settings, repair=repair)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        audit.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    host, port = settings.metrics_host, settings.metrics_port
    with MetricsServer(audit.metrics, port=port, host=host, ready=audit.ready):
        audit.run()
    log.info("audit stopped")
