"""Our own transactional producer on the real broker: committed, aborted, fenced, killed in between; never a half."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus.batch import Record
from commonline.bus.reader import Reader
from commonline.bus.takeover import group_offset
from commonline.bus.tuning import StageSettings
from commonline.bus.wire import transactions
from commonline.bus.wire.transactions import WireTransactions
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("wire")]
POSITION = b"position"
Make = Callable[[], WireTransactions]


@pytest.fixture
def settings(kafka: KafkaUnderTest, prefix: str) -> StageSettings:
    admin = AdminClient(kafka.settings.librdkafka())
    limit = {"max.message.bytes": "1048576"}
    topics = [NewTopic(f"{prefix}{name}", 2, 1, config=limit) for name in ("in", "out", "log")]
    for future in admin.create_topics(topics).values():
        future.result(10)
    return StageSettings(
        "test", f"{prefix}in", f"{prefix}log", f"{prefix}group", f"{prefix}tx", Path(), "slot", transaction_ms=10_000
    )


@pytest.fixture
def make(kafka: KafkaUnderTest, settings: StageSettings) -> Iterator[Make]:
    made: list[WireTransactions] = []

    def one() -> WireTransactions:
        made.append(WireTransactions(kafka.settings, settings, 1))
        made[-1].init_transactions(20)
        return made[-1]

    yield one
    for producer in made:
        producer.close()


@pytest.fixture
def nobody(kafka: KafkaUnderTest, settings: StageSettings) -> bytes:
    """Of a consumer that has joined nothing: the broker checks no generation then."""
    consumer = Consumer(kafka.settings.librdkafka() | {"group.id": settings.group})
    told = consumer.consumer_group_metadata()
    consumer.close()
    assert isinstance(told, bytes)
    return told


def transact(producer: WireTransactions, settings: StageSettings, values: list[bytes], end: int, group: bytes) -> None:
    producer.begin_transaction()
    for value in values:
        producer.produce([Record(out(settings), 1, b"k", value, [("h", b"v")], 1)])
    producer.produce_rows({b"row": b"%d" % end})
    producer.produce_position(POSITION, b"%d" % end)
    producer.prepare(TopicPartition(settings.topic, 1, end), group, 30)
    producer.commit_transaction()


def out(settings: StageSettings) -> str:
    return settings.topic.removesuffix("in") + "out"


def committed(kafka: KafkaUnderTest, topic: str) -> list[bytes]:
    with Reader(kafka.settings, [topic]) as reader:
        return [message.value() or b"" for message in reader.until_end()]


def positions(kafka: KafkaUnderTest, settings: StageSettings) -> dict[int, bytes]:
    """The committed position records, by their offset."""
    with Reader(kafka.settings, [settings.changelog]) as reader:
        return {one.offset() or 0: one.value() or b"" for one in reader.until_end() if one.key() == POSITION}


def offset(kafka: KafkaUnderTest, settings: StageSettings) -> int:
    return group_offset(kafka.settings, settings.group, settings.topic, 1)


def test_outputs_state_and_offset_together(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    producer = make()
    for number in range(1, 6):
        transact(producer, settings, [b"%d" % number], number, nobody)
        assert positions(kafka, settings)[producer.changelog_end - 1] == b"%d" % number
        assert offset(kafka, settings) == number
    assert committed(kafka, out(settings)) == [b"1", b"2", b"3", b"4", b"5"]


def test_an_abort_leaves_nothing_and_the_producer_goes_on(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    producer, large = make(), os.urandom(400_000)
    transact(producer, settings, [b"1"], 1, nobody)
    producer.begin_transaction()
    producer.abort_transaction(20)  # of which the coordinator has not heard
    for _ in range(3):
        producer.begin_transaction()
        for _ in range(12):  # most of them leave at once
            producer.produce([Record(out(settings), 1, b"k", large, [], 1)])
        producer.produce_position(POSITION, b"9")
        producer.abort_transaction(20)
    transact(producer, settings, [b"2", large, b"3"], 3, nobody)
    assert committed(kafka, out(settings)) == [b"1", b"2", large, b"3"]
    assert list(positions(kafka, settings).values()) == [b"1", b"3"]
    assert offset(kafka, settings) == 3


def test_who_had_the_id_before_is_fenced(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    old = make()
    transact(old, settings, [b"old"], 1, nobody)
    old.begin_transaction()
    old.produce([Record(out(settings), 1, b"k", os.urandom(900_000), [], 1)])
    old._leave(0)
    new = make()
    with pytest.raises(KafkaException) as told:
        old.prepare(TopicPartition(settings.topic, 1, 2), nobody, 20)
    assert told.value.args[0].fatal()
    transact(new, settings, [b"new"], 2, nobody)
    with pytest.raises(KafkaException) as told:
        transact(old, settings, [b"late"], 3, nobody)
    assert told.value.args[0].fatal()
    assert committed(kafka, out(settings)) == [b"old", b"new"]
    assert offset(kafka, settings) == 2


def test_who_no_longer_belongs_to_the_group_aborts(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    producer = make()
    stranger = nobody.replace(b"\xff\xff\xff\xff", b"\x07\0\0\0").replace(b"group\0\0", b"group\0stranger\0")
    with pytest.raises(KafkaException) as told:
        transact(producer, settings, [b"1"], 1, stranger)
    assert producer.must_abort(told.value.args[0])
    assert told.value.args[0].name() in ("ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID")
    producer.abort_transaction(20)
    transact(producer, settings, [b"2"], 1, nobody)
    assert committed(kafka, out(settings)) == [b"2"]


def test_a_record_that_is_too_large_ends_the_producer(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    producer = make()
    with pytest.raises(KafkaException) as told:
        transact(producer, settings, [os.urandom(1_500_000)], 1, nobody)
    assert (told.value.args[0].code(), told.value.args[0].fatal()) == (KafkaError.MSG_SIZE_TOO_LARGE, True)


def test_a_partition_that_is_not_there(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = make()
    monkeypatch.setattr(transactions, "GIVE_UP_S", 0.5)
    producer.begin_transaction()
    producer.produce([Record(out(settings), 7, b"k", b"v", [], 1)])
    with pytest.raises(KafkaException, match="AddPartitionsToTxn: Broker: Unknown topic or partition") as told:
        producer.prepare(TopicPartition(settings.topic, 1, 1), nobody, 1)
    assert told.value.args[0].fatal()


def test_a_broker_killed_again_and_again(
    kafka: KafkaUnderTest, settings: StageSettings, make: Make, nobody: bytes
) -> None:
    """Who fails begins anew where the group stands: nothing is lost, nothing is there twice."""
    if kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to kill")
    chance, over = random.Random(5), threading.Event()

    def trouble() -> None:
        for _ in range(3):
            time.sleep(chance.uniform(0.3, 1.0))
            kafka.kill()
            kafka.start()
        over.set()

    thread = threading.Thread(target=trouble)
    thread.start()

    def begun() -> WireTransactions:
        while True:
            with suppress(KafkaException):  # the broker may be away for as long as a producer asks
                return make()

    producer, at, begun_anew = begun(), 0, 0
    rounds = 0
    while not over.is_set() or rounds < 20:
        rounds += 1
        count = chance.choice((1, 3, 400))
        values = [b"%d" % number for number in range(at, at + count)]
        with suppress(KafkaException):
            transact(producer, settings, values, at + count, nobody)
            at += count
            continue
        begun_anew += 1
        producer = begun()
        at = max(0, offset(kafka, settings))
    thread.join()
    assert committed(kafka, out(settings)) == [b"%d" % number for number in range(at)]
    assert begun_anew <= 6
    assert offset(kafka, settings) == at
