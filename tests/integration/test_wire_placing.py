"""unify's outputs in our own client's batches, on the real broker: what was sent and taken back is read by nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from tests.schemas import compiling
from tests.streams.unify.test_task import IDS, Read, reads
from tests.streams.unify.world import START, UNIFIER, activity, configuration

from commonline import topics as table
from commonline.bus import transaction
from commonline.bus.batch import Record
from commonline.bus.changelog import Changelog
from commonline.bus.guard import Guard
from commonline.bus.reader import Reader
from commonline.bus.store import LocalStore
from commonline.bus.transaction import OwnedPartition
from commonline.bus.tuning import StageSettings
from commonline.bus.wire import transactions
from commonline.bus.wire.transactions import WireTransactions
from commonline.metrics import Metrics
from commonline.streams.unify import chosen, outputs
from commonline.streams.unify.envelopes import Addresses, envelopes
from commonline.streams.unify.task import Surroundings, UnifyTask
from commonline.testing.kafka import KafkaUnderTest
from commonline.topics import Topics

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("wire")]
JUNK = b"junk"


def task(topics: Topics, store: LocalStore, form: Any) -> UnifyTask:
    made = UnifyTask(1, store, Surroundings(topics, IDS, UNIFIER, Metrics(), "test", clock=lambda: START))
    made._envelopes = envelopes(Addresses(topics, IDS, 1), form)
    return made


@pytest.fixture
def messages() -> Any:
    """Enough that some of it is sent before the last, which cannot be read."""
    return [*reads(configuration(), *(activity(f"test:{number}") for number in range(600))), Read(601, JUNK)]


@pytest.fixture
def listed(messages: Any, prefix: str, tmp_path: Path) -> Iterator[list[Record]]:
    """What Python's form says of them."""
    store = LocalStore(tmp_path / "listed")
    yield task(Topics(prefix), store, outputs).process(messages, frozenset()).records
    store.close()


@pytest.fixture
def owned(kafka: KafkaUnderTest, prefix: str, tmp_path: Path, listed: list[Record]) -> Iterator[OwnedPartition]:
    """A partition whose outputs are placed, and the topics that they go to."""
    found, why = compiling.module(chosen.NAME)
    if found is None:
        pytest.skip(why)
    admin = AdminClient(kafka.settings.librdkafka())
    names = {one.topic for one in listed} | {f"{prefix}{name}" for name in ("activities.v1", "state")}
    for future in admin.create_topics([NewTopic(name, 2, 1) for name in names]).values():
        future.result(10)
    settings = StageSettings(
        "unify", f"{prefix}activities.v1", f"{prefix}state", f"{prefix}group", f"{prefix}tx", tmp_path, "slot"
    )
    producer = WireTransactions(kafka.settings, settings, 1)
    producer.init_transactions(20)
    store = LocalStore(tmp_path / "placed")
    placing = task(Topics(prefix), store, chosen.bound(found))
    made = OwnedPartition(settings, 1, producer, store, placing, Guard(tmp_path / "guard.json", 0))
    yield made
    made.let_go(clean=True)


def by_topic(records: list[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for topic, *rest in records:
        found[topic].append(rest)
    return dict(found)


def test_what_was_sent_and_taken_back_is_read_by_nobody(
    kafka: KafkaUnderTest,
    messages: Any,
    listed: list[Record],
    owned: OwnedPartition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transaction, "LONGEST_S", 60.0)  # in one transaction, for each has lines of the ledger
    monkeypatch.setattr(transactions, "FULL_BYTES", 10_000)
    monkeypatch.setattr(transactions, "LOOK_BYTES", 10_000)
    consumer = Consumer(kafka.settings.librdkafka() | {"group.id": owned._settings.group})
    group = consumer.consumer_group_metadata()
    consumer.close()
    assert owned.transact(messages, group) is None  # all of it is decided twice, for the last cannot be read
    assert owned.position == len(messages)
    with Reader(kafka.settings, sorted({one.topic for one in listed})) as reader:
        read = [(one.topic(), one.key(), one.value(), one.headers()) for one in reader.until_end()]
    assert by_topic(read) == by_topic([(one.topic, one.key, one.value, one.headers) for one in listed])
    conversations = Topics("").name(table.CONVERSATIONS)
    (topic,) = {one.topic for one in listed if one.topic.endswith(conversations)}
    said = sum(one.topic == topic for one in listed)
    assert Changelog(kafka.settings, topic, 1).end() > said + 100  # what was taken back is in the log
