"""Positions of poll and stream sources, read back from the compacted topic (protocol F8).

A cursor is written after the deliveries up to it were acknowledged, so any of them is safe to go on from:
the worst that an older one does is repeat items whose ids are known. Each takeover of a source writes with
the next generation; of what is in the log the highest generation counts, and of that the last record.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from commonline import topics as table
from commonline.errors import RetryLaterError
from commonline.kit import source as kit
from commonline.logs import client_log
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import Cursor
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

log = logging.getLogger(__name__)


def newest(cursors: Iterable[Cursor]) -> dict[str, Cursor]:
    """By source, of records in the order of the log: the last one of the highest generation."""
    found: dict[str, Cursor] = {}
    for cursor in cursors:
        known = found.get(cursor.source)
        if known is None or cursor.generation >= known.generation:
            found[cursor.source] = cursor
    return found


def position(cursor: Cursor | None) -> kit.Cursor | None:
    """What `read` gets: the JSON of the record, None at the very beginning."""
    if cursor is None:
        return None
    found: Any = json.loads(cursor.position)
    return found if isinstance(found, dict) else None


def record(source: str, workspace: str, generation: int, at_us: int, value: kit.Cursor) -> Cursor:
    """The record to write."""
    text = json.dumps(value, separators=(",", ":"))
    return Cursor(source=source, workspace=workspace, generation=generation, position=text, at=at_us)


def read_back(kafka: KafkaSettings, topics: Topics, serde: Serde, timeout_s: float = 30.0) -> dict[str, Cursor]:
    """All sources' cursors.

    Blocks; the topic is compacted and small. Raises `RetryLaterError` without a broker.
    """
    consumer = Consumer(
        {
            **kafka.librdkafka(),
            "client.id": "commonline-cursors",
            "group.id": topics.identifier("cursors"),
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
        },
        logger=client_log("commonline.kafka"),
    )
    try:
        return newest(_records(consumer, topics.name(table.CURSORS), serde, timeout_s))
    except KafkaException as error:
        raise RetryLaterError(f"the cursors cannot be read: {error.args[0].str()}") from error
    finally:
        consumer.close()


def _records(consumer: Consumer, topic: str, serde: Serde, timeout_s: float) -> Iterable[Cursor]:
    """Up to the end as it is now: other sources may go on writing."""
    give_up = time.monotonic() + timeout_s
    ends = _ends(consumer, topic, timeout_s)
    consumer.assign([TopicPartition(topic, partition, 0) for partition in ends])
    while ends:
        if time.monotonic() > give_up:
            raise RetryLaterError(f"the cursors could not be read from {topic} within {timeout_s:g} s")
        message = consumer.poll(0.5)
        if message is None:
            continue
        partition, offset = message.partition() or 0, message.offset() or 0
        error = message.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        if error is not None or offset >= ends.get(partition, 0) - 1:
            ends.pop(partition, None)
        value = None if error is not None else message.value()
        if value is not None:
            try:
                yield serde.decode_as(Cursor, value)
            except SchemaError as fault:
                log.error("cursor not read partition=%d offset=%d: %s", partition, offset, fault)


def _ends(consumer: Consumer, topic: str, timeout_s: float) -> dict[int, int]:
    """End offsets of the partitions that hold anything."""
    found: dict[int, int] = {}
    for partition in consumer.list_topics(topic, timeout=timeout_s).topics[topic].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=timeout_s)
        if high > low:
            found[partition] = high
    return found
