"""One schedule from start to verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import KafkaException

from commonline import topics as table
from commonline.audit.report import Counts
from commonline.bus.process import ProcessSettings
from commonline.bus.store import LocalStore
from commonline.secrets import installation_key
from tests.crash import epilogue
from tests.crash.broker import CutBroker
from tests.crash.evidence import Evidence, gather, keep, unread
from tests.crash.hand import Hand
from tests.crash.load import Load
from tests.crash.oracle import Verdict, judge
from tests.crash.replay import Replayed, changelog_rows, replay
from tests.crash.schedule import Blow, Schedule
from tests.crash.traffic import WORKSPACES, lanes
from tests.crash.watch import Watch
from tests.crash.works import StoppedError, Works

STALLED_S = 12.0
"""When the outputs stand still for so long, the next burst falls all the same."""
LONGEST_S = 900.0
SETTLE_S = 240.0
TEND_S = 0.05
Progress = Callable[[float], None]


@dataclass(slots=True)
class Run:
    """What came of a schedule. `recovery_s`: of each fault, until all partitions wrote again."""

    verdict: Verdict
    took_s: float
    recovery_s: list[tuple[str, float]] = field(default_factory=list)
    exits: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    stopped: str = ""

    @property
    def clean(self) -> bool:
        """Whether the guarantee held."""
        return self.verdict.clean and not self.stopped


class Trial:
    """Runs one schedule on a broker; everything it leaves lies in `folder`."""

    def __init__(self, broker: CutBroker, schedule: Schedule, folder: Path, prefix: str, progress: Progress) -> None:
        folder.mkdir(parents=True)
        self.schedule, self.folder, self._progress = schedule, folder, progress
        (folder / "schedule.json").write_text(json.dumps(schedule.plain(), indent=1), "utf-8")
        self.works = self.make_works(broker, prefix)
        self._began = time.monotonic()
        self._stopped = ""

    def make_works(self, broker: CutBroker, prefix: str) -> Works:
        """The processes, not started."""
        return Works(broker, prefix, self.folder, self.schedule)

    def begin(self) -> Watch:
        """Start the processes; returns when all work."""
        works, kafka = self.works, self.works.broker.settings
        if self.schedule.compaction:
            epilogue.compact_often(kafka, works.topics.name(table.STATE))
        for name in ("connect", "normalize", "unify"):
            works.start(name, wait=False)
        for name in ("normalize", "connect", "unify"):
            works.wait_ready(name)
        return Watch(kafka, works.topics.name(table.CONVERSATIONS))

    def run(self) -> Run:
        """Start, strike, wait until all is still, judge."""
        works = self.works
        hand = watch = load = None
        try:
            watch = self.begin()
            load = self.make_load(watch)
            hand = Hand(works, load)
            self._strike(hand, load, watch)
            acknowledged = self.settle(hand, load, watch)
            works.still()
        except (AssertionError, KafkaException) as error:
            self._stopped = str(error)
            works.slay()
            acknowledged = list(load.acknowledged) if load else []
        finally:
            self._end(hand, load, watch)
            works.slay()
        verdict = self.judge(acknowledged)
        run = Run(verdict, time.monotonic() - self._began, stopped=self._stopped)
        run.exits = dict(works.exits)
        run.retries = load.retries if load else 0
        run.recovery_s = recoveries(hand, works, watch)
        if not self._stopped and self.schedule.epilogue:
            run.stopped = epilogue.retention(works, self.schedule.epilogue)
        if not run.clean:
            told = {**verdict.plain(), "stopped": run.stopped, "exits": run.exits, "recovery_s": run.recovery_s}
            (self.folder / "verdict.json").write_text(json.dumps(told, indent=1), "utf-8")
        return run

    def room(self, watch: Watch) -> Callable[[int], bool]:
        """Whether the load may go on: it stays a little ahead of the outputs."""
        most = max(400, min(4000, self.schedule.events // 5))
        return lambda sent: sent - watch.seen < most

    def make_load(self, watch: Watch) -> Load:
        """Begin to send."""
        urls = {name: self.works.url(name) for name in WORKSPACES}
        return Load(urls, lanes(self.schedule.seed, self.schedule.events), self.room(watch))

    def _end(self, hand: Hand | None, load: Load | None, watch: Watch | None) -> None:
        """Stop what runs in this process."""
        if load is not None:
            load.stop()
        if hand is not None:
            try:
                hand.finish()
            except Exception as error:
                self._stopped = self._stopped or f"a blow could not be carried out: {error!r}"
        if watch is not None:
            watch.stop()

    def _strike(self, hand: Hand, load: Load, watch: Watch) -> None:
        """Let every blow fall when the outputs have come so far."""
        at = -1.0
        began = 0.0
        for blow in self.schedule.blows:
            if blow.at != at:
                self._until(blow.at, load, watch)
                at, began = blow.at, time.monotonic()
            while time.monotonic() < began + blow.after_s:
                self._tend(load, watch)
            hand.strike(blow)
        while not load.done:
            self._tend(load, watch)

    def _until(self, at: float, load: Load, watch: Watch) -> None:
        since = time.monotonic()
        while watch.seen < at * self.schedule.events and not load.done:
            self._tend(load, watch)
            if time.monotonic() - max(watch.moved, since) > STALLED_S:
                return

    def _tend(self, load: Load, watch: Watch) -> None:
        self.works.tend()
        self._progress(min(watch.seen / self.schedule.events, 1.0))
        if load.done:
            load.result()
        if watch.failure is not None:
            raise AssertionError(f"the outputs cannot be read: {watch.failure}")
        if time.monotonic() - self._began > LONGEST_S:
            raise AssertionError(f"not done after {LONGEST_S:.0f} s; {watch.seen} records are out")
        time.sleep(TEND_S)

    def settle(self, hand: Hand, load: Load, watch: Watch) -> list[Any]:
        """Faults end; then everything must arrive in time."""
        acknowledged = load.result()
        self.beside(hand.finish)
        works, deadline = self.works, time.monotonic() + SETTLE_S
        stages = (("normalize", table.DELIVERIES), ("unify", table.ACTIVITIES))
        for group, topic in stages:
            while unread(works.broker.settings, works.topics.identifier(group), works.topics.name(topic)):
                for _ in range(10):
                    works.tend()
                    time.sleep(TEND_S)
                if time.monotonic() > deadline:
                    raise StoppedError(f"{group} has not read all of its input {SETTLE_S:.0f} s after the last fault")
        return acknowledged

    def beside(self, work: Callable[[], None]) -> None:
        """Do something that takes time, and tend meanwhile."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            doing = pool.submit(work)
            while not doing.done():
                self.works.tend()
                time.sleep(TEND_S)
            doing.result()

    def judge(self, acknowledged: list[Any]) -> Verdict:
        """Read what lies in the topics, and compare."""
        works, kafka = self.works, self.works.broker.settings
        if not works.broker.alive:
            works.broker.start()
        evidence = gather(kafka, works.topics)
        replayed = replay(evidence, installation_key(self.folder / "home", {}))
        verdict = judge(evidence, acknowledged, None if self._stopped else replayed)
        if not verdict.clean:
            keep(evidence, self.folder / "evidence.jsonl.gz")
        if self._stopped:
            verdict.note(self._stopped.splitlines()[0])
        else:
            self._stores(verdict, evidence, replayed)
            self._account(verdict)
        return verdict

    def _account(self, verdict: Verdict) -> None:
        """The product's own account of what became of deliveries."""
        works = self.works
        settings = ProcessSettings(kafka=works.broker.settings, home=self.folder / "home", prefix=works.prefix)
        with Counts(settings) as counts:
            report = counts.refresh()
        verdict.unaccounted = len(report.disagreements) + report.waiting
        for sentence in report.disagreements:
            verdict.note(f"account: {sentence}")

    def _stores(self, verdict: Verdict, evidence: Evidence, replayed: Replayed) -> None:
        """A local store holds what its part of the changelog says: never a row that was not committed (F1)."""
        for path in sorted((self.folder / "home" / "state").glob("*/*")):
            if not path.is_dir():
                continue
            store = LocalStore(path)
            found = evidence.records.get((table.STATE.name, int(path.name)), [])
            until = store.changelog
            whole = until > (found[-1].offset if found else -1)
            expected = changelog_rows(one for one in found if one.offset < until)
            if whole or not self.schedule.compaction:
                rows = dict(store.rows())
                wrong = [
                    key
                    for key in rows.keys() | expected.keys()
                    if not key.startswith(b"\x00") and rows.get(key) != expected.get(key)
                ]
                verdict.state += len(wrong)
                if wrong:
                    verdict.note(f"local store {path.parent.name}/{path.name}: {len(wrong)} rows differ")
            store.close()


def recoveries(hand: Hand | None, works: Works, watch: Watch | None) -> list[tuple[str, float]]:
    """Seconds from the end of each fault, or from a death, until all partitions had written again."""
    if hand is None or watch is None:
        return []
    moments = [*hand.healed, *((at, "point") for at, _ in works.struck)]
    told = [(kind, watch.recovery_s(at)) for at, kind in moments]
    return [(kind, round(seconds, 3)) for kind, seconds in told if seconds is not None]


def repeat(blow: Blow) -> str:
    """A blow in one line."""
    parts = [blow.target, blow.what, f"{blow.seconds:g} s" if blow.seconds else ""]
    return f"{blow.at:.0%} +{blow.after_s:g} s {blow.kind} {' '.join(part for part in parts if part)}"
