"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.configuration.durations import seconds

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@given(st.integers(0, 999_999_999), st.sampled_from(list(UNITS)))
def test_number_and_unit(number: int, unit: str) -> None:
    assert seconds(f"{number}{unit}") == number * UNITS[unit]


def test_zero_needs_no_unit() -> None:
    assert seconds("0") == 0


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 s", "1.5h", "5S", "5s\n", "5w", "1h30m", "9999999999s"])
def test_other_forms_are_refused_with_those_that_are_understood(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write 90s, 15m, 48h, 7d or 0"):
        seconds(text)
