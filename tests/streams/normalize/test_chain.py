"""Ledger lines count every offset once, however often and by whomever ranges were told."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from commonline.schemas.records import Ledger
from commonline.streams.normalize.chain import Chain

END = 60


def line(first: int, last: int, *, source: str = "a") -> Ledger:
    return Ledger(
        stage="normalize",
        topic="deliveries.v1",
        partition=0,
        first=first,
        last=last,
        workspace="acme",
        source=source,
        hour=0,
        read=last - first + 1,
        activities=0,
        dead=0,
        sum=bytes(16),
        at=0,
    )


@given(st.sets(st.integers(1, END - 1)), st.lists(st.tuples(st.integers(0, END - 1), st.integers(0, END)), max_size=12))
def test_repeated_and_late_ranges_are_counted_once(cuts: set[int], others: list[tuple[int, int]]) -> None:
    bounds = [0, *sorted(cuts), END]
    told = [line(a, b - 1) for a, b in pairwise(bounds)]
    told += [line(first, first + length) for first, length in others]
    chain = Chain()
    for one in told:
        chain.add(one)
    found = chain.cover(0, END)
    assert (found.first, found.end, found.missing) == (0, END, 0)
    assert sum(one.read for one in found.lines) == END
    assert all(a.last + 1 == b.first for a, b in pairwise(found.lines))


def test_a_range_told_again_counts_as_told_last() -> None:
    chain = Chain()
    for one in (line(0, 9), line(0, 9, source="b"), line(0, 9)):
        chain.add(one)
    assert sorted(one.source for one in chain.cover(0, 10).lines) == ["a", "b"]


def test_a_gap_is_told() -> None:
    chain = Chain()
    for one in (line(0, 9), line(15, 19)):
        chain.add(one)
    found = chain.cover(0, 20)
    assert (found.end, found.missing) == (10, 10)
    assert chain.cover(12, 20).missing == 3


def test_a_range_that_is_deleted_in_part_is_left_out_whole() -> None:
    chain = Chain()
    for one in (line(0, 9), line(10, 19)):
        chain.add(one)
    found = chain.cover(5, 20)
    assert (found.first, found.end, found.missing) == (10, 20, 0)


def test_nothing_told_is_all_missing() -> None:
    assert Chain().cover(3, 8).missing == 5
    assert Chain().cover(3, 3).missing == 0
