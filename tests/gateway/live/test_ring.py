from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commonline.gateway.live.framing import Transport
from commonline.gateway.live.ring import Entry, Ring
from tests.gateway.live.feed import said

SSE = Transport.SSE


def framer(entry: Entry, rank: int, transport: Transport) -> bytes:
    return b"%d;" % entry.offset if rank > 0 else b""


def ring(*offsets: int, low: int = 0, most: int = 100) -> Ring:
    found = Ring(low, framer, most_entries=most)
    for offset in offsets:
        found.append(Entry(offset, 0, said("kettle", offset), 1))
    return found


def test_offsets_have_gaps_and_numbers_have_none() -> None:
    found = ring(3, 5, 9, low=2)
    assert (found.low, found.high, found.first, found.end) == (2, 10, 0, 3)
    assert [found.number(offset) for offset in (0, 3, 4, 5, 9, 10)] == [0, 0, 1, 1, 2, 3]
    assert [found.offset(number) for number in (0, 1, 2, 3)] == [3, 5, 9, 10]


def test_marks_of_transactions_count_as_read() -> None:
    found = ring(3)
    found.passed(12)
    assert (found.high, found.offset(found.end)) == (12, 12)
    found.passed(5)
    assert found.high == 12


def test_what_is_known_already_is_passed_over() -> None:
    assert ring(3, 5, 5, 4, 6).end == 3


@given(st.lists(st.integers(1, 5), max_size=200), st.integers(8, 40))
def test_what_it_covers_it_has(steps: list[int], most: int) -> None:
    offsets, at = [], 0
    for step in steps:
        at += step
        offsets.append(at)
    found = ring(*offsets, most=most)
    kept = [entry.offset for entry in found.slice(found.first, found.end)]
    assert kept == [offset for offset in offsets if offset >= found.low]
    assert len(kept) <= most + most // 8
    assert found.end == len(offsets)


def test_bytes_are_bounded_too() -> None:
    found = Ring(0, framer, most_bytes=100)
    for offset in range(50):
        found.append(Entry(offset, 0, said("kettle", offset), 30))
    assert found.end - found.first <= 4


def test_bytes_are_made_once_and_joined_once() -> None:
    found = ring(1, 2, 3)
    one = found.joined(0, 3, 1, SSE)
    assert one == b"1;2;3;"
    assert found.joined(0, 3, 1, SSE) is one
    assert found.joined(0, 3, 0, SSE) == b""
    assert found.joined(1, 2, 1, Transport.WEBSOCKET) == b"[2;]"
