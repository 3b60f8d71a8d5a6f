"""The one clock: everything that needs the present takes it from here, so that tests can move it."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns microseconds since 1970-01-01 UTC."""


def now_us() -> int:
    """Microseconds since 1970-01-01 UTC by the system clock."""
    return time.time_ns() // 1000
