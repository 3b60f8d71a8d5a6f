"""How fast replays and back-fills may write without live traffic noticing (protocol F16). Pure.

Live and replayed records stand in one queue, so what matters is how long a record stands in it. By Little's law that
is the records that wait, divided by the records that get through a second, both averaged over a moment: nothing needs
to be marked or timed. The rate follows the difference between that time and the one that is aimed at, and is nothing
where a queue holds far more work. What it is without the replay is seen while the replay goes at its slowest, which it
does at first, and whenever live traffic leaves it no more: then what waits is not its doing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

WINDOW_S = 1.0
STOP_S = 0.2
"""Work that may wait at most (protocol F16); more only where live traffic waits long by itself."""
MORE, MORE_S = 1.3, 0.02
"""What waits may wait so many times as long as by itself, and so much longer: so that with what is on its way, and with
what the rate rises beyond before that is seen, it waits twice as long at most."""
BASE_MOST_S = 0.4
"""What waits longer than this by itself is left alone."""
SLOWEST, FASTEST = 5.0, 20_000.0
"""Records a second."""
REACT_S = 0.1
"""The slower a look and its effect follow one another, the gentler the rate must be corrected."""
GROWTH = 1.3
"""While hardly anything waits, the rate rises by so much over that of the last second."""
STEADY_S = 0.15
"""Over so long what waits now is averaged: batches come and go."""
CRAWL_S = 3.0
SMOOTH = 0.05
"""Weight of one look in the mean that is taken for lasting."""
BURST_S, LEAST_BURST = 0.05, 10.0
"""Of work, and of records, that may be written at once."""


Name = tuple[str, int]
"""Stage and partition."""


class Queue(NamedTuple):
    """Records that wait, and the offset up to which the stage has come."""

    waiting: int
    done: int


@dataclass
class Pace:
    """Rate of one replay. Times are seconds of a monotonic clock; `late_s` is what a stage's offsets lag behind its
    work by itself (it commits so often), by stage."""

    late_s: Callable[[str], float] = lambda _stage: 0.0
    rate: float = 2 * SLOWEST
    waits_s: float = 0.0
    base_s: float = 0.0
    _seen: deque[tuple[float, dict[Name, Queue]]] = field(default_factory=deque)
    _through: float = 0.0
    _calm: float = 0.0
    _tokens: float = LEAST_BURST
    _filled: float = 0.0
    _written: deque[tuple[float, int]] = field(default_factory=deque)
    _crawls: float | None = None
    _begun: float | None = None

    @property
    def aim_s(self) -> float:
        """The waiting time that is aimed at: a third more than without the replay, and a little."""
        return MORE * min(self.base_s, BASE_MOST_S) + MORE_S

    @property
    def stop_s(self) -> float:
        """The waiting time beyond which nothing is written."""
        return max(2.5 * min(self.base_s, BASE_MOST_S), STOP_S)

    def look(self, now: float, queues: Mapping[Name, Queue]) -> None:
        """Take in how long the queues are."""
        self._seen.append((now, dict(queues)))
        while len(self._seen) > 2 and self._seen[1][0] <= now - WINDOW_S:
            self._seen.popleft()
        self.waits_s, self._through, lasting = max((self._waits(name) for name in queues), default=(0.0, 0.0, 0.0))
        self._rebase(now, lasting)
        if self._begun is None or now - self._begun < CRAWL_S:
            return
        while self._written and self._written[0][0] <= now - WINDOW_S:
            self._written.popleft()
        own = sum(count for _, count in self._written) / WINDOW_S
        if self.waits_s < 0.7 * self.aim_s:
            rate = max(own, 1.0) * GROWTH + SLOWEST
        else:
            rate = own + self._through * (self.aim_s - self.waits_s) / (self.aim_s + REACT_S)
        self.rate = min(max(rate, SLOWEST), FASTEST)

    def _rebase(self, now: float, lasting: float) -> None:
        """What waits by itself: seen before anything is written, whenever it is less, and while the replay crawls."""
        self._calm += (lasting - self._calm) * SMOOTH
        if self.rate > 2 * SLOWEST:
            self._crawls = None
        elif self._crawls is None:
            self._crawls = now
        crawled = self._crawls is not None and now - self._crawls > CRAWL_S
        if self._begun is None or crawled or self._calm < 0.7 * self.base_s:
            self.base_s = self._calm

    def take(self, now: float, most: int) -> int:
        """How many records may be written now, at most `most`."""
        span = min(max(now - self._filled, 0.0), 1.0) if self._filled else 0.0
        self._filled = now
        if self._begun is not None and self.waits_s > self.stop_s:
            return 0
        self._tokens = min(self._tokens + span * self.rate, max(self.rate * BURST_S, LEAST_BURST))
        count = min(int(self._tokens), most)
        self._tokens -= count
        if count:
            self._written.append((now, count))
            self._begun = now if self._begun is None else self._begun
        return count

    def _waits(self, name: Name) -> tuple[float, float, float]:
        """How long a queue's last record will have waited, in seconds, how many get through a second; and how long
        those of the whole window waited on average, which a few that came at once do not change."""
        samples = [(at, queues[name]) for at, queues in self._seen if name in queues]
        (first_at, first), (last_at, last) = samples[0], samples[-1]
        span, through = last_at - first_at, last.done - first.done
        # A transaction's mark takes an offset and is never read: it always waits.
        waiting = [(at, max(queue.waiting - 1, 0)) for at, queue in samples]
        recent = [count for at, count in waiting if at >= last_at - STEADY_S]
        if span <= 0:
            return 0.0, 0.0, 0.0
        late, each = self.late_s(name[0]), span / max(through, 1)
        waits = max(sum(recent) / len(recent) * each - late, 0.0)
        lasting = max(sum(count for _, count in waiting) / len(waiting) * each - late, 0.0)
        return waits, through / span, lasting
