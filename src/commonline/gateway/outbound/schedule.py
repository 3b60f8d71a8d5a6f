"""What becomes of a delivery after an attempt: done, tried again later, given up, or the receiver wants no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DELAYS_US = (
    *(5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR),
    *(10 * HOUR, 14 * HOUR, 20 * HOUR, 20 * HOUR),
)
"""Waits after each failed attempt, as the specification's example: three days in all."""
JITTER = 0.2
GIVE_UP_US = 72 * HOUR
GONE = 410

Fate = Literal["delivered", "pending", "dead", "gone"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt brought. `status` None: no answer, and `error` says why. `retry_after_s`: the receiver's wish."""

    status: int | None = None
    error: str | None = None
    retry_after_s: float | None = None
    took_s: float = 0.0

    @property
    def good(self) -> bool:
        """Any status of 2xx; a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do. `due`: when to try again, in microseconds since 1970."""

    fate: Fate
    due: int = 0


def decide(outcome: Outcome, attempts: int, first: int, now: int, chance: float) -> Verdict:
    """The verdict after attempt number `attempts` of a delivery that was first tried at `first`.

    `chance` is from 0 to 1. A receiver's Retry-After is honoured where it is later than our own schedule; what would be
    due more than three days after the first attempt is given up.
    """
    if outcome.good:
        return Verdict("delivered")
    if outcome.status == GONE:
        return Verdict("gone")
    if attempts > len(DELAYS_US):
        return Verdict("dead")
    wait = int(DELAYS_US[attempts - 1] * (1 - JITTER + 2 * JITTER * chance))
    if outcome.retry_after_s is not None:
        wait = max(wait, int(outcome.retry_after_s * SECOND))
    due = now + wait
    return Verdict("dead") if due > first + GIVE_UP_US else Verdict("pending", due)
