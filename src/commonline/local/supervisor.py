"""Runs the services of an installation as child processes: starts, watches, restarts, and ends them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from commonline.local.home import Home
from commonline.local.process import stop
from commonline.local.service import Event, Service, ServiceSpec

STOP_S = 10.0
TICK_S = 0.1
_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Keeps `specs` running until asked to stop; they start in their order and end in the reverse one.

    `tell` gets what happens; `tend` is called at every turn, to look after other parts of the platform.
    """

    def __init__(
        self,
        specs: Sequence[ServiceSpec],
        home: Home,
        *,
        tell: Callable[[Event], None],
        tend: Callable[[], None] = lambda: None,
        stop_s: float = STOP_S,
    ) -> None:
        self.services = [Service(spec, home) for spec in specs]
        self._tell, self._tend, self._stop_s = tell, tend, stop_s
        self._stopping = self._hurry = self._reload = False

    def run(self) -> int:
        """Run until SIGINT, SIGTERM or `stop`, or until every service was given up; then end what still runs.

        Without services it runs until it is asked to stop. SIGHUP goes on to the services, which read their
        configuration again. Returns 1 when a service was given up, else 0. Main thread only.
        """
        with self._signals():
            try:
                while not self._stopping:
                    self._turn()
                    if self.services and all(service.given_up for service in self.services):
                        break
                    time.sleep(TICK_S)
            finally:
                self._end()
        return int(any(service.given_up for service in self.services))

    def stop(self) -> None:
        """Ask `run` to end everything and return. A second call kills what has not ended yet."""
        self._hurry, self._stopping = self._stopping, True

    def _turn(self) -> None:
        now = time.monotonic()
        if self._reload:
            self._reload = False
            for service in self.services:
                service.signal(signal.SIGHUP)
        for service in self.services:
            for event in service.turn(now):
                self._tell(event)
        self._tend()

    def _end(self) -> None:
        """In reverse order, each within `stop_s`: what takes in events ends last and turns nothing away."""
        self._stopping = True
        for service in reversed(self.services):
            child = service.child
            if child is not None:
                by_itself = stop(child, self._stop_s, hurry=lambda: self._hurry)
                self._tell(service.stopped(child.returncode, by_itself))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        terminal = _has_terminal()

        def handle(number: int, _: FrameType | None) -> None:
            if number == signal.SIGHUP and not (terminal and not _has_terminal()):
                self._reload = True
            else:
                self.stop()

        before = {number: signal.signal(number, handle) for number in _HANDLED}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _has_terminal() -> bool:
    """Whether there is a terminal. SIGHUP means "it is gone" when one was lost, and "reload" otherwise."""
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY))
    except OSError:
        return False
    return True
