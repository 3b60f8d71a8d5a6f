"""How long to wait before trying again: exponential, with jitter, so that sources do not fall into step."""

from __future__ import annotations

import random
from collections.abc import Callable


class Backoff:
    """`first_s`, twice as much after each failure, at most `most_s`; of that, a half to the whole."""

    def __init__(self, first_s: float = 1.0, most_s: float = 300.0, chance: Callable[[], float] | None = None) -> None:
        self._first_s, self._most_s = first_s, most_s
        self.chance = chance or random.SystemRandom().random
        self._next_s = first_s

    def wait_s(self) -> float:
        """Seconds to wait now; the next time it is more."""
        now_s = self._next_s
        self._next_s = min(self._most_s, now_s * 2)
        return now_s * (0.5 + self.chance() / 2)

    def reset(self) -> None:
        """It worked: begin anew at the next failure."""
        self._next_s = self._first_s
