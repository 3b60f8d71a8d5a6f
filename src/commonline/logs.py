"""Logging of our processes: one line an event, fields as ``key=value``; never a body, never a secret."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Hashable

FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s  %(message)s"
TIME = "%Y-%m-%dT%H:%M:%S"
MAX_KEYS = 4096


def configure(level: int = logging.INFO) -> None:
    """Write to standard error, in UTC. Replaces what was configured before."""
    formatter = logging.Formatter(FORMAT, TIME)
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    # kafka-python tells of every connection and, as a warning, of every step of its loop that takes a tenth of a
    # second: reading a large batch does, and nothing else waits for it.
    logging.getLogger("kafka").setLevel(logging.WARNING)
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)


def client_log(name: str) -> logging.Logger:
    """A logger for librdkafka, which repeats itself many times a second while a broker is away.

    The same kind of message of the same client comes through once in half a minute, as a warning.
    """
    logger = logging.getLogger(name)
    if not any(isinstance(one, _Seldom) for one in logger.filters):
        logger.addFilter(_Seldom())
    return logger


class _Seldom(logging.Filter):
    """librdkafka's messages begin with facility, client and thread: those tell which are alike."""

    def __init__(self) -> None:
        super().__init__()
        self._throttle = Throttle(30.0)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        facility, _, rest = record.getMessage().partition(" ")
        return self._throttle.allows((facility, rest.partition("]")[0]))


class Throttle:
    """Lets the same thing through once in `every_s` seconds: a flood of calls is no flood of lines."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._last: dict[Hashable, float] = {}

    def allows(self, key: Hashable) -> bool:
        """Whether to say it now."""
        now = time.monotonic()
        last = self._last.get(key)
        if last is not None and now - last < self._every_s:
            return False
        if len(self._last) >= MAX_KEYS:
            self._last.clear()
        self._last[key] = now
        return True
