"""Two sets of rows in key order, compared: what is missing, foreign or different, and what is left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.compare import Difference, compare

HERE = [(b"a1", b"one"), (b"a2", b"two"), (b"c1", b"three")]
ROWS = st.dictionaries(st.binary(min_size=1, max_size=3), st.binary(max_size=3), max_size=8)


def test_equal_rows_have_equal_hashes() -> None:
    found = compare(HERE, list(HERE))
    assert found.equal
    assert (found.rows, found.kinds, found.here) == (3, {b"a": 2, b"c": 1}, found.there)
    assert len(found.here) == 32


def test_every_kind_of_difference() -> None:
    found = compare(HERE, [(b"a1", b"one"), (b"b1", b"new"), (b"c1", b"other")])
    assert not found.equal
    assert found.differences == 3
    assert found.first == [
        Difference("foreign", b"a2"),
        Difference("missing", b"b1"),
        Difference("differs", b"c1"),
    ]


def test_what_changed_meanwhile_is_left_out() -> None:
    found = compare(HERE, [(b"a1", b"one"), (b"c1", b"later"), (b"d1", b"new")], frozenset({b"a2", b"c1", b"d1"}))
    assert found.equal
    assert (found.rows, found.changed) == (1, 3)


def test_a_border_between_key_and_value_counts() -> None:
    assert compare([(b"ab", b"c")], []).here != compare([(b"a", b"bc")], []).here


@given(ROWS, ROWS)
def test_it_is_equal_exactly_when_the_rows_are(one: dict[bytes, bytes], other: dict[bytes, bytes]) -> None:
    found = compare(sorted(one.items()), sorted(other.items()))
    assert found.equal is (one == other)
    assert found.differences == sum(one.get(key) != other.get(key) for key in one.keys() | other.keys())
    assert found.rows == len(one)
