"""Follows a feed with confluent-kafka and fastavro alone: what any program with an Avro library does.

python read_feed_with_avro.py 127.0.0.1:9092 feeds.acme.service.v1 feed-activity.v1.avsc
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import fastavro
from confluent_kafka import Consumer, KafkaException

MAGIC, HEADER = 0, 5


def decoded(value: bytes, schema: Any) -> Any:
    """Confluent's framing: a zero byte, the schema's id in four bytes, then Avro."""
    if value[0] != MAGIC:
        raise ValueError(f"no schema id before the value: {value[:HEADER].hex()}")
    return fastavro.schemaless_reader(io.BytesIO(value[HEADER:]), schema, None)


def main(bootstrap: str, feed: str, schema_file: str) -> None:
    """Print each activity's text."""
    schema = fastavro.parse_schema(json.loads(Path(schema_file).read_text("utf-8")))
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "read-feed-with-avro",
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    consumer.subscribe([feed])
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if (error := message.error()) is not None:
            raise KafkaException(error)
        value = message.value()
        if value is None:
            continue  # Kafka's own tombstone
        record = decoded(value, schema)
        text = record["item"]["object"]["text"] if record["item"] else ""
        print(record["seq"], record["event"], text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
