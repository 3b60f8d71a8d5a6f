"""Processes, threads and time of the simulation: one actor at a time runs, and the hub decides which (greenlets).

A fiber is a thread of a simulated process. It gives way only inside the simulated clients, where a real one would wait
for a network, a disk or a lock, so that the product's code runs unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from greenlet import getcurrent, greenlet

Ready = Callable[[], bool]


class KilledError(BaseException):
    """The process was killed: no code of it has any effect from here on, `finally` and `except Exception` included."""


class Process:
    """One run of a worker."""

    def __init__(self, name: str, disk: Any) -> None:
        self.name = name
        self.disk = disk
        self.alive = True
        self.stopped = False
        """SIGSTOP: alive, but nothing of it runs."""
        self.parent: Process | None = None
        self.told: Callable[[dict[str, Any]], None] | None = None
        """Where a child process says something."""
        self.until = 0
        """The step at which it may go on."""

    @property
    def running(self) -> bool:
        return self.alive and not self.stopped


class Fiber(greenlet):
    """A thread: what it waits for, until when at most."""

    def __init__(self, process: Process, name: str, run: Callable[[], None]) -> None:
        super().__init__(_until_killed(run))
        self.process = process
        self.name = name
        self.deadline_held: Any = None
        """The product's own deadline (`commonline.bus.deadline`) for what it does now."""
        self.ready: Ready | None = None
        self.deadline: float | None = None

    def enabled(self) -> bool:
        """Whether it can go on without time passing."""
        if not self.process.running:
            return False
        if self.deadline is None and self.ready is None:
            return True
        return self.ready is not None and self.ready()


class Machine:
    """All fibers, and the clock in seconds."""

    def __init__(self) -> None:
        self.hub = getcurrent()
        self.now = 1000.0
        self.fibers: list[Fiber] = []

    def spawn(self, process: Process, name: str, run: Callable[[], None]) -> Fiber:
        fiber = Fiber(process, name, run)
        fiber.parent = self.hub
        self.fibers.append(fiber)
        return fiber

    def resume(self, fiber: Fiber) -> None:
        """From the hub: let a fiber run until it gives way."""
        fiber.ready = fiber.deadline = None
        fiber.switch()
        if fiber.dead:
            self.fibers.remove(fiber)

    def pass_time(self) -> Fiber | None:
        """From the hub: move the clock to the next deadline; returns whose it was."""
        waiting = [fiber for fiber in self.fibers if fiber.deadline is not None and fiber.process.running]
        if not waiting:
            return None
        next_one = min(waiting, key=_deadline)
        self.now = max(self.now, _deadline(next_one))
        return next_one

    def bury(self) -> None:
        """From the hub: end the fibers of processes that were killed."""
        for fiber in [fiber for fiber in self.fibers if not fiber.process.alive]:
            self.fibers.remove(fiber)
            if fiber:  # started and not ended
                fiber.throw(KilledError)

    def give_way(self, ready: Ready | None = None, timeout_s: float | None = None) -> bool:
        """From a fiber: let others run. Returns whether `ready` holds (or none was given)."""
        fiber = self.current()
        if not fiber.process.alive:
            raise KilledError
        fiber.ready = ready
        fiber.deadline = None if timeout_s is None else self.now + timeout_s
        self.hub.switch()
        if not fiber.process.alive:
            raise KilledError
        return ready is None or ready()

    @staticmethod
    def current() -> Fiber:
        """The fiber that runs."""
        fiber = getcurrent()
        assert isinstance(fiber, Fiber), "not inside a simulated process"
        return fiber


def _until_killed(run: Callable[[], None]) -> Callable[[], None]:
    def guarded() -> None:
        with suppress(KilledError):
            run()

    return guarded


def _deadline(fiber: Fiber) -> float:
    assert fiber.deadline is not None
    return fiber.deadline
