"""Topics and records for tests of the broker itself."""

from __future__ import annotations

import time

from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.settings import KafkaSettings


def create(kafka: KafkaSettings, topic: str, partitions: int = 1) -> None:
    admin = AdminClient(kafka.librdkafka())
    for future in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result(10)


def produce(kafka: KafkaSettings, topic: str, values: list[bytes]) -> None:
    producer = Producer(kafka.librdkafka() | {"acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(20) == 0


def read(kafka: KafkaSettings, topic: str, count: int) -> list[bytes]:
    consumer = Consumer(kafka.librdkafka() | {"group.id": f"{topic}-reader", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        deadline, found = time.monotonic() + 30, list[bytes]()
        while len(found) < count and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                found.append(message.value() or b"")
        return found
    finally:
        consumer.close()
