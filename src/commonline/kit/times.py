"""Times of the world to microseconds since 1970-01-01 UTC.

Digits decide the unit: 10 seconds, 13 milliseconds, 16 microseconds; texts of digits too; fractions as text (Slack,
Reddit) are seconds. Naive texts take the zone that the caller names. What is out of range (before 1995 or after the
begin of 2100) is None: the caller then takes `received`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

SECOND = 1_000_000
EARLIEST = 788_918_400 * SECOND
LATEST = 4_102_444_800 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{1,17}(?:\.\d{1,9})?\Z")
_OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})\Z")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")


def from_number(value: float) -> int | None:
    """Seconds, milliseconds or microseconds, told by their size."""
    whole = abs(value)
    if not whole < 1e17:
        return None
    if whole < 100_000_000_000:
        micros = round(value * SECOND)
    elif whole < 100_000_000_000_000:
        micros = round(value * 1000)
    else:
        micros = round(value)
    return micros if EARLIEST <= micros <= LATEST else None


def from_text(text: str, zone: tzinfo = UTC) -> int | None:
    """A text of digits, ISO 8601 / RFC 3339, or RFC 5322."""
    text = text.strip()
    # A date has its first dash behind the year, where a number has none.
    if text[4:5] != "-" and _NUMBER.match(text):
        whole, _, fraction = text.partition(".")
        if not fraction:
            return from_number(int(whole))
        micros = int(whole) * SECOND + int(fraction[:6].ljust(6, "0"))
        return micros if EARLIEST <= micros <= LATEST else None
    moment = _parse(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    micros = to_micros(moment)
    return micros if EARLIEST <= micros <= LATEST else None


def parse(value: str | float | None, zone: tzinfo = UTC) -> int | None:
    """Any of the above; None for None and for what cannot be read."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return from_text(value, zone)
    return from_number(value)


def to_micros(moment: datetime) -> int:
    """Microseconds of an aware datetime, without a float in between."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def from_micros(micros: int) -> datetime:
    """An aware datetime in UTC."""
    seconds, rest = divmod(micros, SECOND)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_odd(text)


def _parse_odd(text: str) -> datetime | None:
    tidy = _LONG_FRACTION.sub(r"\1", _OFFSET_WITHOUT_COLON.sub(r"\1:\2", text.removesuffix(" UTC")))
    if len(text) != len(text.removesuffix(" UTC")):
        tidy += "+00:00"
    try:
        return datetime.fromisoformat(tidy)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
