"""The asyncio producer on the real broker."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus.producer import AsyncProducer
from commonline.errors import RetryLaterError, TooLargeError
from commonline.settings import KafkaSettings
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker


def is_stalled(producer: AsyncProducer) -> bool:
    """A function, because mypy takes a property to stay as it was."""
    return producer.stalled


@pytest.fixture
def topic(kafka: KafkaUnderTest, prefix: str) -> str:
    name = f"{prefix}t"
    admin = AdminClient(kafka.settings.librdkafka())
    new = NewTopic(name, 2, 1, config={"max.message.bytes": "20000"})
    for future in admin.create_topics([new]).values():
        future.result(10)
    return name


async def test_acknowledged_with_its_place_and_keys_go_where_java_puts_them(kafka: KafkaUnderTest, topic: str) -> None:
    producer = AsyncProducer(kafka.settings, client_id="test", max_bytes=10_000)
    producer.start()
    sent = [producer.send(topic, str(n).encode(), key=b"21") for n in range(500)]
    found = await asyncio.gather(*sent)
    assert [one.offset for one in found] == list(range(500))
    # murmur2("21") = -973932308 (Kafka's UtilsTest), so with two partitions
    assert {one.partition for one in found} == {(-973932308 & 0x7FFFFFFF) % 2}
    assert producer.in_flight == 0
    assert not producer.stalled
    assert await producer.stop() == 0
    assert not producer.alive


async def test_too_large_for_the_producer_and_for_the_topic(kafka: KafkaUnderTest, topic: str) -> None:
    producer = AsyncProducer(kafka.settings, client_id="test", max_bytes=50_000)
    producer.start()
    with pytest.raises(TooLargeError):
        producer.send(topic, bytes(60_000))
    with pytest.raises(TooLargeError):
        await producer.send(topic, os.urandom(30_000))
    assert (await producer.send(topic, b"small")).offset >= 0
    await producer.stop()


async def test_without_a_broker_it_refuses_instead_of_queueing(kafka: KafkaUnderTest) -> None:
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    producer = AsyncProducer(nowhere, client_id="test", max_bytes=10_000, give_up_s=2.0, stalled_after_s=0.3)
    producer.start()
    began = time.monotonic()
    first = producer.send("t", b"x")
    await asyncio.sleep(0.5)
    assert producer.stalled
    with pytest.raises(RetryLaterError):
        producer.send("t", b"y")
    with pytest.raises(RetryLaterError):
        await first
    assert time.monotonic() - began < 8
    assert producer.in_flight == 0
    assert producer.stalled, "it has not come back"
    with pytest.raises(RetryLaterError):
        producer.send("t", b"z")
    assert await producer.stop() == 0


async def test_a_broker_that_comes_back_is_found_though_nothing_is_sent(kafka: KafkaUnderTest, topic: str) -> None:
    if kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to stop")
    producer = AsyncProducer(kafka.settings, client_id="test", max_bytes=10_000, give_up_s=1.5, stalled_after_s=0.5)
    producer.start()
    await producer.send(topic, b"before")
    await asyncio.to_thread(kafka.stop)
    try:
        with pytest.raises(RetryLaterError):
            await producer.send(topic, b"meanwhile")
        assert producer.stalled
    finally:
        await asyncio.to_thread(kafka.start)
    async with asyncio.timeout(60):
        while True:
            while is_stalled(producer):
                await asyncio.sleep(0.05)
            with suppress(RetryLaterError):  # it answers before the partition has its leader again
                await producer.send(topic, b"after")
                break
    assert await producer.stop() == 0


async def test_what_waits_is_bounded_in_bytes(kafka: KafkaUnderTest) -> None:
    nowhere = KafkaSettings(bootstrap="127.0.0.1:1")
    producer = AsyncProducer(nowhere, client_id="test", max_bytes=1_000_000, limit_bytes=3_000_000, stalled_after_s=60)
    producer.start()
    accepted = 0

    def fill() -> None:
        nonlocal accepted
        for _ in range(100):
            producer.send("t", bytes(500_000))
            accepted += 1

    with pytest.raises(RetryLaterError, match="too many"):
        fill()
    assert 4 <= accepted <= 7
    await producer.stop(0.1)


async def test_after_a_fatal_error_a_new_session_begins(kafka: KafkaUnderTest, topic: str) -> None:
    producer = AsyncProducer(kafka.settings, client_id="test", max_bytes=10_000)
    producer.start()
    await producer.send(topic, b"before")
    old = producer._producer
    producer._broken = True  # as error_cb sets it
    with pytest.raises(RetryLaterError):
        producer.send(topic, b"meanwhile")
    async with asyncio.timeout(10):
        while producer._broken:
            await asyncio.sleep(0.02)
    assert producer._producer is not old
    await producer.send(topic, b"after")
    assert await producer.stop() == 0
