"""One partition: every path of ranges over it counts each record once, however often and by whomever they were told."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.audit.counts import Counts
from commonline.audit.mapped import Mapped
from commonline.audit.side import Entry
from commonline.schemas.records import Ledger

END = 60
SOURCE = ("acme", "page")


def line(first: int, last: int, *, at: int = 0, read: int | None = None) -> Ledger:
    """Of records that were all ignored."""
    count = last - first + 1
    return Ledger(
        stage="normalize",
        topic="deliveries.v1",
        partition=0,
        first=first,
        last=last,
        workspace="acme",
        source="page",
        hour=0,
        read=count if read is None else read,
        quiet=count,
        activities=0,
        ignored={"handshake": count},
        dead=0,
        sum=bytes(16),
        at=at,
    )


def side(*lines: Ledger, begin: int = 0, end: int = END, ledger_cut: bool = False) -> Mapped:
    made = Mapped("deliveries.v1", 0, begin, ledger_cut=ledger_cut)
    for offset in range(begin, end):
        made.take(Entry(offset, SOURCE, offset, 0))
    for one in lines:
        made.told(one)
    return made


@given(st.sets(st.integers(1, END - 1)), st.lists(st.tuples(st.integers(0, END - 1), st.integers(0, END)), max_size=12))
def test_repeated_and_late_ranges_are_counted_once(cuts: set[int], others: list[tuple[int, int]]) -> None:
    bounds = [0, *sorted(cuts), END]
    told = [line(a, b - 1) for a, b in pairwise(bounds)]
    told += [line(first, min(first + length, END - 1)) for first, length in others]
    made = side(*told)
    counts = Counts("deliveries.v1")
    made.count = counts.settled
    assert made.settle(END, final=True) == []
    assert (made.next, made.unverified, len(made.entries)) == (END, 0, 0)
    [count] = counts.report([made])
    assert count.silent == END


def test_a_range_told_again_counts_as_told_last() -> None:
    assert side(line(0, 9, read=11), line(0, 9), end=10).settle(10, final=True) == []
    [found] = side(line(0, 9), line(0, 9, read=11), end=10).settle(10, final=True)
    assert (found.kind, found.message) == ("differs", "normalize says that it read 11 records, the topic holds 10")


def test_a_gap_is_told() -> None:
    [found] = side(line(0, 9), line(15, 19), end=20).settle(20, final=True)
    assert (found.kind, found.first, found.last, found.count) == ("skipped", 10, 14, 5)


def test_nothing_is_told_before_everything_was_read() -> None:
    made = side(line(0, 9), line(15, 19), end=20)
    assert made.settle(20, final=False) == []
    assert made.next == 10


def test_what_is_not_committed_waits() -> None:
    made = side(line(0, 9), line(10, 19), end=30)
    assert made.settle(15, final=True) == []
    assert made.next == 10
    assert made.settle(20, final=True) == []
    assert (made.next, len(made.entries)) == (20, 10)


def test_a_range_that_begins_before_the_audit_is_compared_by_what_is_left_of_it() -> None:
    made = side(line(0, 9), line(10, 19), begin=5, end=20)
    assert made.settle(20, final=True) == []
    assert made.unverified == 5


@pytest.mark.parametrize("cut", [True, False])
def test_records_older_than_the_ledger(cut: bool) -> None:
    made = side(line(10, 19), end=20, ledger_cut=cut)
    assert [found.kind for found in made.settle(20, final=True)] == ([] if cut else ["skipped"])


def test_ignored_entries_are_counted_once_by_rule() -> None:
    counts = Counts("deliveries.v1")
    made = side(line(0, 9), line(10, 19), line(10, 14), line(0, 19), end=20)
    made.count = counts.settled
    assert made.settle(20, final=True) == []
    [count] = counts.report([made])
    assert (count.ignored, count.silent) == ({"handshake": 20}, 20)


def test_records_of_an_offset_that_was_taken_are_not_taken_again() -> None:
    made = side(line(0, 9), end=10)
    made.take(Entry(4, SOURCE, 4, 0))
    assert len(made.entries) == 10
