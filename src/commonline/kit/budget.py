"""One budget of calls for each account at a vendor, shared by all that asks there, in order of right.

Live reading may use all of it; a sweep leaves a quarter, a back-fill half to those before it. What the vendor says of
itself (remaining calls, when they are new, Retry-After) counts for more than what the manifest declares, so that two
processes with one token keep out of each other's way too. Pure: times are seconds of a monotonic clock, given by the
caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Literal

from commonline.kit import times
from commonline.kit.manifest import RateLimit

Mode = Literal["live", "sweep", "backfill"]
LEAVES: dict[Mode, float] = {"live": 0.0, "sweep": 0.25, "backfill": 0.5}
"""The part of a limit that a mode leaves untouched."""
LONGEST_S = 3600.0
_REMAINING = ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
_LIMIT = ("x-ratelimit-limit", "ratelimit-limit", "x-rate-limit-limit")
_RESET = ("x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset")
_EPOCH_S = 1_000_000_000


class _Bucket:
    """`size` calls, filled again evenly within `per_s` seconds."""

    def __init__(self, size: float, per_s: float, now_s: float) -> None:
        self.size, self.per_s = max(size, 1.0), max(per_s, 0.001)
        self.left, self.at_s = self.size, now_s

    def fill(self, now_s: float) -> None:
        self.left = min(self.size, self.left + max(now_s - self.at_s, 0.0) * self.size / self.per_s)
        self.at_s = now_s

    def wait_s(self, leave: float) -> float:
        missing = min(1.0 + leave * self.size, self.size) - self.left
        return max(missing, 0.0) * self.per_s / self.size


class Budget:
    """The calls that are left of one account. `limits` as in the manifest's ``[[rate_limit]]``."""

    def __init__(self, limits: Iterable[RateLimit], now_s: float) -> None:
        self._buckets = [_Bucket(limit.requests, limit.per_s, now_s) for limit in limits]
        self._not_before_s = now_s
        self._told: tuple[float, float, float] | None = None

    def wait_s(self, mode: Mode, now_s: float) -> float:
        """How long a call of this mode has to wait now; 0.0: it may go."""
        for bucket in self._buckets:
            bucket.fill(now_s)
        waits = [self._not_before_s - now_s, *(bucket.wait_s(LEAVES[mode]) for bucket in self._buckets)]
        if self._told is not None:
            remaining, limit, reset_s = self._told
            if now_s >= reset_s:
                self._told = None
            elif remaining < 1.0 + LEAVES[mode] * limit:
                waits.append(reset_s - now_s)
        return min(max(waits), LONGEST_S) if max(waits) > 0 else 0.0

    def take(self) -> None:
        """A call goes out."""
        for bucket in self._buckets:
            bucket.left -= 1.0
        if self._told is not None:
            remaining, limit, reset_s = self._told
            self._told = (remaining - 1.0, limit, reset_s)

    def told(self, headers: Mapping[str, str], now_s: float, epoch_s: float) -> None:
        """What the vendor's answer says: names in lower case. `epoch_s` is the wall clock, for headers that use it."""
        remaining, reset_s = _number(headers, _REMAINING), _reset_s(headers, epoch_s)
        if remaining is not None and reset_s is not None:
            limit = _number(headers, _LIMIT) or remaining
            self._told = (remaining, limit, now_s + min(reset_s, LONGEST_S))

    def hold(self, wait_s: float, now_s: float) -> None:
        """The vendor asked for patience: nobody calls before."""
        self._not_before_s = max(self._not_before_s, now_s + min(wait_s, LONGEST_S))


def retry_after_s(value: str | None, epoch_s: float) -> float | None:
    """Seconds of a ``Retry-After`` (RFC 9110, section 10.2.3): a number, or a date. None if it is neither."""
    if not value:
        return None
    try:
        return min(max(float(value), 0.0), LONGEST_S)
    except ValueError:
        pass
    try:
        return min(max(parsedate_to_datetime(value).timestamp() - epoch_s, 0.0), LONGEST_S)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _number(headers: Mapping[str, str], names: Iterable[str]) -> float | None:
    for name in names:
        value = headers.get(name, "").partition(",")[0].partition(";")[0].strip()
        if value.replace(".", "", 1).isdigit() and value.isascii():
            return float(value)
    return None


def _reset_s(headers: Mapping[str, str], epoch_s: float) -> float | None:
    """Seconds from now: the header is a span, a time in seconds or milliseconds, or a text of a time."""
    for name in _RESET:
        value = headers.get(name)
        if not value:
            continue
        number = _number(headers, (name,))
        if number is not None and number < _EPOCH_S:
            return number
        micros = times.parse(value)
        if micros is not None:
            return max(micros / times.SECOND - epoch_s, 0.0)
    return None
