"""One comparison after another: asks where the stages are, reads the topics up to their ends, compares; then the feeds.

The order of the questions is what makes a difference a finding: first what the stages have committed, then where the
topics end, then reading up to there. A stage commits an input offset when everything it wrote about the records before
is acknowledged (unify: in the same transaction), so all of that lies before those ends. Where the feeds end is asked
when the ledgers are read: what these tell of them lies before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from commonline import topics as table
from commonline.audit.comparison import Comparison, Complete, Names
from commonline.audit.counts import Counts
from commonline.audit.feeds import Feeds
from commonline.audit.findings import Finding
from commonline.audit.intake import READ, Intake
from commonline.audit.memory import Memory
from commonline.audit.reader import PassedError, Place, TopicReader
from commonline.bus.process import ProcessSettings
from commonline.clock import Clock, now_us
from commonline.errors import RetryLaterError

log = logging.getLogger(__name__)
NORMALIZE, UNIFY, GROUP = "normalize", "unify", "audit"
LOOK_EVERY = 20_000
"""Records after which ranges that agree are settled, so that they need no room."""
MOST_REMEMBERED = 4_000_000
Progress = Callable[[int, int], None]
"""(records read, records to read) of a cycle."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Ends of all topics, asked outputs first: what is written about inputs behind an end lies behind the others."""

    ends: Mapping[Place, int]


