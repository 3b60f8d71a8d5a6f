"""Honest stages are never suspected, however they crash and however topics are read; damage is found where it is."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.audit.comparison import Comparison
from commonline.audit.findings import Finding
from commonline.audit.memory import Memory
from tests.audit.log import (
    NAMES,
    SOURCES,
    START,
    Delivered,
    Log,
    activity_call,
    joined_lines,
    letter_call,
    line_call,
    lines,
    park_call,
)

seeds = st.integers(0, 2**32)
sizes = st.integers(1, 40)


def outcomes(log: Log) -> dict[int, list[tuple[str, int]]]:
    """By delivery: where its activities stand among the records of activities.v1."""
    found: dict[int, list[tuple[str, int]]] = {}
    for position, (one, activity) in enumerate(log.entries):
        found.setdefault(one.offset, []).append((activity, position))
    return found


@given(seeds, sizes)
@settings(max_examples=80, deadline=None)
def test_honest_stages_are_never_suspected(seed: int, size: int) -> None:
    log = Log(Random(seed), size)
    made, found = log.read()
    assert found == []
    assert (made.unverified, made.unproven) == (0, 0)
    cut = START + 10**12
    assert {one.until for one in made.complete(cut, [])} == {cut}
    assert {one.open for one in made.complete(cut, [])} == {0}


@given(seeds, sizes, st.data())
@settings(max_examples=80, deadline=None)
def test_what_the_stages_have_not_committed_is_on_its_way(seed: int, size: int, data: st.DataObject) -> None:
    log = Log(Random(seed), size)
    log.committed["normalize"] = data.draw(st.integers(0, log.committed["normalize"]))
    log.committed["unify"] = data.draw(st.integers(0, log.committed["unify"]))
    made, found = log.read()
    assert found == []
    for one in made.complete(START + 10**12, []):
        late = [d for d in log.deliveries if d.source == one.source and d.offset >= log.committed["normalize"]]
        assert one.until <= min((d.since for d in late), default=one.until)


@given(seeds, sizes, st.data())
@settings(max_examples=80, deadline=None)
def test_a_lost_activity_is_found_in_its_delivery(seed: int, size: int, data: st.DataObject) -> None:
    log = Log(Random(seed), size)
    by_delivery = outcomes(log)
    alone = [offset for offset, some in by_delivery.items() if len({activity for activity, _ in some}) == len(some)]
    if not alone:
        return
    offset = data.draw(st.sampled_from(sorted(alone)))
    _, position = data.draw(st.sampled_from(by_delivery[offset]))
    del log.feeder.topics["activities"][position]
    log.committed["unify"] = 0  # what unify would have made of it is another story
    made, found = log.read()
    first = [finding for finding in found if finding.stage == "normalize"]
    assert [finding.kind for finding in first] == ["missing"]
    assert offset in first[0].offsets
    assert (0, offset) in first[0].origins
    lost = log.deliveries[offset]
    until = {one.source: one.until for one in made.complete(START + 10**12, found)}
    assert until[lost.source] <= lost.since


@given(seeds, sizes, st.data())
@settings(max_examples=80, deadline=None)
def test_offsets_that_no_ledger_line_tells_of_are_found(seed: int, size: int, data: st.DataObject) -> None:
    """A stage that went on behind them: neither ledger lines nor outcomes."""
    log = Log(Random(seed), size)
    begin = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(begin + 1, size))
    skipped = Log(Random(seed), size)
    skipped.feeder.topics = {"deliveries": log.feeder.topics["deliveries"]}
    skipped.entries, skipped.joined = [], set()
    for first, last in _around(begin, end, size):
        _tell_anew(skipped, first, last)
    skipped.committed = {"normalize": size, "unify": 0}
    _, found = skipped.read()
    assert {finding.kind for finding in found} == {"skipped"}
    assert sorted(offset for finding in found for offset in finding.offsets) == list(range(begin, end))
    for finding in found:
        assert {skipped.deliveries[offset].source for offset in finding.offsets} == {finding.source}


def _around(begin: int, end: int, size: int) -> list[tuple[int, int]]:
    return [(first, last) for first, last in ((0, begin - 1), (end, size - 1)) if first <= last]


def _tell_anew(log: Log, first: int, last: int) -> None:
    batch: list[Delivered] = log.deliveries[first : last + 1]
    for one in batch:
        for activity in one.activities:
            log.entries.append((one, activity))
            log.feeder.add("activities", activity_call(len(log.entries) - 1, one, activity))
        for letter in range(one.letters):
            log.feeder.add("letters", letter_call(one, f"{one.offset}/{letter}"))
        if one.parked:
            log.feeder.add("parked", park_call(one))
    for line in lines("normalize", NAMES.deliveries, first, last, batch):
        log.feeder.add("ledger", line_call(line))


@given(seeds, sizes, st.data())
@settings(max_examples=80, deadline=None)
def test_an_activity_that_unify_lost_is_found_by_its_id(seed: int, size: int, data: st.DataObject) -> None:
    log = Log(Random(seed), size)
    written = log.feeder.topics.get("conversations", [])
    if not written:
        return
    del written[data.draw(st.integers(0, len(written) - 1))]
    _, found = log.read()
    findings = [finding for finding in found if finding.stage == "unify"]
    assert findings
    assert findings[0].kind == "missing"
    assert sum(finding.count for finding in findings) >= 1
    assert findings[0].origins


@given(seeds, sizes)
@settings(max_examples=80, deadline=None)
def test_reading_in_portions_or_at_once_finds_the_same(seed: int, size: int) -> None:
    def damaged(*, settle_often: bool) -> list[Finding]:
        log = Log(Random(seed), size)
        for topic in ("letters", "conversations") if seed % 2 else ("letters", "activities"):
            if log.feeder.topics.get(topic):
                log.feeder.topics[topic].pop(seed % len(log.feeder.topics[topic]))
        if not seed % 2:
            log.committed["unify"] = 0
        return log.read(settle_often=settle_often)[1]

    often, once = damaged(settle_often=True), damaged(settle_often=False)
    key = [(one.stage, one.kind, one.source) for one in often]
    assert sorted(set(key)) == sorted({(one.stage, one.kind, one.source) for one in once})


def test_records_deleted_before_the_stage_read_them() -> None:
    made = Comparison(NAMES, {0: 0}, {0: 0}, Memory(10))
    for offset in range(6):
        made.delivery(0, offset, SOURCES[offset % 2], START + offset, None)
    lows = {NAMES.deliveries: {0: 4}}
    found = made.deleted({0: 2}, {}, lows)
    assert [(one.kind, one.source, one.offsets) for one in found] == [
        ("deleted", SOURCES[1], (3,)),
        ("deleted", SOURCES[0], (2,)),
    ]
    assert made.deleted({0: 2}, {}, lows) == []
    found = made.settle({0: 2}, {}, final=True)
    assert [(one.kind, one.offsets) for one in found] == [("skipped", (1,)), ("skipped", (0,))]


def test_records_deleted_that_the_audit_has_not_seen_either() -> None:
    made = Comparison(NAMES, {0: 0}, {0: 0}, Memory(10))
    [found] = made.deleted({}, {}, {NAMES.deliveries: {0: 7}})
    assert (found.kind, found.first, found.last, found.count, found.source) == ("deleted", 0, 6, 7, ("", ""))
    assert made.deleted({}, {}, {NAMES.deliveries: {0: 7}}) == []


def test_retention_that_passes_what_is_done_with_is_nothing_to_tell() -> None:
    made = Comparison(NAMES, {0: 0}, {0: 0}, Memory(10))
    assert made.deleted({0: 9}, {}, {NAMES.deliveries: {0: 7}}) == []
    assert made.mapped[0].begin == 7


@pytest.mark.parametrize("known", [True, False])
def test_a_repeat_of_what_was_never_there(known: bool) -> None:
    log = Log(Random(1), 0)
    one = Delivered(0, SOURCES[0], START, "0" * 32, ["ab" * 16])
    made = Comparison(NAMES, {}, {0: 0}, Memory(10, complete=known))
    activity_call(0, one, one.activities[0])(made)
    for line in joined_lines(0, 0, [(one, one.activities[0], False)]):
        made.ledger(line)
    found = made.settle({}, {0: 1}, final=True)
    assert [finding.kind for finding in found] == (["missing"] if known else [])
    assert made.unproven == 1
    assert log.entries == []
