"""The deliveries that findings are about, as they lie in the log, and giving them to the line once more.

The very same record again: same id, same bytes, same headers. Every activity of it has the id that it had, so what went
through already is recognised by unify and dropped; only what was missing appears.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from commonline import topics as table
from commonline.audit.findings import Finding
from commonline.audit.intake import sender
from commonline.audit.lean import Raw, all_headers
from commonline.audit.reader import PassedError, Place, TopicReader
from commonline.audit.sums import Source, number
from commonline.bus.backlog import Pacer
from commonline.bus.process import ProcessSettings
from commonline.bus.writer import Writer
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Activity, Delivery
from commonline.schemas.serde import Serde

MOST_AT_ONCE = 50_000
"""Deliveries of one finding that are given to the line unasked."""
PORTION = 100


@dataclass(frozen=True, slots=True)
class Original:
    """A delivery's record, whose it is, and its id as a number (0: it cannot be read)."""

    raw: Raw
    source: Source
    number: int


class Originals:
    """Finds them. Connects for each question; findings are few."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._serde = Serde(settings.ids)
        self._deliveries = settings.topics.name(table.DELIVERIES)
        self._activities = settings.topics.name(table.ACTIVITIES)

    def of(self, finding: Finding) -> list[Original]:
        """The deliveries of a finding that are still there, in the order of the log."""
        places = set(finding.origins)
        if not places and finding.topic == self._deliveries:
            places = {(finding.partition, offset) for offset in range(finding.first, finding.last + 1)}
        elif not places and finding.topic == self._activities:
            places = self._origins(finding)
        found = [self._original(raw) for raw in self._read(self._deliveries, places)]
        return [one for one in found if finding.source in (one.source, ("", ""))]

    def _original(self, raw: Raw) -> Original:
        try:
            delivery = self._serde.decode_as(Delivery, raw.value or b"")
        except SchemaError:
            return Original(raw, sender(raw), 0)
        return Original(raw, (delivery.workspace, delivery.source), number(delivery.id))

    def _origins(self, finding: Finding) -> set[tuple[int, int]]:
        wanted = {(finding.partition, offset) for offset in range(finding.first, finding.last + 1)}
        found = set()
        for raw in self._read(self._activities, wanted):
            try:
                record = self._serde.decode(raw.value or b"")
            except SchemaError:
                continue
            if not isinstance(record, Activity) or record.origin.topic != self._deliveries:
                continue
            if (record.workspace, record.source) == finding.source:
                found.add((record.origin.partition, record.origin.offset))
        return found

    def _read(self, topic: str, places: set[tuple[int, int]]) -> list[Raw]:
        found: list[Raw] = []
        if not places:
            return found
        with TopicReader(self._settings.kafka, [topic]) as reader:
            lows, highs = reader.lows(reader.places), reader.ends(reader.places)
            ends: dict[Place, int] = {}
            for place in reader.places:
                wanted = [offset for partition, offset in places if partition == place[1]]
                wanted = [offset for offset in wanted if lows[place] <= offset < highs[place]]
                reader.seek(place, min(wanted, default=highs[place]))
                if wanted:
                    ends[place] = max(wanted) + 1
            try:
                for portion in reader.until(ends):
                    found += [raw for raw in portion if (raw.partition, raw.offset) in places]
            except PassedError:
                return found  # deleted this moment
        return found


class Repair:
    """Writes originals again, paced so that live traffic hardly notices. Use `give` as often as needed."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._settings = settings
        self._topic = settings.topics.name(table.DELIVERIES)

    def give(self, originals: Sequence[Original]) -> int:
        """Give them to the line again; returns how many. Raises `PlatformError` when a stage does not get on."""
        writer = Writer(self._settings.kafka, client_id="commonline-audit")
        with Pacer(self._settings) as pacer:
            at = 0
            while at < len(originals):
                pacer.concerns(*originals[at].source)
                portion = originals[at : at + pacer.take(PORTION)]
                for one in portion:
                    pacer.concerns(*one.source)
                    self._write(writer, one.raw)
                writer.flush()
                at += len(portion)
        return len(originals)

    def _write(self, writer: Writer, raw: Raw) -> None:
        # The record's time is now, not `received`: retention would delete an old one before it is read.
        writer.write(
            self._topic, raw.value, raw.key, headers=all_headers(raw), timestamp_ms=time.time_ns() // 1_000_000
        )
