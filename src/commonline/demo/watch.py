"""Reads, from a thread, all that the day writes: the four feeds first, then what the accounts need."""

from __future__ import annotations

import threading
from collections.abc import Callable

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.clock import now_us
from commonline.demo.seen import Arrival, Seen
from commonline.demo.stage import DEPARTMENTS, WORKSPACE
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

MOST = 500
TABLE = (
    table.DELIVERIES,
    table.ACTIVITIES,
    table.CONVERSATIONS,
    table.DEAD_LETTERS,
    table.LEDGER,
    table.PERSONS,
)


class Watcher:
    """Follows the topics from now on. `seen` may be read under `lock`."""

    def __init__(self, kafka: KafkaSettings, show: Callable[[Arrival], None] = lambda _: None) -> None:
        self.seen = Seen()
        self.lock = threading.Lock()
        self._serde = Serde(SchemaIds.bundled())
        self._show = show
        self._stop = threading.Event()
        names = Topics()
        self._feeds = {names.feed(WORKSPACE, department): department for department in DEPARTMENTS}
        topics = [*self._feeds, *(names.name(topic) for topic in TABLE)]
        self._reader = Reader(kafka, topics, start="end")
        self._thread = threading.Thread(target=self._run, name="demo-watch", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(10)
        self._reader.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            for message in self._reader.poll(0.05, MOST):
                value = message.value()
                if value is None:
                    continue
                at = now_us()
                topic = message.topic() or ""
                record = self._serde.decode(value)
                with self.lock:
                    before = len(self.seen.arrivals)
                    self.seen.take(topic, record, at, self._feeds.get(topic, ""))
                    fresh = self.seen.arrivals[before:]
                for arrival in fresh:
                    self._show(arrival)
