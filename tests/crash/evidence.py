"""What lies in the topics when all is still, read once as any reader would; and what waits."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, TopicPartition

from commonline import topics as table
from commonline.bus.offsets import committed
from commonline.bus.reader import Reader, headers_of
from commonline.errors import PlatformError
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics
from tests.crash.traffic import WORKSPACES
from tests.plant import DEPARTMENTS

log = logging.getLogger("crash.kafka")
SERDE = Serde(SchemaIds.bundled())
Place = tuple[str, int]
"""Topic (without prefix) and partition."""


@dataclass(slots=True)
class Found:
    """A record as it lies there."""

    offset: int
    key: bytes
    value: bytes | None
    headers: dict[str, bytes]
    message: Message | None = None

    def same(self) -> tuple[bytes, bytes | None, tuple[tuple[str, bytes], ...]]:
        """What a replay must give again: key, value, headers without the trace."""
        told = tuple(sorted((name, value) for name, value in self.headers.items() if name != "traceparent"))
        return self.key, self.value, told


@dataclass
class Evidence:
    """Committed records by topic and partition, in order; `group`: unify's committed offsets."""

    names: Topics
    records: dict[Place, list[Found]] = field(default_factory=dict)
    group: Mapping[int, int] = field(default_factory=dict)

    def of(self, topic: table.Topic) -> dict[int, list[Found]]:
        """A topic's partitions."""
        return {number: found for (name, number), found in self.records.items() if name == topic.name}

    def decoded(self, topic: table.Topic) -> list[Any]:
        """All records of a topic, partition by partition."""
        return [SERDE.decode(one.value) for found in self.of(topic).values() for one in found if one.value]

    @cached_property
    def activities(self) -> dict[int, list[Any]]:
        """Activities and control records in the order of the log."""
        return {number: [SERDE.decode(one.value or b"") for one in found] for number, found in self._log()}

    def _log(self) -> list[tuple[int, list[Found]]]:
        return sorted(self.of(table.ACTIVITIES).items())

    @cached_property
    def told(self) -> dict[int, list[Any]]:
        """Records of conversations.v1."""
        return {
            number: [SERDE.decode(one.value or b"") for one in found]
            for number, found in self.of(table.CONVERSATIONS).items()
        }

    def feed(self, workspace: str, department: str) -> list[Any]:
        """Records of a feed."""
        found = self.records.get((feed_name(workspace, department), 0), [])
        return [SERDE.decode(one.value) for one in found if one.value]


def keep(evidence: Evidence, path: Path) -> None:
    """Write everything down, for a look at a run that failed: one JSON line a record, values in base64."""
    with gzip.open(path, "wt", encoding="ascii") as file:
        for (topic, number), found in sorted(evidence.records.items()):
            for one in found:
                value = base64.b64encode(one.value or b"").decode()
                told = [topic, number, one.offset, one.key.hex(), value]
                file.write(json.dumps(told) + "\n")


def feed_name(workspace: str, department: str) -> str:
    """Without prefix."""
    return Topics().feed(workspace, department)


def gather(kafka: KafkaSettings, names: Topics) -> Evidence:
    """Read everything that the oracle looks at."""
    told = [
        table.DELIVERIES,
        table.ACTIVITIES,
        table.CONVERSATIONS,
        table.LINKS,
        table.PERSONS,
        table.DEAD_LETTERS,
        table.PARKED,
        table.STATE,
    ]
    wanted = [topic.name for topic in told]
    wanted += [feed_name(workspace, department) for workspace in WORKSPACES for department in DEPARTMENTS]
    evidence = Evidence(names, group=committed(kafka, names.identifier("unify"), names.name(table.ACTIVITIES)))
    with Reader(kafka, [names.prefix + name for name in wanted]) as reader:
        for topic, number in reader.spans:
            evidence.records[topic.removeprefix(names.prefix), number] = []
        for message in reader.until_end():
            topic = (message.topic() or "").removeprefix(names.prefix)
            number, offset = message.partition() or 0, message.offset() or 0
            one = Found(offset, message.key() or b"", message.value(), headers_of(message))
            if topic == table.ACTIVITIES.name:
                one.message = message
            evidence.records[topic, number].append(one)
    return evidence


def unread(kafka: KafkaSettings, group: str, topic: str) -> int:
    """How many committed records the group has not read, at least; marks of transactions are none."""
    try:
        done = committed(kafka, group, topic)
    except PlatformError:
        return 1
    settings = {**kafka.librdkafka(), "group.id": group, "enable.auto.commit": False, "enable.partition.eof": True}
    more = {"isolation.level": "read_committed", "auto.offset.reset": "earliest"}
    consumer = Consumer({**settings, **more}, logger=log)
    try:
        places = consumer.list_topics(topic, timeout=15).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, done.get(number, 0)) for number in places])
        waiting, ended = 0, set()
        for _ in range(100):
            for message in consumer.consume(1000, 0.2):
                error = message.error()
                if error is None:
                    waiting += 1
                elif error.code() == KafkaError._PARTITION_EOF:
                    ended.add(message.partition())
            if waiting or len(ended) == len(places):
                return waiting
        return 1
    finally:
        consumer.close()
