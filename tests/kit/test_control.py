from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.control import Control, partition_of


def test_orders_come_back() -> None:
    order = Control("desk", paused=True, at=7, by="ana")
    assert Control.decode(b"desk", order.encode()) == order
    assert Control.decode(b"desk", None) == Control("desk", paused=False, at=0)


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b'{"paused":"yes"}', b"\xff"])
def test_what_is_no_order_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        Control.decode(b"desk", value)


def test_partitions_are_javas() -> None:
    """Values of org.apache.kafka.common.utils.Utils.murmur2 (UtilsTest.testMurmur2)."""
    for text, number in {"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536}.items():
        assert partition_of(text, 1 << 31) == number & 0x7FFFFFFF


@given(st.text(max_size=30), st.integers(1, 64))
def test_partitions_are_in_range(name: str, count: int) -> None:
    assert 0 <= partition_of(name, count) < count
