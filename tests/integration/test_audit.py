"""The audit on the real broker: what is skipped, dropped or deleted under it is found, told and mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.audited import Audited, bend, compared, notes
from tests.integration.station import PARTITIONS, until
from tests.integration.test_commands import rows, run

from commonline import topics as table
from commonline.audit.auditor import Auditor
from commonline.audit.desk import LEFT
from commonline.audit.findings import Finding
from commonline.audit.service import Audit
from commonline.cli import audit as command
from commonline.cli import status
from commonline.errors import ConfigurationError
from commonline.schemas.records import Activity
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Audited]:
    made = Audited(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def test_all_is_well(line: Audited) -> None:
    line.start()
    line.unify()
    line.deliver([*notes(40), [{"event": "ping"}], [{"do": "malformed"}], *notes(10)], source="fuse")
    line.send([[{"id": "y"}]], source="gone")
    line.send([b"no json"])
    line.drained()
    with Auditor(line.settings) as auditor:
        assert compared(auditor) == []
        assert (auditor.comparison.unverified, auditor.comparison.unproven) == (0, 0)
        complete = {one.source: one for one in auditor.complete([])}
        assert {one.until for one in complete.values()} == {auditor.cut}
        assert {one.open for one in complete.values()} == {0}
        assert set(complete) == {("acme", "fuse"), ("acme", "gone")}
        line.deliver(notes(5, "later"))
        line.drained()
        assert compared(auditor) == []


@pytest.fixture
def audit(line: Audited) -> Iterator[Audit]:
    made = Audit(line.settings)
    yield made
    made.close()


def watch(audit: Audit, holds: Callable[[], bool]) -> float:
    """Let the service go on until something holds; how long that took, seconds."""
    started = time.monotonic()
    while not holds():
        audit.cycle()
        assert time.monotonic() - started < 60
        time.sleep(0.5)
    return time.monotonic() - started


def states(audit: Audit) -> list[tuple[str, str, int]]:
    return [(finding.kind, finding.state, finding.count) for finding in audit.desk.all]


def ids(line: Audited) -> set[str]:
    return {record.activity.id for record in line.conversations() if record.activity}


def test_offsets_that_a_stage_skipped_are_found_and_given_to_it_again(line: Audited, audit: Audit) -> None:
    line.unify()
    first = line.start()
    line.deliver(notes(40))
    line.drained()
    audit.cycle()
    line.stop(first)
    line.deliver(notes(40, "skipped"))
    line.set_offsets("normalize", table.DELIVERIES, {0: 20, 1: 20})
    line.start("1")
    line.deliver(notes(4, "after"))
    line.drained()
    took = watch(audit, lambda: bool(audit.desk.all))
    assert took < 60
    assert sorted(states(audit))[0][0] == "skipped"
    assert sum(finding.count for finding in audit.desk.all) == 20
    watch(audit, lambda: {finding.state for finding in audit.desk.all} == {"mended"})
    line.drained()
    assert len(ids(line)) == 84
    audit.cycle()
    assert audit.desk.unsettled == []


def test_output_that_is_not_there_is_found_though_the_ledger_tells_of_it(line: Audited, audit: Audit) -> None:
    line.unify()
    service = line.start()
    assert service.runner is not None
    outbox = service.runner.batches.outbox
    write: Any = outbox.activity

    def lossy(activity: Activity, *rest: Any) -> None:
        if activity.object.text != "lost":
            write(activity, *rest)

    outbox.activity = lossy  # type: ignore[method-assign,assignment]
    line.deliver([*notes(20), [{"id": "x", "text": "lost"}], *notes(20, "m")])
    line.drained()
    watch(audit, lambda: bool(audit.desk.all))
    outbox.activity = write  # type: ignore[method-assign]
    assert states(audit)[0][0] == "missing"
    assert sum(finding.count for finding in audit.desk.all) == 1
    audit.desk._tries.clear()  # it may have been given to the line while that still lost it
    watch(audit, lambda: any(finding.state == "mended" for finding in audit.desk.all))
    line.drained()
    assert len(ids(line)) == 41


def test_what_unify_loses_is_found_and_what_it_never_had_is_mended(line: Audited) -> None:
    line.start()
    line.unify(bend(line))
    line.deliver(notes(10))
    line.drained()
    with Auditor(line.settings) as auditor:
        assert compared(auditor) == []
        found = []
        for number, how in enumerate(("drop", "skip", "dirty")):
            line.deliver([*notes(3, f"a{number}-"), [{"id": f"x{number}", "text": how}], *notes(3, f"b{number}-")])
            line.drained()
            found += compared(auditor)
    joined = [one for one in found if one.stage == "unify"]
    assert [(one.kind, one.count) for one in joined] == [("missing", 1), ("skipped", 1), ("missing", 1)]
    assert [len(one.offsets) for one in joined] == [1, 1, 1]
    # The numbers that "dirty" used up are missing in the feeds, too.
    assert {(one.stage, one.kind, one.count) for one in found if one not in joined} == {("feeds", "gap", 1)}
    line.stop_unify()
    line.unify()
    audit = Audit(line.settings)
    try:
        watch(audit, lambda: sorted(one.state for one in _joined(audit)) == ["mended", "open", "open"] and _left(audit))
        assert {(one.kind, one.state) for one in _joined(audit)} == {("skipped", "mended"), ("missing", "open")}
        assert len(_joined(audit)) == 3
    finally:
        audit.close()
    assert len(ids(line)) == 10 + 3 * 6 + 1


def _joined(audit: Audit) -> list[Finding]:
    return [finding for finding in audit.desk.all if finding.stage == "unify"]


def _left(audit: Audit) -> bool:
    return all(finding.message.endswith(LEFT) for finding in _joined(audit) if finding.unsettled)


def test_deleted_before_a_stage_read_it(line: Audited, audit: Audit) -> None:
    service = line.start()
    line.unify()
    line.deliver(notes(8))
    line.drained()
    audit.cycle()
    line.stop_unify()
    line.deliver(notes(8, "late"))
    line.drained(joined=False)
    audit.cycle()
    assert audit.desk.all == []
    line.delete_before(line.name(table.ACTIVITIES), 0, 12)
    line.stop(service)
    line.deliver(notes(8, "gone"))
    line.delete_before(line.name(table.DELIVERIES), 2, 6)
    complete = {one.source: one for one in audit.cycle()}
    found = {finding.stage: finding for finding in audit.desk.all}
    assert {finding.kind for finding in found.values()} == {"deleted"}
    assert (found["unify"].count, found["unify"].state) == (3, "reinjected")
    assert (found["normalize"].count, found["normalize"].state) == (2, "open")
    assert found["normalize"].message.endswith(LEFT)
    assert complete["acme", "fuse"].until < audit._auditor.cut  # type: ignore[union-attr]
    line.set_offsets("normalize", table.DELIVERIES, {2: 6})  # a person's word: nothing is skipped without one
    line.start("1")
    line.drained(joined=False)
    audit.cycle()
    assert len(audit.desk.all) == 2
    late = [activity.object.text for activity in line.activities() if activity.object.id.partition("late")[1]]
    assert len(late) == 8  # those that were deleted among them


def test_it_goes_on_where_it_was_and_suspects_no_crash(line: Audited, audit: Audit) -> None:
    line.unify()
    process = line.spawn(slot="k")
    for round_ in range(2):
        line.deliver(notes(100, f"r{round_}-"))
        until(lambda: len(line.activities()) > 100 * round_)  # noqa: B023 - called at once
        process.kill()
        process.wait()
        process = line.spawn(slot="k")
        audit.cycle()
    line.drained()
    audit.cycle()
    assert audit.desk.all == []
    assert audit._auditor is not None
    assert (audit._auditor.comparison.unverified, audit._auditor.comparison.unproven) == (0, 0)
    audit.cycle()  # its place is kept when all that an earlier one saw is settled
    read = audit._auditor.reader.read
    audit.close()
    line.deliver(notes(20, "more"))
    line.drained()
    audit.cycle()
    again = audit._auditor
    assert again is not None
    assert audit.desk.all == []
    assert (again.comparison.unverified, again.comparison.unproven) == (0, 0)
    deliveries = [side for side in again.comparison.mapped.values() if side.begin > 0]
    assert len(deliveries) == PARTITIONS
    assert again.reader.read < read


@pytest.fixture
def skipped(line: Audited, monkeypatch: pytest.MonkeyPatch) -> Audited:
    """A line whose normalize was made to pass over two deliveries, where commands find it."""
    environ = {"COMMONLINE_HOME": str(line.settings.home), "COMMONLINE_PREFIX": line.settings.prefix}
    for key, value in (line.settings.kafka.environ() | environ).items():
        monkeypatch.setenv(key, value)
    line.unify()
    first = line.start()
    line.deliver(notes(12))
    line.drained()
    [told] = rows(command.audit)
    assert (told["agree"], told["findings"], told["unverified"]) == (True, [], 0)
    assert "topics and ledgers agree" in run(command.audit)
    line.stop(first)
    line.deliver(notes(8, "skipped"))
    line.set_offsets("normalize", table.DELIVERIES, {3: 5})
    line.start("1")
    line.drained()
    return line


def test_commands(skipped: Audited, audit: Audit) -> None:
    [told] = rows(command.audit, code=1)
    [found] = told["findings"]
    assert (found["kind"], found["first"], found["last"], found["state"]) == ("skipped", 3, 4, "open")
    reporting = Audit(skipped.settings, repair=False)
    reporting.cycle()
    reporting.close()
    [told] = rows(status.status, code=1)
    assert told["findings"][0]["id"] == found["id"]
    [source] = [one for one in told["sources"] if one["source"] == "fuse"]
    assert source["complete_until_us"] <= found["since_us"]
    text = run(status.status, code=1)
    assert "complete until" in text
    assert "normalize is past 2 records" in text
    [told] = rows(command.audit, "--repair")
    assert [one["state"] for one in told["findings"]] == ["mended"]
    assert len(ids(skipped)) == 20
    [told] = rows(command.audit)
    assert [one["state"] for one in told["findings"]] == ["mended"]
    run(status.status)
    with pytest.raises(ConfigurationError, match="--by"):
        run(command.audit, "--accept", found["id"][:6])
    assert "accepted: normalize is past 2 records" in run(command.audit, "--accept", found["id"][:6], "--by", "ana")
    [told] = rows(command.audit)
    assert (told["agree"], told["findings"][0]["by"]) == (True, "ana")
    audit.cycle()
    assert audit.desk.unsettled == []
