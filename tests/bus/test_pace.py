"""The pace of replays and back-fills against a simulated stage: live traffic first, and yet it gets on."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.bus.pace import CRAWL_S, SLOWEST, Pace, Queue

UNIFY = ("unify", 0)
TICK_S = 0.01
LOOK_EVERY = 5


@dataclass
class Line:
    """One stage that does `capacity` records a second, each of them not before `turn_s` after it was written, with
    `live` ones a second. A replay writes as its pace lets it."""

    capacity: float
    live: float
    turn_s: float = 0.01
    now: float = 100.0
    written: float = 0.0
    done: float = 0.0
    replayed: int = 0
    waits: list[float] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)
    _due: deque[tuple[float, float]] = field(default_factory=deque)
    _ready: float = 0.0

    def run(self, seconds: float, *, replay: bool = True) -> float:
        """Go on; returns the longest that a live record waited in the last half."""
        self.waits.clear()
        for tick in range(round(seconds / TICK_S)):
            self.now += TICK_S
            self.written += self.live * TICK_S
            if tick % LOOK_EVERY == 0:
                waiting = int(self.written) - int(self.done) + 1
                self.pace.look(self.now, {UNIFY: Queue(waiting, int(self.done))})
            if replay:
                count = self.pace.take(self.now, 100)
                self.written += count
                self.replayed += count
            self._due.append((self.now + self.turn_s, self.written))
            while self._due and self._due[0][0] <= self.now:
                self._ready = self._due.popleft()[1]
            self.done = min(self.done + self.capacity * TICK_S, self._ready)
            self.waits.append((self.written - self.done) / self.capacity + self.turn_s)
        return max(self.waits[len(self.waits) // 2 :])


def test_nothing_waits_for_it_and_it_uses_most_of_what_is_left() -> None:
    line = Line(capacity=1400, live=200)
    before = line.run(3, replay=False)
    waited = line.run(20)
    assert waited < max(2 * before, 0.08)
    begun = line.replayed
    line.run(10)
    assert (line.replayed - begun) / 10 > 0.9 * (1400 - 200)


def test_without_live_traffic_it_learns_what_the_stage_takes_by_itself() -> None:
    line = Line(capacity=600, live=0, turn_s=0.06)
    line.run(60)
    begun = line.replayed
    line.run(10)
    assert line.pace.base_s > 0.03
    assert (line.replayed - begun) / 10 > 0.3 * 600


def test_a_few_records_go_at_once() -> None:
    assert Pace().take(10.0, 100) == 10
    assert Pace().take(10.0, 7) == 7


def test_it_gives_way_when_live_traffic_grows_and_comes_back() -> None:
    line = Line(capacity=1000, live=100)
    line.run(2, replay=False)
    line.run(10)
    fast = line.pace.rate
    line.live = 980
    line.run(8)
    assert line.pace.rate < fast / 5
    assert line.waits[-1] < 0.3
    line.live = 100
    line.run(15)
    assert line.pace.rate > fast / 2


def test_where_the_stage_stands_still_nothing_more_is_written() -> None:
    line = Line(capacity=1000, live=0)
    line.run(3)
    line.capacity = 1e-6
    line.run(2)
    written = line.replayed
    line.run(5)
    assert line.replayed - written <= 10


def test_a_line_that_waits_long_by_itself_still_lets_a_replay_crawl() -> None:
    line = Line(capacity=1000, live=200, turn_s=0.25)
    line.run(5, replay=False)
    assert line.pace.base_s == pytest.approx(0.25, abs=0.1)
    line.run(20)
    assert line.pace.rate > 100


def test_what_waits_while_it_crawls_is_not_its_doing() -> None:
    line = Line(capacity=1000, live=200)
    line.run(2, replay=False)
    line.run(3)
    line.turn_s = 0.25
    line.run(CRAWL_S + 10)
    assert line.pace.base_s > 0.2
    line.run(20)
    assert line.pace.rate > 10 * SLOWEST


@settings(max_examples=200, deadline=None)
@given(
    capacity=st.floats(200, 20_000),
    share=st.floats(0, 0.9),
    turn_s=st.floats(0.005, 0.1),
)
def test_live_records_never_wait_much_longer(capacity: float, share: float, turn_s: float) -> None:
    line = Line(capacity=capacity, live=capacity * share, turn_s=turn_s)
    before = line.run(3, replay=False)
    after = line.run(15)
    assert after <= 2 * before + 0.08 + 10 / capacity
    assert line.replayed > 0
