"""Starts a process of Commonline with faults built in: `python -m tests.crash.worker unify`, not `-m commonline`.

The faults are patched into the product's classes from outside, here alone. ``CRASH_FAULTS`` names a file of the tests:
``<file>.point`` holds where the process dies next (``<point> <delay in seconds>``; it is removed when it strikes),
``<file>.clock`` holds by how many seconds Commonline's clock is wrong.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

import commonline.clock

POINT, CLOCK = ".point", ".clock"
VARIABLE = "CRASH_FAULTS"
HOLD = "hold-open"
UNIFY_POINTS = (
    "before-offsets",
    "before-commit",
    "inside-commit",
    "after-commit",
    "inside-store",
    "after-store",
    "inside-takeover",
    HOLD,
)
NORMALIZE_POINTS = ("before-flush", "after-flush", "after-commit")
CONNECT_POINTS = ("after-acknowledgement",)


def die() -> None:
    """As `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def strike(*points: str) -> str | None:
    """The point that is armed, if it is one of these; it is not armed any more then. Dies, unless told otherwise."""
    path = Path(os.environ[VARIABLE] + POINT)
    if not path.exists():
        return None
    point, _, delay = path.read_text("ascii").partition(" ")
    if point not in points:
        return None
    path.unlink()
    if point == HOLD:
        time.sleep(float(delay))
    elif point.startswith("inside-"):
        threading.Timer(random.random() * float(delay), die).start()
    else:
        die()
    return point


class _Clock:
    """Commonline's clock, wrong by what the file says."""

    def __init__(self, real: Callable[[], int]) -> None:
        self._real = real
        self._path = os.environ[VARIABLE] + CLOCK
        self._asked = 0.0
        self._wrong_us = 0

    def __call__(self) -> int:
        now = time.monotonic()
        if now - self._asked > 0.05:
            self._asked = now
            try:
                self._wrong_us = int(float(Path(self._path).read_text("ascii")) * 1e6)
            except (OSError, ValueError):
                self._wrong_us = 0
        return self._real() + self._wrong_us


class _Producer:
    """A transactional producer that dies where it is told to."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def send_offsets_to_transaction(self, *arguments: Any) -> None:
        strike("before-offsets")
        self._real.send_offsets_to_transaction(*arguments)

    def commit_transaction(self, *arguments: Any) -> None:
        strike("before-commit", "inside-commit", HOLD)
        self._real.commit_transaction(*arguments)
        strike("after-commit")


def _unify() -> None:
    from commonline.bus import stage
    from commonline.bus.store import LocalStore

    producer: Any = Producer
    apply: Any = LocalStore.apply
    take_over: Any = stage.TransactionalStage._take_over

    def producing(*arguments: Any, **more: Any) -> _Producer:
        return _Producer(producer(*arguments, **more))

    def applying(self: LocalStore, *arguments: Any, **more: Any) -> Any:
        strike("inside-store")
        written = apply(self, *arguments, **more)
        strike("after-store")
        return written

    def taking_over(self: Any, *arguments: Any) -> Any:
        strike("inside-takeover")
        return take_over(self, *arguments)

    for place, name, patched in (
        (stage, "Producer", producing),
        (LocalStore, "apply", applying),
        (stage.TransactionalStage, "_take_over", taking_over),
    ):
        setattr(place, name, patched)


def _normalize() -> None:
    from commonline.bus.writer import Writer
    from commonline.streams.normalize.runner import Runner

    flush, commit = Writer.flush, Runner._commit

    def flushing(self: Writer) -> None:
        strike("before-flush")
        flush(self)
        strike("after-flush")

    def committing(self: Runner) -> None:
        commit(self)
        strike("after-commit")

    Writer.flush = flushing  # type: ignore[method-assign]
    Runner._commit = committing  # type: ignore[method-assign]


def _connect() -> None:
    from commonline.bus.producer import AsyncProducer

    settle = AsyncProducer._settle

    def settling(self: AsyncProducer) -> None:
        strike("after-acknowledgement")
        settle(self)

    AsyncProducer._settle = settling  # type: ignore[method-assign]


def main() -> None:
    """Patch, then run the command."""
    commonline.clock.now_us = _Clock(commonline.clock.now_us)
    {"unify": _unify, "normalize": _normalize, "connect": _connect}[sys.argv[1]]()
    from commonline.cli.main import main as commonline_main

    commonline_main()


if __name__ == "__main__":
    main()
