"""Follows a feed with Confluent's client and Avro deserialiser alone; schemas come from any registry of that API.

Needs confluent-kafka[avro,schemaregistry].

python read_feed_with_confluent.py 127.0.0.1:9092 feeds.acme.service.v1 http://127.0.0.1:8081/apis/ccompat/v7
"""

from __future__ import annotations

import sys

from confluent_kafka import Consumer, KafkaException
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def main(bootstrap: str, feed: str, registry: str) -> None:
    """Print each activity's text."""
    decoded = AvroDeserializer(SchemaRegistryClient({"url": registry}))
    context = SerializationContext(feed, MessageField.VALUE)
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "read-feed-with-confluent",
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
        record = decoded(message.value(), context)
        if record is None:
            continue  # Kafka's own tombstone
        text = record["item"]["object"]["text"] if record["item"] else ""
        print(record["seq"], record["event"], text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
