"""Units told by size, texts of all vendors, zones, range; nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.times import EARLIEST, LATEST, SECOND, from_micros, from_number, from_text, parse, to_micros

MICROS = st.integers(EARLIEST, LATEST)
MOMENT = 1_777_888_800 * SECOND  # 2026-05-04T10:00:00Z


@given(MICROS)
def test_micros_and_back(micros: int) -> None:
    assert to_micros(from_micros(micros)) == micros
    assert from_micros(micros).tzinfo is UTC


@given(MICROS)
def test_a_written_time_is_read_again(micros: int) -> None:
    moment = from_micros(micros)
    assert from_text(moment.isoformat()) == micros
    assert from_text(moment.astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()) == micros
    assert from_text(f"{micros // SECOND}.{micros % SECOND:06d}") == micros


@given(st.integers(EARLIEST // SECOND, LATEST // SECOND))
def test_the_size_tells_the_unit(second: int) -> None:
    expected = second * SECOND
    for value in (second, second * 1000, second * SECOND):
        assert from_number(value) == expected
        assert from_text(str(value)) == expected


def test_a_fraction_of_a_number() -> None:
    assert from_number(1_777_888_800.5) == MOMENT + 500_000
    assert from_number(1_777_888_800_000.5) == MOMENT + 500


@pytest.mark.parametrize(
    ("text", "off_us"),
    [
        ("2026-05-04T10:00:00Z", 0),
        ("  2026-05-04T10:00:00Z\n", 0),
        ("2026-05-04T12:00:00+0200", 0),
        ("2026-05-04T12:00:00+02:00", 0),
        ("2026-05-04 10:00:00 UTC", 0),
        ("2026-05-04T10:00:00.418203917Z", 418_203),
        ("2026-05-04T10:00:00.4182039+0000", 418_203),
        ("Mon, 04 May 2026 12:00:00 +0200", 0),
        ("Mon, 04 May 2026 10:00:00 GMT", 0),
        ("1777888800.123456789", 123_456),
        ("1777888800.5", 500_000),
        ("2026-05-04", -10 * 3600 * SECOND),
    ],
)
def test_texts(text: str, off_us: int) -> None:
    assert from_text(text) == MOMENT + off_us


def test_a_naive_text_takes_the_zone_and_an_aware_one_does_not() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert from_text("2026-05-04T12:00:00", berlin) == MOMENT
    assert parse("2026-05-04T10:00:00Z", berlin) == MOMENT
    assert from_text("2026-01-04T12:00:00", berlin) == from_text("2026-01-04T11:00:00")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "",
        "yesterday",
        "2026-13-01",
        "0",
        0,
        -1_777_888_800,
        "1994-12-31T23:59:59Z",
        "2100-01-01T00:00:01Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1777888800000.5",
        "99999999999999999",
        float("nan"),
        float("inf"),
        float("-inf"),
        10**400,
        "Mon, 99 Foo 2026 10:00:00",
        "Mon, 04 May 999999999999 10:00:00 +0000",
    ],
)
def test_unknown_or_out_of_range_is_none(value: str | float | None) -> None:
    assert parse(value) is None


def test_the_limits_belong_to_it() -> None:
    assert parse(EARLIEST) == EARLIEST
    assert parse(LATEST) == LATEST
    assert parse(LATEST + 1) is None
    assert parse("788918399.999999") is None


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=40), st.text("0123456789-+:TZ. MonJan,", max_size=40)))
def test_never_raises_and_stays_in_range(value: float | str) -> None:
    told = parse(value, ZoneInfo("Europe/Berlin"))
    assert told is None or EARLIEST <= told <= LATEST


def test_microseconds_survive_without_a_float() -> None:
    assert to_micros(datetime(2099, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == LATEST - 1