class Auditor:
    """Use as a context manager; `compare` as often as wanted. With `resume`, it goes on where the last one left off.
    `counts` are kept beside the comparison. With `feeds`, it reads these too.

    Raises `PlatformError` when a topic does not exist, `RetryLaterError` when Kafka does not answer.
    """

    def __init__(
        self,
        settings: ProcessSettings,
        *,
        resume: bool = False,
        feeds: bool = True,
        counts: Counts | None = None,
        clock: Clock = now_us,
    ) -> None:
        names = settings.topics
        self._settings, self._clock, self._resume, self._counts = settings, clock, resume, counts
        self._deliveries, self._activities = names.name(table.DELIVERIES), names.name(table.ACTIVITIES)
        self._conversations = names.name(table.CONVERSATIONS)
        self._outputs = [names.name(topic) for topic in READ if topic not in (table.DELIVERIES, table.ACTIVITIES)]
        self._groups = {stage: names.identifier(stage) for stage in (NORMALIZE, UNIFY)}
        group = names.identifier(GROUP) if resume else None
        self.reader = TopicReader(settings.kafka, [names.name(topic) for topic in READ], group)
        self.feeds: Feeds | None = None
        self._admin: Any = None
        self._snapshot: Snapshot | None = None
        self._compared: Snapshot | None = None
        try:
            self.comparison, self.intake = self._begin()
            self.feeds = Feeds(settings, group, clock) if feeds else None
        except BaseException:
            self.close()
            raise
        self.reached = False
        """Whether the last `compare` could read everything; else it found nothing, but that is no proof."""
        self.cut = 0
        """When the ends of the last `compare` were asked for, microseconds."""

    def __enter__(self) -> Auditor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self.reader.close()
        if self.feeds is not None:
            self.feeds.close()
        if self._admin is not None:
            self._admin.close()

    def _begin(self) -> tuple[Comparison, Intake]:
        reader = self.reader
        lows = reader.lows(reader.places)
        kept = reader.kept() if self._resume else {}
        begins = {place: max(kept.get(place, (0, ""))[0], low) for place, low in lows.items()}
        ledgers = reader.of(*(self._settings.topics.name(one) for one in (table.LEDGER, table.UNIFY_LEDGER)))
        deliveries = {place[1]: begins[place] for place in reader.of(self._deliveries)}
        activities = {
            place[1]: max(begins[place], int(kept[place][1] or 0) if place in kept else 0)
            for place in reader.of(self._activities)
        }
        before, whole = self._remembered(lows, begins)
        comparison = Comparison(
            Names(self._deliveries, self._activities),
            deliveries,
            activities,
            Memory(MOST_REMEMBERED, complete=whole),
            ledger_cut=not kept and any(lows[place] for place in ledgers),
        )
        for place, begin in begins.items():
            reader.seek(place, lows[place] if place in before else begin)
        if self._counts is not None:
            for side in comparison.mapped.values():
                side.count = self._counts.settled
        return comparison, Intake(self._settings.topics, self._settings.ids, comparison, before, self._counts)

    def _remembered(self, lows: Mapping[Place, int], begins: Mapping[Place, int]) -> tuple[dict[Place, int], bool]:
        """Where to begin with conversations.v1: at its beginning, if that is not too much, to know what was there."""
        places = self.reader.of(self._conversations)
        earlier = sum(begins[place] - lows[place] for place in places)
        if earlier > MOST_REMEMBERED // 2:
            return {}, False
        return {place: begins[place] for place in places}, not any(lows[place] for place in places)

    def compare(self, progress: Progress = lambda _read, _total: None) -> list[Finding]:
        """Read what has come and compare; what does not agree, once."""
        normalize, unify = self._committed(NORMALIZE, self._deliveries), self._committed(UNIFY, self._activities)
        before, self.cut = self.cut or self._clock(), self._clock()
        ends = self._ends()
        at = {place: self.reader.position(place) for place in ends}
        total = sum(max(0, end - at[place]) for place, end in ends.items())
        found = self._deleted(normalize, unify)
        read = looked = 0
        try:
            for portion in self.reader.until(ends):
                self.intake.take(portion)
                read += len(portion)
                progress(min(read, total), total)
                if read - looked >= LOOK_EVERY:
                    looked = read
                    found += self.comparison.settle(normalize, unify, final=False)
        except PassedError as error:
            self._pass(error)
            found += self._deleted(normalize, unify)
        self.reached = not self.reader.behind(ends)
        found += self.comparison.settle(normalize, unify, final=self.reached)
        self._compared = Snapshot(ends)
        if self.feeds is not None and self.reached:
            found += self.feeds.compare(self.intake.written)
            self.reached = self.feeds.reached
        return [finding if finding.since else replace(finding, since=before) for finding in found]

    @property
    def read(self) -> int:
        """Records read, of all topics."""
        return self.reader.read + (self.feeds.read if self.feeds is not None else 0)

    def complete(self, findings: list[Finding]) -> list[Complete]:
        """How far each source is complete, as of the last `compare`."""
        return self.comparison.complete(self.cut, findings)

    def _ends(self) -> dict[Place, int]:
        """Outputs first: see `Snapshot`."""
        ends = self.reader.ends(self.reader.of(*self._outputs))
        ends |= self.reader.ends(self.reader.of(self._activities))
        return ends | self.reader.ends(self.reader.of(self._deliveries))

    def _committed(self, stage: str, topic: str) -> dict[int, int]:
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(
                    **self._settings.kafka.kafka_python(), client_id="commonline-audit", bootstrap_timeout_ms=15_000
                )
            group = self._groups[stage]
            told = self._admin.list_group_offsets([group])[group]
        except KafkaError as error:
            raise RetryLaterError(f"committed offsets of {stage}: {error}") from error
        return {
            where.partition: int(place.offset)
            for where, place in told.items()
            if where.topic == topic and place.offset >= 0
        }

    def _deleted(self, normalize: Mapping[int, int], unify: Mapping[int, int]) -> list[Finding]:
        """What was deleted of the inputs; reading goes on at their beginning."""
        lows: dict[str, dict[int, int]] = {}
        for place, low in self.reader.lows(self.reader.of(self._deliveries, self._activities)).items():
            lows.setdefault(place[0], {})[place[1]] = low
            if self.reader.position(place) < low:
                log.warning("%s[%d]: records before offset %d were deleted before the audit had read them", *place, low)
                self.reader.seek(place, low)
        return self.comparison.deleted(normalize, unify, lows)

    def _pass(self, error: PassedError) -> None:
        """Go on at the beginning that a topic has now."""
        for place, low in self.reader.lows(error.places).items():
            log.warning("%s[%d]: records before offset %d were deleted before the audit had read them", *place, low)
            self.reader.seek(place, low)

    def keep(self) -> None:
        """Keep the place of a snapshot whose inputs are all settled: a restart goes on there. Call it when what was
        found is published."""
        if not (self.reached and self._resume):
            return
        if self.feeds is not None:
            self.feeds.keep()
        if self._snapshot is None:
            self._snapshot = self._compared
            return
        before = self._snapshot.ends
        settled = {(self._deliveries, number): side.next for number, side in self.comparison.mapped.items()}
        joined = {(self._activities, number): side.next for number, side in self.comparison.joined.items()}
        if any(at < before[place] for place, at in (settled | joined).items()):
            return
        self.reader.keep(
            {place: (settled.get(place, end), str(joined.get(place, ""))) for place, end in before.items()}
        )
        self._snapshot = self._compared
