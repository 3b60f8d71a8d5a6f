"""What ends a schedule: retention passes a stage that was stopped; it must say so and stop, and skip nothing."""

from __future__ import annotations

import logging
import time

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType

from commonline import topics as table
from commonline.bus.offsets import committed
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.errors import EXIT_STATE
from commonline.settings import KafkaSettings
from tests.crash.works import Works

log = logging.getLogger("crash.kafka")
STOP_WITHIN_S = 45.0
LATE = 20


def compact_often(kafka: KafkaSettings, topic: str) -> None:
    """Small segments, so that the cleaner works on the changelog while it is written and read."""
    alter(kafka, topic, {"segment.ms": "2000", "segment.bytes": str(1024 * 1024), "min.cleanable.dirty.ratio": "0.01"})


def alter(kafka: KafkaSettings, topic: str, told: dict[str, str]) -> None:
    """Change settings of a topic. Raises `KafkaException` or `TimeoutError`."""
    entries = [ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in told.items()]
    where = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
    admin = AdminClient(kafka.librdkafka(), logger=log)
    for done in admin.incremental_alter_configs([where], request_timeout=10).values():
        done.result(15)


def retention(works: Works, stage: str) -> str:
    """Delete what the stage has not read, start it, and see. Empty if it did right, else what it did."""
    kafka, names = works.broker.settings, works.topics
    topic = names.name(table.DELIVERIES if stage == "normalize" else table.ACTIVITIES)
    output = names.name(table.ACTIVITIES if stage == "normalize" else table.CONVERSATIONS)
    before = _end(kafka, output)
    done = committed(kafka, names.identifier(stage), topic)
    number = max(done, key=lambda one: done[one])
    ends = _pass(kafka, topic, number)
    works.start(stage, wait=False)
    process = works.processes[stage]
    deadline = time.monotonic() + STOP_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    code = process.poll()
    works.slay()
    if code != EXIT_STATE:
        told = "went on" if code is None else f"ended with {code}"
        return f"retention passed {topic}[{number}] from {done[number]} to {ends}: {stage} {told}\n{works.log(stage)}"
    moved = committed(kafka, names.identifier(stage), topic).get(number)
    if moved != done[number]:
        return f"retention passed {stage}, which moved its offset from {done[number]} to {moved}"
    if _end(kafka, output) != before:
        return f"retention passed {stage}, which wrote all the same"
    return ""


def _pass(kafka: KafkaSettings, topic: str, number: int) -> int:
    """Write records that are never read, and delete all but the last of them."""
    writer = Writer(kafka, client_id="crash-late")
    for _ in range(LATE):
        writer.write(topic, b"late", b"late", partition=number)
    writer.flush()
    with Reader(kafka, [topic], committed=False) as reader:
        end = reader.spans[topic, number].high
    admin = AdminClient(kafka.librdkafka(), logger=log)
    for done in admin.delete_records([TopicPartition(topic, number, end - 1)], request_timeout=10).values():
        try:
            done.result(15)
        except KafkaException as error:
            raise AssertionError(f"records of {topic}[{number}] cannot be deleted: {error}") from error
    return end - 1


def _end(kafka: KafkaSettings, topic: str) -> int:
    """Committed records in a topic."""
    with Reader(kafka, [topic]) as reader:
        return sum(1 for _ in reader.until_end())
