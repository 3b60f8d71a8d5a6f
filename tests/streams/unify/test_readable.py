"""What passes for a row of the changelog, and what is wrong with what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.store import BEGINNING_KEY, POSITION_KEY, encode_position
from commonline.streams.unify.readable import KEY_SIZE, fault, whole_fault
from commonline.streams.unify.stored import ROW_VERSION, TYPES
from tests.streams.unify.world import World, activity, configuration, party

KEY = b"o" + bytes(KEY_SIZE - 1)
VERSION = bytes([ROW_VERSION])


def written() -> dict[bytes, bytes]:
    """Rows as unify writes them, of all kinds that two comments lead to."""
    comments = (
        activity(f"test:c{n}", thread="test:t", actor=party(f"test:p{n}", "P"), url=f"https://a.example/{n}")
        for n in range(2)
    )
    return World().take(configuration(), *comments).commit().store


def test_what_unify_writes_passes() -> None:
    rows = written()
    assert {key[:1] for key in rows} >= {b"g", b"o", b"t", b"c", b"a", b"p", b"x"}
    assert all(whole_fault(key, value) is None for key, value in rows.items())


def test_every_kind_may_be_deleted_and_the_position_may_not() -> None:
    assert all(fault(kind + KEY[1:], None) is None for kind in TYPES)
    assert fault(POSITION_KEY, encode_position(7)) is None
    assert fault(BEGINNING_KEY, encode_position(7)) is None
    assert fault(POSITION_KEY, None) is not None
    assert fault(POSITION_KEY, b"seven") is not None


@pytest.mark.parametrize("key", [b"", b"o", b"z" + KEY[1:], KEY + b"x", b"\x00other", b"garbage"])
def test_a_key_of_another_form_is_told(key: bytes) -> None:
    assert "key" in str(fault(key, VERSION + b"\x90"))


@pytest.mark.parametrize("value", [b"", b"garbage", VERSION, VERSION + b"\xc0", VERSION + b"\x92\x01", b"\x00\x90"])
def test_a_value_of_another_form_is_told(value: bytes) -> None:
    assert "no row" in str(fault(KEY, value))


def test_a_newer_row_is_told_as_such() -> None:
    assert "a newer program wrote it" in str(fault(KEY, bytes([ROW_VERSION + 1]) + b"\x90"))


def test_fields_of_the_wrong_type_are_found_where_all_is_looked_at() -> None:
    assert fault(KEY, VERSION + b"\x91\xa1x") is None
    assert "cannot be read" in str(whole_fault(KEY, VERSION + b"\x91\xa1x"))


@given(st.data())
def test_a_row_that_was_cut_never_passes(data: st.DataObject) -> None:
    key, value = data.draw(st.sampled_from(sorted(written().items())))
    size = data.draw(st.integers(0, len(value) - 1))
    assert fault(key, value[:size]) is not None
