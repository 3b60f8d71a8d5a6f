"""Schedules are values of their seed, and together they hold every kind of fault."""

from __future__ import annotations

from itertools import islice
from typing import get_args

from tests.crash.schedule import CONFIGURATIONS, POINTS, Kind, draw
from tests.crash.traffic import lanes


def test_a_seed_is_a_schedule() -> None:
    assert draw(17, 20_000) == draw(17, 20_000)
    assert draw(17, 20_000) != draw(18, 20_000)
    assert [list(lane) for lane in lanes(3, 200)] == [list(lane) for lane in lanes(3, 200)]


def test_a_hundred_seeds_hold_every_fault() -> None:
    blows = [blow for seed in range(1, 101) for blow in draw(seed, 20_000).blows]
    assert {blow.kind for blow in blows} == set(get_args(Kind))
    assert {blow.what for blow in blows if blow.kind == "point"} == {one for some in POINTS.values() for one in some}
    assert {blow.target for blow in blows if blow.kind == "configure"} == set(CONFIGURATIONS)
    assert {draw(seed, 20_000).epilogue for seed in range(1, 101)} == {"", "normalize", "unify"}
    assert max(blow.seconds for blow in blows if blow.kind == "pause") == 30
    assert max(blow.seconds for blow in blows if blow.what == "blackhole") == 60


def test_blows_come_in_order_and_meet() -> None:
    for seed in range(1, 20):
        places = [(blow.at, blow.after_s) for blow in draw(seed, 20_000).blows]
        assert places == sorted(places)
        assert len({at for at, _ in places}) < len(places)


def test_facts_are_told_once_and_counted() -> None:
    sent = [delivery for lane in lanes(5, 3_000) for delivery in lane]
    marks = [mark for delivery in sent for mark in delivery.facts]
    assert len(marks) == len(set(marks)) == 18 * (3_000 // 18)
    assert {mark[0] for mark in marks} == {"Create", "Update", "Like", "Delete"}
    assert any(delivery.dead for delivery in sent)
    assert any(delivery.ignored for delivery in sent)
    assert any(delivery.again for delivery in sent)


def test_comments_of_a_post_count_upwards_in_a_lane() -> None:
    last: dict[str, int] = {}
    for delivery in islice(lanes(9, 4_000)[0], 400):
        for mark in delivery.facts:
            if mark[0] == "Create":
                post, _, number = mark[1].partition("_")
                assert int(number) > last.get(post, -1)
                last[post] = int(number)
