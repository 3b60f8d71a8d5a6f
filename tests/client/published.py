"""Feeds for tests of the client: records as unify writes them, in transactions, some of them aborted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import Producer

from commonline.client import ClientSettings
from commonline.ids import uuid5
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity, FeedEvent
from commonline.schemas.serde import Serde
from commonline.testing.kafka import KafkaUnderTest
from commonline.topics import Topics
from tests.integration.records import create
from tests.streams.pulse.story import said

SERDE = Serde(SchemaIds.bundled())
KETTLE, MUG = uuid5("kettle"), uuid5("mug")


def shown(
    seq: int,
    text: str = "",
    *,
    event: FeedEvent = "activity",
    conversation: str = KETTLE,
    other: str | None = None,
    key: str | None = None,
) -> FeedActivity:
    """A record of the feed acme/service; an activity is known `seq` seconds after the first, under a key of its own."""
    item = None
    if event == "activity":
        item = said("kettle", "inbound", seq).activity
        assert item is not None
        item.object.text = text
    return FeedActivity(
        event=event,
        workspace="acme",
        feed="service",
        seq=seq,
        conversation=conversation,
        other=other,
        policy="service@1",
        visibility="public",
        known=seq,
        object=key or (f"{seq:04x}" if event == "activity" else None),
        item=item,
    )


STORY = [
    shown(1, "My kettle leaks.", key="aa"),
    shown(2, "Mine too.", conversation=MUG, key="bb"),
    shown(3, "My new kettle leaks.", key="aa"),
    shown(4, event="merged", conversation=KETTLE, other=MUG),
    shown(5, "I live in Hauptstraße 5.", key="cc"),
    shown(6, event="tombstone", key="cc"),
]


@dataclass
class Ground:
    """An installation of its own on the shared broker."""

    kafka: KafkaUnderTest
    prefix: str
    department: str = "service"
    serde: Serde = SERDE

    @property
    def settings(self) -> ClientSettings:
        return ClientSettings(kafka=self.kafka.settings, topics=Topics(self.prefix))

    @property
    def environ(self) -> dict[str, str]:
        return self.kafka.settings.environ() | {"COMMONLINE_PREFIX": self.prefix}

    @property
    def topic(self) -> str:
        return Topics(self.prefix).feed("acme", self.department)

    def make(self) -> Ground:
        create(self.kafka.settings, self.topic)
        self.producer = self.writer("writer")
        return self

    def writer(self, name: str) -> Producer:
        """A transactional producer; a second one of the same name fences the first."""
        producer = Producer(
            self.kafka.settings.librdkafka()
            | {"transactional.id": f"{self.topic}-{name}", "compression.type": "lz4", "log_level": 2}
        )
        producer.init_transactions(30)
        return producer

    def write(self, records: Sequence[FeedActivity | None], *, commit: bool = True) -> None:
        """One transaction; None is a tombstone of Kafka's."""
        self.producer.begin_transaction()
        for record in records:
            value = None if record is None else self.serde.encode(record)
            self.producer.produce(self.topic, value, b"gone" if record is None else str(record.seq).encode())
        self.producer.flush()
        if commit:
            self.producer.commit_transaction(30)
        else:
            self.producer.abort_transaction(30)
