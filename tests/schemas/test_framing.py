"""Confluent framing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.schemas import framing
from commonline.schemas.errors import FramingError


def test_the_form_on_the_wire() -> None:
    assert framing.frame(0x01020304, b"avro") == b"\x00\x01\x02\x03\x04avro"


@given(number=st.integers(0, (1 << 32) - 1), encoded=st.binary(max_size=50))
def test_the_id_comes_back(number: int, encoded: bytes) -> None:
    value = framing.frame(number, encoded)
    assert framing.schema_id(value) == number
    assert value[framing.HEADER_SIZE :] == encoded


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_an_id_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(FramingError, match=f"schema id {number} does not fit"):
        framing.header(number)


@pytest.mark.parametrize("value", [b"", b"\x00", b"\x00\x00\x00\x01"])
def test_too_few_bytes_are_refused(value: bytes) -> None:
    with pytest.raises(FramingError, match="too few"):
        framing.schema_id(value)


@pytest.mark.parametrize("value", [b'{"id": 1}', b"\x01" + b"g" * 16 + b"x"])
def test_other_forms_are_refused_by_their_first_byte(value: bytes) -> None:
    with pytest.raises(FramingError, match=f"first byte is 0x{value[0]:02x}"):
        framing.schema_id(value)
