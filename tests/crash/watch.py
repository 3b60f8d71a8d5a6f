"""Watches the outputs as a reader does (read_committed): how far they are, and how long they stood still."""

from __future__ import annotations

import threading
import time

from commonline.bus.reader import Reader
from commonline.errors import PlatformError
from commonline.settings import KafkaSettings

ALREADY_S = 0.25
"""Records that come so soon after a fault may have been on their way before it."""


class Watch:
    """Counts records of a topic as they become visible, and keeps when each partition moved."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self.seen = 0
        self.moved = time.monotonic()
        self.failure: Exception | None = None
        self._arrivals: dict[int, list[float]] = {}
        self._stopping = threading.Event()
        self._reader = Reader(kafka, [topic])
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self._reader as reader:
                while not self._stopping.is_set():
                    records = reader.poll(0.05)
                    now = time.monotonic()
                    for number in {record.partition() or 0 for record in records}:
                        self._arrivals.setdefault(number, []).append(now)
                    if records:
                        self.seen += len(records)
                        self.moved = now
        except PlatformError as error:
            self.failure = error

    def recovery_s(self, since: float) -> float | None:
        """Seconds from `since` (monotonic) until every partition that ever wrote has written again.

        None if one has not: the load had ended.
        """
        waits = []
        for arrivals in list(self._arrivals.values()):
            later = next((at for at in list(arrivals) if at > since + ALREADY_S), None)
            if later is None:
                return None
            waits.append(later - since)
        return max(waits, default=None)

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(20)
