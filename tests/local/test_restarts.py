"""When a service is started again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.local.restarts import HEALTHY_S, MAX_AT_ONCE, MAX_QUICK, MAX_WAIT_S, Again, GiveUp, History


def test_waits_grow_until_it_gives_up() -> None:
    history = History()
    said = [history.ended(1, 0.1) for _ in range(MAX_QUICK)]
    assert said[:-1] == [Again(0.5), Again(1.0), Again(2.0), Again(4.0)]
    assert isinstance(said[-1], GiveUp)


def test_75_starts_at_once_but_not_for_ever() -> None:
    history = History()
    assert {history.ended(75, 0.0) for _ in range(MAX_AT_ONCE)} == {Again(0.0)}
    said = [history.ended(75, 0.0) for _ in range(MAX_QUICK)]
    assert said[0] == Again(0.5)
    assert isinstance(said[-1], GiveUp)


@pytest.mark.parametrize("code", [76, 2])
def test_some_ends_need_a_person(code: int) -> None:
    assert isinstance(History().ended(code, 1e6), GiveUp)


@given(st.lists(st.sampled_from([1, -9, -15, 0, 75]), max_size=50))
def test_long_lives_never_lead_to_giving_up(codes: list[int]) -> None:
    history = History()
    assert all(isinstance(history.ended(code, HEALTHY_S), Again) for code in codes)


@given(st.lists(st.tuples(st.sampled_from([1, -9, 75]), st.floats(0, 100)), max_size=60))
def test_waits_are_bounded_and_short_lives_are_counted(ends: list[tuple[int, float]]) -> None:
    history, quick = History(), 0
    for code, lived in ends:
        said = history.ended(code, lived)
        if code != 75:
            quick = 1 if lived >= HEALTHY_S else quick + 1
            assert isinstance(said, GiveUp) or said.after_s <= MAX_WAIT_S
            assert quick < MAX_QUICK or isinstance(said, GiveUp)
        elif lived >= HEALTHY_S:
            quick = 0
