"""Times for people: ages in one unit, moments in local time."""

from __future__ import annotations

from datetime import UTC, datetime

from commonline.clock import now_us
from commonline.configuration.durations import seconds
from commonline.errors import ConfigurationError

_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def age(us: int) -> str:
    """``3 s``, ``12 min``, ``5 h``, ``9 d`` from microseconds; ``now`` below a second."""
    seconds = us // 1_000_000
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "now"


def moment(us: int) -> str:
    """Date and time to the second in this machine's zone; the number itself where no calendar has it."""
    try:
        return datetime.fromtimestamp(us / 1e6, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return str(us)


def moment_us(option: str, text: str, more: str = "") -> int:
    """Microseconds since 1970 of an age (``15m``), ``now``, or a time (ISO 8601; without a zone: this machine's).

    Raises `ConfigurationError` naming the option; `more` are other forms that it takes.
    """
    if text == "now":
        return now_us()
    try:
        return now_us() - seconds(text) * 1_000_000
    except ValueError:
        pass
    try:
        return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{option} {text!r}: give {more}an age such as 15m or 2d, or a time such as 2026-01-31T09:00"
        ) from None
