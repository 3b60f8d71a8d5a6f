"""A list of changes is read without gaps and without reading the newest again and again."""

from __future__ import annotations

import json
from typing import cast

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.changes import MOST_SEEN, Changes
from commonline.kit.source import Context, Cursor

NOW = 1_780_315_200_000_000
SECOND = 1_000_000
OVERLAP = 60 * SECOND


def context(since: int | None = None) -> Context:
    nobody = cast("aiohttp.ClientSession", None)
    return Context("desk", "acme", {}, nobody, since_us=since, clock=lambda: NOW)


def place(cursor: Cursor | None, since: int | None = None) -> Changes:
    return Changes(context(since), json.loads(json.dumps(cursor)), OVERLAP)


@pytest.mark.parametrize(("since", "begin"), [(None, NOW), (NOW - 5 * OVERLAP, NOW - 5 * OVERLAP)])
def test_begins_where_it_is_told_or_now(since: int | None, begin: int) -> None:
    assert place(None, since).since == begin


def test_the_newest_is_not_read_again_but_what_came_late_is() -> None:
    first = place(None)
    assert first.is_news("1", NOW + SECOND)
    second = place(first.cursor())
    assert second.since == NOW + SECOND - OVERLAP
    assert not second.is_news("1", NOW + SECOND)
    assert second.is_news("2", NOW + SECOND - OVERLAP // 2), "it was listed late"
    assert second.is_news("1", NOW + 2 * SECOND), "it changed once more"
    assert not second.is_news("3", NOW - 5 * OVERLAP), "older than was asked for"


def test_a_record_without_a_time_is_always_read() -> None:
    one = place(None)
    assert one.is_news("1", None)
    assert one.is_news("1", None)
    assert one.cursor() == {"changed": NOW, "seen": {}}


def test_where_nothing_was_is_not_asked_again() -> None:
    one = place(None, NOW - 9 * OVERLAP)
    one.reached(NOW)
    one.reached(NOW - OVERLAP)
    assert place(one.cursor()).since == NOW - OVERLAP


def test_what_is_remembered_is_bounded() -> None:
    one = place(None)
    for number in range(MOST_SEEN + 10):
        one.is_news(str(number), NOW + number)
    assert len(one.cursor()["seen"]) == MOST_SEEN


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 200)), max_size=30), st.integers(1, 5))
def test_every_version_is_news_once_in_whatever_rounds_it_is_listed(changes: list[tuple[str, int]], size: int) -> None:
    ordered = sorted(set(changes), key=lambda one: one[1])
    told: list[tuple[str, int]] = []
    cursor: Cursor | None = None
    for end in range(size, len(ordered) + size, size):
        one = place(cursor, NOW)
        latest = dict(ordered[:end])
        listed = [(name, NOW + offset * SECOND) for name, offset in latest.items()]
        told += [version for version in listed if one.is_news(*version)]
        cursor = one.cursor()
    assert len(told) == len(set(told))
    assert {(name, NOW + offset * SECOND) for name, offset in dict(ordered).items()} <= set(told)
