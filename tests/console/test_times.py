from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commonline.console.view import times

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "now"),
        (44, "now"),
        (45, "1 min"),
        (89, "1 min"),
        (90, "2 min"),
        (3599, "60 min"),
        (3600, "1 h"),
        (172800, "2 d"),
    ],
)
def test_spans_are_told_in_one_unit(seconds: float, words: str) -> None:
    assert times.ago(seconds) == words


@pytest.mark.parametrize(("hours", "level"), [(0.5, "good"), (1, "warn"), (7.9, "warn"), (8, "bad"), (90, "bad")])
def test_the_longer_somebody_waits_the_worse_it_is(hours: float, level: str) -> None:
    assert times.waiting(hours * 3600) == level


def test_times_are_those_of_the_viewers_zone() -> None:
    assert times.clock(NOON, "Asia/Kolkata") == "17:30"
    assert times.moment(NOON, "America/New_York") == "2026-11-29 07:00:00"


def test_a_day_begins_at_the_viewers_midnight() -> None:
    late = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    assert times.day(late, "UTC", NOON) == "Yesterday"
    assert times.day(late, "Europe/Berlin", NOON) == "Today"
    assert times.day(NOON - timedelta(days=3), "UTC", NOON) == "Thursday, 26 November 2026"
