"""Follows a department's feed with typed records: needs the package commonline and a Kafka that it can reach.

COMMONLINE_KAFKA=127.0.0.1:9092 python read_feed.py feeds.acme.service.v1
"""

from __future__ import annotations

import sys

from confluent_kafka import Consumer, KafkaException

from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings


def told(record: FeedActivity) -> str:
    """One line about a feed record."""
    item = record.item
    if record.event == "activity" and item is not None:
        who = (item.actor.name or item.actor.account if item.actor else None) or "somebody"
        return f"{record.seq} {item.channel} {item.type} by {who}: {item.object.text or item.object.title or ''}"
    if record.event == "merged":
        return f"{record.seq} conversation {record.other} is now part of {record.conversation}"
    return f"{record.seq} {record.event} {record.object or record.conversation}"


def main(feed: str, group: str) -> None:
    """Print records, and commit each when it is done with."""
    kafka = KafkaSettings.from_environ()
    if kafka is None:
        sys.exit("set COMMONLINE_KAFKA=host:port")
    serde = Serde(SchemaIds.bundled())
    settings = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer(kafka.librdkafka() | settings | {"isolation.level": "read_committed"})
    consumer.subscribe([feed])
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if (error := message.error()) is not None:
            raise KafkaException(error)
        if (value := message.value()) is not None:
            record = serde.decode_as(FeedActivity, value)
            print(told(record), flush=True)
        consumer.commit(message=message)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "read-feed-example")
