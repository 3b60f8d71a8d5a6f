"""Times for people: ages in one unit, moments in local time."""

from __future__ import annotations

from datetime import UTC, datetime

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
