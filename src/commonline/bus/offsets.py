"""What a consumer group has committed, asked without joining it."""

from __future__ import annotations

import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from commonline.errors import PlatformError
from commonline.settings import KafkaSettings

ASK_S = 15.0
AGAIN_S = 0.2
_MOVING = frozenset(
    {KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE}
)
"""What a broker says of a group while it starts, or while the group's coordinator moves."""


def committed(kafka: KafkaSettings, group: str, topic: str) -> dict[int, int]:
    """By partition, the offset that the group goes on at; partitions without one are left out.

    Raises `PlatformError` when the topic does not exist or the cluster does not answer.
    """
    consumer = Consumer({**kafka.librdkafka(), "group.id": group, "isolation.level": "read_committed"})
    try:
        told = consumer.list_topics(topic, timeout=ASK_S).topics[topic]
        if told.error is not None:
            raise PlatformError(f"topic {topic} does not exist; create all topics with: commonline topics create")
        places = _patiently(consumer, [TopicPartition(topic, number) for number in told.partitions])
    except KafkaException as error:
        raise PlatformError(f"Kafka at {kafka.bootstrap} does not answer: {error.args[0].str()}") from error
    finally:
        consumer.close()
    return {place.partition: place.offset for place in places if place.offset >= 0}


def _patiently(consumer: Consumer, places: list[TopicPartition]) -> list[TopicPartition]:
    """Ask again while the coordinator moves. Raises `KafkaException`."""
    deadline = time.monotonic() + ASK_S
    while True:
        try:
            return list(consumer.committed(places, timeout=ASK_S))
        except KafkaException as error:
            if error.args[0].code() not in _MOVING or time.monotonic() > deadline:
                raise
        time.sleep(AGAIN_S)
