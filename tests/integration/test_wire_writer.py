"""Our own idempotent producer on the real broker: every record once and in order, whatever happens to the broker."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Message
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus.reader import Reader, headers_of
from commonline.bus.wire import sender
from commonline.bus.wire.writer import WireWriter
from commonline.bus.writer import Headers
from commonline.errors import ContractError, RestartError
from commonline.settings import KafkaSettings
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("wire")]
HEADERS: Headers = [("ce_id", b"1"), ("ce_type", b"x")]


@pytest.fixture
def topic(kafka: KafkaUnderTest, prefix: str) -> str:
    name = f"{prefix}t"
    admin = AdminClient(kafka.settings.librdkafka())
    new = NewTopic(name, 3, 1, config={"max.message.bytes": "200000"})
    for future in admin.create_topics([new]).values():
        future.result(10)
    return name


@pytest.fixture
def make(kafka: KafkaUnderTest) -> Iterator[Callable[..., WireWriter]]:
    made: list[WireWriter] = []

    def one(settings: KafkaSettings | None = None, **told: float) -> WireWriter:
        made.append(WireWriter(settings or kafka.settings, client_id="test", **told))  # type: ignore[arg-type]
        return made[-1]

    yield one
    for writer in made:
        writer.close()


def found(kafka: KafkaUnderTest, topic: str) -> dict[int, list[Message]]:
    """By partition, in order."""
    by: dict[int, list[Message]] = {0: [], 1: [], 2: []}
    with Reader(kafka.settings, [topic]) as reader:
        for message in reader.until_end():
            by[message.partition() or 0].append(message)
    return by


def values(messages: list[Message]) -> list[bytes]:
    return [message.value() or b"" for message in messages]


def numbers(first: int, end: int) -> list[bytes]:
    return [b"%d" % number for number in range(first, end)]


def test_a_record_is_read_as_it_was_written(kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]) -> None:
    writer = make()
    writer.write(topic, b"keyed", b"21", headers=HEADERS, timestamp_ms=1_700_000_000_000)
    writer.write(topic, None, b"gone", partition=2)
    writer.write(topic, b"bare", partition=2)
    writer.flush()
    by = found(kafka, topic)
    (keyed,) = by[(-973932308 & 0x7FFFFFFF) % 3]  # murmur2("21") of Kafka's UtilsTest
    assert (keyed.value(), keyed.key(), headers_of(keyed)) == (b"keyed", b"21", dict(HEADERS))
    assert keyed.timestamp()[1] == 1_700_000_000_000
    gone, bare = by[2]
    assert (gone.value(), gone.key(), bare.value(), bare.key(), bare.headers()) == (None, b"gone", b"bare", None, None)
    assert abs(bare.timestamp()[1] / 1000 - time.time()) < 30


def test_what_is_written_lately_leaves_by_itself_while_it_is_polled(
    kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]
) -> None:
    writer = make(linger_ms=1.0)
    writer.write(topic, b"x", partition=0)
    deadline = time.monotonic() + 30
    with Reader(kafka.settings, [topic]) as reader:
        while not reader.poll(0.05):
            writer.poll()
            assert time.monotonic() < deadline


def test_much_in_order(kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]) -> None:
    writer, filler = make(), os.urandom(100)
    for number in range(30_000):
        writer.write(topic, b"%d" % number + filler, partition=number % 3)
    writer.flush()
    by = found(kafka, topic)
    for number in range(3):
        assert values(by[number]) == [b"%d" % one + filler for one in range(number, 30_000, 3)]


def test_a_broker_that_is_killed_and_comes_back(
    kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]
) -> None:
    if kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to kill")
    writer, beats = make(give_up_s=60.0), []
    writer._beat = lambda: beats.append(1)
    written = 0
    killer = threading.Timer(0.3, kafka.kill)
    killer.start()
    while killer.is_alive() or kafka.alive:
        writer.write(topic, b"%d" % written, partition=0)
        written += 1
        writer.push()
        time.sleep(0.001)
    for _ in range(1000):
        writer.write(topic, b"%d" % written, partition=0)
        written += 1
    starter = threading.Thread(target=kafka.start)
    starter.start()
    writer.flush()
    starter.join()
    assert values(found(kafka, topic)[0]) == numbers(0, written)
    assert beats


def test_a_broker_that_does_not_answer_for_a_while(
    kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter], monkeypatch: pytest.MonkeyPatch
) -> None:
    if kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to freeze")
    monkeypatch.setattr(sender, "PATIENCE_S", 1.0)
    writer = make(give_up_s=30.0)
    writer.write(topic, b"0", partition=0)
    writer.flush()
    kafka.pause()
    try:
        for number in range(1, 4):
            writer.write(topic, b"%d" % number, partition=0)
            writer.push()
        assert not writer._sender.drained(2.0)
    finally:
        kafka.resume()
    writer.flush()
    assert values(found(kafka, topic)[0]) == numbers(0, 4)


def test_a_record_that_is_too_large(kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]) -> None:
    writer = make()
    with pytest.raises(ContractError, match="larger than"):
        writer.write(topic, bytes(10 * 1024 * 1024 + 1), partition=0)
    writer.write(topic, os.urandom(250_000), partition=0)
    with pytest.raises(ContractError, match="larger than the topics table allows"):
        writer.flush()
    with pytest.raises(ContractError):
        writer.push()
    with pytest.raises(ContractError):
        writer.poll()


def test_given_up(make: Callable[..., WireWriter]) -> None:
    nowhere = make(KafkaSettings(bootstrap="127.0.0.1:1"), give_up_s=0.5)
    began = time.monotonic()
    nowhere.write("t", b"x", partition=0)
    with pytest.raises(RestartError, match="not acknowledged"):
        nowhere.flush()
    with pytest.raises(RestartError):
        nowhere.write("t", b"x")
    assert time.monotonic() - began < 10


def test_a_topic_that_is_not_there(kafka: KafkaUnderTest, prefix: str, make: Callable[..., WireWriter]) -> None:
    writer = make(give_up_s=1.0)
    with pytest.raises(RestartError, match="no broker tells of its partitions"):
        writer.write(f"{prefix}none", b"x")
    writer.write(f"{prefix}none", b"x", partition=0)
    with pytest.raises(RestartError, match="no leader"):
        writer.flush()


def test_threads_and_sockets_end_with_the_writer(
    kafka: KafkaUnderTest, topic: str, make: Callable[..., WireWriter]
) -> None:
    writer = WireWriter(kafka.settings, client_id="short-lived")
    writer.write(topic, b"x", partition=0)
    writer.flush()
    thread = writer._sender._thread
    del writer
    thread.join(10)
    assert not thread.is_alive()
