"""Copies urgent messages of a department's feed to a topic of their own.

COMMONLINE_KAFKA=127.0.0.1:9092 python urgent.py feeds.acme.service.v1 urgent.v1
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from commonline import logs
from commonline.bus.process import ProcessSettings
from commonline.metrics import Metrics
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import FeedActivity
from commonline.settings import KafkaSettings
from commonline.streams.app import StreamApp, run

log = logging.getLogger(__name__)
WORDS = ("urgent", "dringend", "asap")


def urgent(record: FeedActivity) -> bool:
    """Whether somebody needs to see this now. Values in, value out: tested without Kafka."""
    item = record.item
    if record.event != "activity" or record.catch_up or item is None or item.direction != "inbound":
        return False
    text = (item.object.text or "").casefold()
    return any(word in text for word in WORDS)


class Urgent:
    """The stream. Make it inside the event loop."""

    def __init__(self, settings: ProcessSettings, feed: str, target: str) -> None:
        self.app = StreamApp("urgent", settings, Metrics())
        self.target = target
        self.app.agent(self.app.records(feed), name="urgent", concurrency=1)(self.agent)

    async def agent(self, stream: Any) -> None:
        async for event in stream.events():
            await self.app.guard(self.take(event.message))

    async def take(self, message: Any) -> None:
        if message.value is None:
            return  # Kafka's own tombstone behind one of ours: nothing to see
        try:
            record = self.app.serde.decode_as(FeedActivity, message.value)
        except SchemaError as error:
            log.error("partition %d offset %d: %s", message.partition, message.offset, error)
            return
        if urgent(record):
            await self.app.write(self.target, message.value, key=message.key)


def main(feed: str, target: str) -> None:
    logs.configure()
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        sys.exit("set COMMONLINE_KAFKA=host:port")
    settings = ProcessSettings.from_environ(kafka, Path(".commonline"))
    run(lambda: Urgent(settings, feed, target).app, settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
