"""Follows a feed with kafka-python; each schema comes from a registry with Confluent's API, by the id in the value.

python read_feed_with_registry.py 127.0.0.1:9092 feeds.acme.service.v1 http://127.0.0.1:8081/apis/ccompat/v7
"""

from __future__ import annotations

import io
import json
import sys
import urllib.request
from functools import cache
from typing import Any

import fastavro
from kafka import KafkaConsumer

HEADER = 5


@cache
def schema(registry: str, number: int) -> Any:
    """The schema behind an id."""
    with urllib.request.urlopen(f"{registry}/schemas/ids/{number}", timeout=10) as answer:
        return fastavro.parse_schema(json.loads(json.load(answer)["schema"]))


def decoded(value: bytes, registry: str) -> Any:
    """A value in Confluent's framing."""
    number = int.from_bytes(value[1:HEADER], "big")
    return fastavro.schemaless_reader(io.BytesIO(value[HEADER:]), schema(registry, number), None)


def main(bootstrap: str, feed: str, registry: str) -> None:
    """Print each activity's text."""
    consumer = KafkaConsumer(
        feed,
        bootstrap_servers=bootstrap,
        group_id="read-feed-with-registry",
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    for message in consumer:
        if message.value is None:
            continue  # Kafka's own tombstone
        record = decoded(message.value, registry)
        text = record["item"]["object"]["text"] if record["item"] else ""
        print(record["seq"], record["event"], text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
