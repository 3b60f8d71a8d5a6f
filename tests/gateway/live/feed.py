"""Records of a feed, and a writer that puts them into its topic in transactions, as unify does."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.gateway.viewer import FeedName
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, FeedActivity, Object, Origin, Party, Thread
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topics

SPACE = UUID(int=7)
SERVICE, PR = FeedName("acme", "service"), FeedName("acme", "pr")


def conversation(name: str) -> str:
    return str(uuid5(SPACE, name))


def record(event: str, about: str, seq: int = 1, **changes: object) -> FeedActivity:
    """A record of a feed about a conversation, with the service department's clearance as its visibility."""
    values: dict[str, object] = {
        "event": event,
        "workspace": "acme",
        "feed": "service",
        "seq": seq,
        "conversation": conversation(about),
        "policy": "service@1",
        "visibility": "internal",
        "known": 1_760_000_000_000_000,
    }
    return FeedActivity(**{**values, **changes})  # type: ignore[arg-type]


def said(about: str, number: int, text: str = "My kettle leaks.", **changes: object) -> FeedActivity:
    """An activity: object `number` of a conversation."""
    values: dict[str, object] = {"visibility": "public", "object": uuid5(SPACE, f"{about}/{number}").hex}
    item = Activity(
        id=str(uuid5(SPACE, f"activity {about}/{number}")),
        workspace="acme",
        connector="facebook",
        source="page",
        event="feed.comment",
        type="Create",
        object=Object(id=f"facebook:{about}/{number}", type="Note", text=f"{number} {text}"),
        thread=Thread(id=f"facebook:{about}"),
        channel="comment",
        direction="inbound",
        visibility="public",
        published=1_760_000_000_000_000 + number,
        clock="source",
        received=1_760_000_000_000_000 + number,
        origin=Origin(delivery=conversation("delivery"), topic="deliveries.v1", partition=0, offset=number),
        actor=Party(account="facebook:1/ana", kind="person", side="customer", role="author", name="Ana"),
    )
    return record("activity", about, **{"seq": number, **values, "item": item, **changes})  # type: ignore[arg-type]


class Writer:
    """Writes records to feeds, a transaction each call; every third is preceded by one that is aborted."""

    def __init__(self, kafka: KafkaSettings, prefix: str, feeds: Iterable[FeedName] = (SERVICE, PR)) -> None:
        self.topics = Topics(prefix)
        self._serde = Serde(SchemaIds.bundled())
        admin = AdminClient(kafka.librdkafka())
        new = [NewTopic(self.topics.feed(*self._parts(feed)), 1, 1) for feed in feeds]
        for future in admin.create_topics(new).values() if new else ():
            future.result(10)
        self._producer = Producer(
            kafka.librdkafka() | {"transactional.id": f"{prefix}writer", "linger.ms": 0, "compression.type": "lz4"}
        )
        self._producer.init_transactions(20)
        self._count = 0

    @staticmethod
    def _parts(feed: FeedName) -> tuple[str, str]:
        return feed.workspace, feed.department

    def write(self, *records: FeedActivity, feed: FeedName = SERVICE) -> None:
        self._count += 1
        if self._count % 3 == 0:
            self._producer.begin_transaction()
            self._send(said("aborted", 0), feed)
            self._producer.flush(20)
            self._producer.abort_transaction(20)
        self._producer.begin_transaction()
        for one in records:
            self._send(one, feed)
        self._producer.commit_transaction(20)

    def _send(self, one: FeedActivity, feed: FeedName) -> None:
        key = (one.object or one.conversation).encode()
        self._producer.produce(self.topics.feed(*self._parts(feed)), self._serde.encode(one), key)
