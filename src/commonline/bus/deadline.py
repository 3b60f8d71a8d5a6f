"""A deadline for calls of the Kafka client, which may not come back whatever time-out they are given.

librdkafka's `send_offsets_to_transaction` waits for ever when the connection to the group's coordinator breaks between
the two requests that it makes (confluentinc/librdkafka#5456, open with 2.14; seen in the crash tests whenever the
network was cut at that moment). Nothing inside the process can take the call back, so the process must end.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from types import TracebackType

EVERY_S = 1.0


class Deadline:
    """A context manager: `overdue` is called from another thread once a block lasts longer than `limit_s` seconds.

    One block at a time. All deadlines of a process share one thread, which looks once a second.
    """

    def __init__(self, limit_s: float, overdue: Callable[[], None]) -> None:
        self.limit_s = limit_s
        self._overdue = overdue
        self._until: float | None = None
        _watch.add(self)

    def __enter__(self) -> None:
        self._until = time.monotonic() + self.limit_s

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._until = None

    def look(self, now: float) -> None:
        """Judge at this moment of the monotonic clock; a block is told of once."""
        until = self._until
        if until is not None and now > until:
            self._until = None
            self._overdue()


class _Watch:
    """The thread, and the deadlines that it looks at."""

    def __init__(self) -> None:
        self._deadlines: weakref.WeakSet[Deadline] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        with self._lock:
            self._deadlines.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="commonline-deadline", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(EVERY_S)
            with self._lock:
                some = list(self._deadlines)
            now = time.monotonic()
            for one in some:
                one.look(now)
            del some


_watch = _Watch()
