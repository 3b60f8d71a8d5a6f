"""The audit on the real broker: what is skipped, dropped or deleted under it is found, told and mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.audited import Audited, bend, compared, notes

from commonline import topics as table
from commonline.audit.auditor import Auditor
from commonline.audit.desk import LEFT
from commonline.audit.service import Audit
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
    assert [(one.stage, one.kind, one.count) for one in found] == [
        ("unify", "missing", 1),
        ("unify", "skipped", 1),
        ("unify", "missing", 1),
    ]
    assert [len(one.offsets) for one in found] == [1, 1, 1]
    line.stop_unify()
    line.unify()
    audit = Audit(line.settings)
    try:
        watch(audit, lambda: sorted(one.state for one in audit.desk.all) == ["mended", "open", "open"] and _left(audit))
        assert {(one.kind, one.state) for one in audit.desk.all} == {("skipped", "mended"), ("missing", "open")}
        assert len(audit.desk.all) == 3
    finally:
        audit.close()
    assert len(ids(line)) == 10 + 3 * 6 + 1


def _left(audit: Audit) -> bool:
    return all(finding.message.endswith(LEFT) for finding in audit.desk.unsettled)
