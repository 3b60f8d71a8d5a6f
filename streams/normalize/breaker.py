"""Circuit breaker of a source (protocol F15): when most of its deliveries die, the next ones are set aside,
accounted and replayable, instead of filling the dead letters. It never stops a partition, nor any other source. Pure.
"""

from __future__ import annotations

from collections import deque

WINDOW = 200
"""Deliveries looked back on."""
LEAST = 100
"""Fewer than these decide nothing."""
LIMIT = 0.5
"""Share of deliveries with a dead letter, beyond which the breaker opens."""
PROBE_EVERY_S = 30.0
ASKED_EVERY_S = 1.0
"""A replay is somebody's word that the cause is mended: it is tried sooner."""
PROBES = 3
"""Deliveries in a row that must pass before it closes again."""


class Breaker:
    """Times are seconds of a monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._batches: deque[tuple[int, int]] = deque()
        self._read = self._died = 0
        self.open = False
        self._probe_at = self._asked_at = 0.0
        self._passed = 0

    def note(self, read: int, died: int, now: float) -> bool:
        """What became of some deliveries; `died` had a dead letter. Returns whether it changed state."""
        return self._probed(died == 0, now) if self.open else self._counted(read, died, now)

    def admits(self, now: float, *, asked: bool = False) -> bool:
        """Whether a delivery is mapped; if not, it is parked. While open, one now and then is tried; of those that
        somebody replays (`asked`) one a second, until one passes."""
        if not self.open:
            return True
        if now < (self._asked_at if asked else self._probe_at):
            return False
        self._probe_at = now + PROBE_EVERY_S
        self._asked_at = now + ASKED_EVERY_S
        return True

    def mended(self) -> None:
        """The configuration was changed: the next delivery is tried."""
        self._probe_at = self._asked_at = 0.0

    def _counted(self, read: int, died: int, now: float) -> bool:
        batches = self._batches
        batches.append((read, died))
        self._read += read
        self._died += died
        while self._read - batches[0][0] >= WINDOW:
            old_read, old_died = batches.popleft()
            self._read -= old_read
            self._died -= old_died
        if self._read < LEAST or self._died <= LIMIT * self._read:
            return False
        self.open, self._passed = True, 0
        self._probe_at, self._asked_at = now + PROBE_EVERY_S, now + ASKED_EVERY_S
        return True

    def _probed(self, passed: bool, now: float) -> bool:
        if not passed:
            self._passed = 0
            return False
        self._passed += 1
        self._probe_at = self._asked_at = now
        if self._passed < PROBES:
            return False
        self.open = False
        self._batches.clear()
        self._read = self._died = 0
        return True
