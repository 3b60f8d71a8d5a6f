"""findings.v1 and completeness.v1: reading and writing what the audit says."""

from __future__ import annotations

from collections.abc import Iterable

from commonline import topics as table
from commonline.audit.comparison import Complete
from commonline.audit.findings import Finding, from_record
from commonline.audit.sums import Source
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.schemas import cloudevents
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Completeness
from commonline.schemas.records import Finding as FindingRecord
from commonline.schemas.serde import Serde


class Board:
    """Writes. Not thread-safe."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._serde = Serde(settings.ids)
        self._writer = Writer(settings.kafka, client_id="commonline-audit")
        self._findings = settings.topics.name(table.FINDINGS)
        self._completeness = settings.topics.name(table.COMPLETENESS)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Publish findings as they are now; returns when they are acknowledged."""
        for finding in findings:
            headers = cloudevents.headers(
                cloudevents.FINDING,
                f"{finding.id}/{finding.state}",
                workspace=finding.source[0],
                source=finding.source[1],
                time_us=finding.changed,
                partition_key=finding.id,
            )
            value = self._serde.encode(finding.record())
            self._writer.write(
                self._findings, value, finding.id.encode(), headers=headers, timestamp_ms=finding.changed // 1000
            )
        self._writer.flush()

    def complete(self, told: Iterable[Complete], findings: dict[Source, int], at: int) -> None:
        """Publish how far sources are complete. `at` in microseconds."""
        for one in told:
            workspace, source = one.source
            record = Completeness(
                workspace=workspace,
                source=source,
                until=one.until,
                at=at,
                open=one.open,
                findings=findings.get(one.source, 0),
            )
            headers = cloudevents.headers(
                cloudevents.COMPLETENESS,
                f"{workspace}/{source}/{at}",
                workspace=workspace,
                source=source,
                time_us=at,
                partition_key=f"{workspace}/{source}",
            )
            self._writer.write(
                self._completeness,
                self._serde.encode(record),
                f"{workspace}/{source}".encode(),
                headers=headers,
                timestamp_ms=at // 1000,
            )
        self._writer.flush()


class Told:
    """Reads both topics from their beginning; `refresh` reads on. Use `close` at the end."""

    def __init__(self, settings: ProcessSettings) -> None:
        self._serde = Serde(settings.ids)
        names = [settings.topics.name(topic) for topic in (table.FINDINGS, table.COMPLETENESS)]
        self._reader = Reader(settings.kafka, names)
        self.findings: dict[str, Finding] = {}
        self.complete: dict[Source, Completeness] = {}

    def refresh(self) -> Told:
        """Read what has come."""
        for message in self._reader.until_end():
            value = message.value()
            if value is None:
                continue
            try:
                record = self._serde.decode(value)
            except SchemaError:
                continue  # not one of ours: says nothing
            if isinstance(record, FindingRecord):
                self.findings[record.id] = from_record(record)
            elif isinstance(record, Completeness):
                self.complete[record.workspace, record.source] = record
        return self

    @property
    def unsettled(self) -> list[Finding]:
        """Findings about which something is still to be done, the oldest first."""
        found = [finding for finding in self.findings.values() if finding.unsettled]
        return sorted(found, key=lambda finding: (finding.found, finding.id))

    def close(self) -> None:
        """End the connection."""
        self._reader.close()
