"""The feeds under the audit, on the real broker: what is skipped, doubled or deleted is found; compaction is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.audited import Audited, bend, compared, notes
from tests.integration.station import until
from tests.integration.test_commands import rows, run

from commonline.audit.auditor import Auditor
from commonline.audit.findings import Finding
from commonline.audit.service import Audit
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.cli import audit as command
from commonline.cli import status
from commonline.configuration.defaults import default_departments
from commonline.schemas.records import FeedActivity
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]
FEEDS = len(default_departments())


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Audited]:
    made = Audited(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def feed(line: Audited) -> str:
    return line.settings.topics.feed("acme", "pr")


def records(line: Audited, *, committed: bool = True) -> list[tuple[int, int, bytes, bytes]]:
    """Offset, number, key and value of what is in the feed."""
    with Reader(line.settings.kafka, [feed(line)], committed=committed) as reader:
        messages = list(reader.until_end())
    return [
        (one.offset() or 0, line.serde.decode_as(FeedActivity, value).seq, one.key() or b"", value)
        for one in messages
        if (value := one.value())
    ]


def brief(found: list[Finding]) -> list[tuple[str, str, str, int]]:
    return sorted(
        (one.topic.split(".")[-2], one.kind, one.message.partition(":")[2].strip(), one.count) for one in found
    )


def test_what_is_not_in_a_feed_is_found_though_nothing_else_is_written(line: Audited) -> None:
    line.start()
    line.unify(bend(line, feed(line)))
    line.deliver(notes(20))
    line.drained()
    with Auditor(line.settings) as auditor:
        assert compared(auditor) == []
        assert auditor.feeds is not None
        assert (auditor.feeds.read, auditor.feeds.compacted) == (_numbers(line), 0)
        line.deliver([[{"id": "x", "text": "drop"}]])
        line.drained()
        line.deliver(notes(3, "b"))
        line.drained()
        within = compared(auditor)
        line.deliver([[{"id": "y", "text": "drop"}]])
        line.drained()
        at_the_end = compared(auditor)
        assert compared(auditor) == []
        line.deliver(notes(3, "c"))
        line.drained()
        assert compared(auditor) == []
        complete = {one.source: one.until for one in auditor.complete(within)}
        assert complete["acme", "fuse"] == within[0].since < auditor.cut
    missing = within[0].count
    assert brief(within) == [("pr", "gap", "never written", missing)]
    assert [(one.kind, one.topic) for one in at_the_end] == [("gap", feed(line))]
    assert at_the_end[0].message.endswith("as the ledger of unify says, and not in the feed")


def _numbers(line: Audited) -> int:
    """Records of all feeds."""
    topics = [line.settings.topics.feed("acme", department) for department in default_departments()]
    with Reader(line.settings.kafka, topics) as reader:
        return len(list(reader.until_end()))


def test_a_record_that_stands_twice(line: Audited) -> None:
    line.start()
    line.unify()
    line.deliver(notes(5))
    line.drained()
    audit = Audit(line.settings)
    try:
        audit.cycle()
        assert audit.desk.all == []
        _, number, key, value = records(line)[-1]
        writer = Writer(line.settings.kafka, client_id="test")
        writer.write(feed(line), value, key, timestamp_ms=time.time_ns() // 1_000_000)
        writer.flush()
        audit.cycle()
        [found] = audit.desk.all
        assert (found.kind, found.count, found.topic) == ("differs", 1, feed(line))
        assert found.message == f"number {number} comes again, behind number {number}: readers get it twice"
        line.deliver(notes(5, "more"))
        line.drained()
        audit.cycle()
        assert len(audit.desk.all) == 1
    finally:
        audit.close()


def _delete(line: Audited, offset: int) -> None:
    """Everything before an offset. The broker refuses that for a compacted topic: somebody has many rights."""
    line.alter(feed(line), cleanup_policy="compact,delete")
    line.delete_before(feed(line), 0, offset)
    line.alter(feed(line), cleanup_policy="compact")


def test_deleted_records_and_what_a_person_does(line: Audited, monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"COMMONLINE_HOME": str(line.settings.home), "COMMONLINE_PREFIX": line.settings.prefix}
    for key, value in (line.settings.kafka.environ() | environ).items():
        monkeypatch.setenv(key, value)
    line.start()
    line.unify()
    line.deliver(notes(10))
    line.drained()
    audit = Audit(line.settings)
    try:
        audit.cycle()
        _delete(line, 4)
        audit.cycle()
        [found] = audit.desk.all
        assert (found.kind, found.state, found.first, found.last, found.count) == ("gap", "open", 0, 3, 4)
        assert (
            audit.metrics.gauge(
                "commonline_audit_findings", {"workspace": "acme", "source": "", "kind": "gap"}
            )._value.get()
            == 1
        )
    finally:
        audit.close()
    [told] = rows(command.audit, code=1)
    assert [(one["id"], one["stage"]) for one in told["findings"]] == [(found.id, "feeds")]
    assert f"{feed(line)}: offsets 0 to 3: deleted" in " ".join(run(status.status, code=1).split())
    run(command.audit, "--accept", found.id[:8], "--by", "ana")
    [told] = rows(command.audit)
    assert (told["agree"], [one["state"] for one in told["findings"]]) == (True, ["accepted"])
    _goes_on_where_it_was(line)


def _goes_on_where_it_was(line: Audited) -> None:
    """A second process reads only what is new, and what the first had found it does not find again."""
    line.deliver(notes(3, "later"))
    line.drained()
    again = Audit(line.settings)
    try:
        again.cycle()
        assert again._auditor is not None
        assert again._auditor.feeds is not None
        assert [one.state for one in again.desk.all] == ["accepted"]
        assert 0 < again._auditor.feeds.read < _numbers(line) / 2
    finally:
        again.close()


def test_when_everything_was_deleted_reading_goes_on_behind_it(line: Audited) -> None:
    line.start()
    line.unify()
    line.deliver(notes(10))
    line.drained()
    with Auditor(line.settings) as auditor:
        assert compared(auditor) == []
        _delete(line, records(line)[-1][0] + 2)
        [found] = compared(auditor)
        assert (found.kind, found.first) == ("gap", 0)
        line.deliver(notes(2, "later"))
        line.drained()
        assert compared(auditor) == []


def _write(line: Audited, numbers: range) -> None:
    """Records about three conversations in turn, as unify writes them."""
    writer = Writer(line.settings.kafka, client_id="test")
    for number in numbers:
        record = FeedActivity(
            event="left",
            workspace="acme",
            feed="pr",
            seq=number,
            conversation=str(UUID(int=number % 3)),
            policy="full",
            visibility="public",
            known=time.time_ns() // 1000,
        )
        key = f"conversation {number % 3}".encode()
        writer.write(feed(line), line.serde.encode(record), key, timestamp_ms=record.known // 1000)
    writer.flush()


def test_compaction_is_no_gap(line: Audited) -> None:
    _write(line, range(1, 31))
    line.alter(
        feed(line),
        min_compaction_lag_ms="0",
        max_compaction_lag_ms="1",
        segment_ms="1",
        min_cleanable_dirty_ratio="0.01",
    )
    _write(line, range(31, 34))
    until(lambda: len(records(line)) < 30)
    two_hours_on = time.time_ns() // 1000 + 7_200_000_000
    with Auditor(line.settings, clock=lambda: two_hours_on) as auditor:
        left = [number for _, number, _, _ in records(line)]
        assert compared(auditor) == []
        assert auditor.feeds is not None
        assert auditor.feeds.compacted >= 33 - len(left) > 0
    with Auditor(line.settings) as auditor:  # nothing of it is old enough: somebody else took records away
        found = compared(auditor)
        assert {(one.kind, one.message.partition(": ")[2]) for one in found} <= {("gap", "taken out of the log")}
        _write(line, range(35, 36))
        assert brief(compared(auditor)) == [("pr", "gap", "never written", 1)]
