"""Every decision of a run, from a seed or from a tape: the same tape gives the same run.

0 is always the calmest answer (no fault, the same actor goes on, the smallest number), so that a tape of zeros is a
quiet run, and making a tape shorter or smaller makes its story simpler.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
PER_MILLE = 1000


class Choices:
    """Draws numbers and writes them down. Beyond the end of a tape all answers are 0."""

    def __init__(self, seed: int | None = None, tape: Sequence[int] = ()) -> None:
        self.taken: list[int] = []
        self._random = None if seed is None else random.Random(seed).random
        self._tape = tape

    def draw(self, count: int) -> int:
        """A number from 0 to count - 1."""
        if count < 2:
            return 0
        if self._random is not None:
            value = int(self._random() * count)
        else:
            at = len(self.taken)
            value = self._tape[at] if at < len(self._tape) else 0
            if value >= count:
                value = 0
        self.taken.append(value)
        return value

    def chance(self, per_mille: int) -> bool:
        """True in so many of a thousand cases."""
        return per_mille > 0 and self.draw(PER_MILLE) >= PER_MILLE - per_mille

    def pick(self, some: Sequence[T]) -> T:
        """One of them; the first is the calmest."""
        return some[self.draw(len(some))]


def shrink(tape: Sequence[int], fails: Callable[[list[int]], bool], seconds: float) -> list[int]:
    """A smaller tape that still fails: shorter first, then with more zeros; the best that is found in this time."""
    best, until = list(tape), time.process_time() + seconds

    def better(candidate: list[int]) -> bool:
        nonlocal best
        while candidate and candidate[-1] == 0:
            candidate.pop()
        if time.process_time() > until or candidate == best:
            return False
        if fails(candidate):
            best = candidate
            return True
        return False

    improved = True
    while improved:
        before = list(best)
        low, high = 0, len(best)
        while low < high:  # the shortest beginning that fails
            middle = (low + high) // 2
            low, high = (low, middle) if better(best[:middle]) else (middle + 1, high)
            high = min(high, len(best))
        for change in (_without, _zeroed):
            size = max(len(best) // 2, 1)
            while size:
                at = 0
                while at < len(best):
                    if not better(change(best, at, size)):
                        at += size
                size //= 2
        improved = best != before
    return best


def _without(tape: list[int], at: int, size: int) -> list[int]:
    return tape[:at] + tape[at + size :]


def _zeroed(tape: list[int], at: int, size: int) -> list[int]:
    return tape[:at] + [0] * len(tape[at : at + size]) + tape[at + size :]
