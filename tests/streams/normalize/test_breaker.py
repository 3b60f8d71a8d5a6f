"""The breaker opens on a flood of failures, tries one now and then, and closes when they pass."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commonline.streams.normalize.breaker import ASKED_EVERY_S, LEAST, LIMIT, PROBE_EVERY_S, PROBES, WINDOW, Breaker


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    assert breaker.note(LEAST, LEAST, now)
    return breaker


def test_a_few_failures_do_not_open_it() -> None:
    breaker = Breaker()
    assert not breaker.note(LEAST - 1, LEAST - 1, 0)
    assert breaker.admits(0)


def test_half_is_not_more_than_half() -> None:
    breaker = Breaker()
    assert not breaker.note(2 * LEAST, LEAST, 0)
    assert breaker.note(10, 10, 0)


def test_old_failures_are_forgotten() -> None:
    breaker = Breaker()
    breaker.note(LEAST - 1, LEAST - 1, 0)
    for _ in range(10):
        breaker.note(WINDOW // 5, 0, 0)
    assert not breaker.note(WINDOW // 5, WINDOW // 5, 0)


def test_while_open_one_is_tried_now_and_then() -> None:
    breaker = opened()
    assert not breaker.admits(PROBE_EVERY_S - 1)
    assert breaker.admits(PROBE_EVERY_S)
    assert not breaker.admits(PROBE_EVERY_S + 1)
    assert not breaker.note(1, 1, PROBE_EVERY_S + 1)
    assert breaker.open
    assert not breaker.admits(PROBE_EVERY_S + 2)


def test_it_closes_when_some_pass_in_a_row_and_then_begins_anew() -> None:
    breaker = opened()
    now = PROBE_EVERY_S
    for number in range(PROBES):
        assert breaker.admits(now)
        assert breaker.note(1, 0, now) == (number == PROBES - 1)
    assert not breaker.open
    assert not breaker.note(LEAST - 1, LEAST - 1, now)


def test_what_is_replayed_is_tried_sooner_and_closes_it_once_it_passes() -> None:
    breaker = opened()
    assert not breaker.admits(0.5, asked=True)
    assert breaker.admits(ASKED_EVERY_S, asked=True)
    breaker.note(1, 1, ASKED_EVERY_S)
    assert not breaker.admits(ASKED_EVERY_S + 0.5, asked=True)
    now = 2 * ASKED_EVERY_S
    assert not breaker.admits(now)
    for _ in range(PROBES):
        assert breaker.admits(now, asked=True)
        breaker.note(1, 0, now)
    assert not breaker.open


def test_after_a_change_of_configuration_the_next_delivery_is_tried() -> None:
    breaker = opened()
    assert not breaker.admits(1)
    breaker.mended()
    assert breaker.admits(1)
    assert not breaker.admits(1)


@given(st.lists(st.tuples(st.integers(1, 300), st.floats(0, 1)), max_size=30))
def test_a_healthy_source_is_never_parked(batches: list[tuple[int, float]]) -> None:
    breaker = Breaker()
    for read, share in batches:
        breaker.note(read, int(read * share * LIMIT), 0)
        assert not breaker.open
