"""Batches that we put together, on the real broker: taken as they are, and read by two other clients."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest
from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from kafka import KafkaConsumer
from kafka import TopicPartition as Place
from kafka.protocol.producer import ProduceRequest, ProduceResponse
from tests.bus.wire.built import module

from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker
VERSION = 11
HEADERS: list[tuple[str, bytes | None]] = [("ce_id", b"0b5c" * 9), ("größe", "groß".encode()), ("null", None)]


def exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        assert more, "the broker closed the connection"
        data += more
    return data


def produce(bootstrap: str, topic: str, data: bytes) -> tuple[int, int]:
    """A raw request; the error's number and the first offset."""
    part = ProduceRequest.TopicProduceData.PartitionProduceData(index=0, records=data)
    request = ProduceRequest(
        version=VERSION,
        transactional_id=None,
        acks=-1,
        timeout_ms=10_000,
        topic_data=[ProduceRequest.TopicProduceData(name=topic, partition_data=[part])],
    )
    request.with_header(correlation_id=1, client_id="test")
    host, _, port = bootstrap.partition(",")[0].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request.encode(version=VERSION, header=True, framed=True))
        (size,) = struct.unpack(">i", exactly(connection, 4))
        answer = ProduceResponse.decode(exactly(connection, size), version=VERSION, header=True)
    told = answer.responses[0].partition_responses[0]
    return told.error_code, told.base_offset


def batches() -> tuple[list[bytes], list[tuple[Any, ...]]]:
    """Two sealed batches: one that is not compressed, and one that is; with what is in them."""
    small, large = module().Batch(), module().Batch()
    records: list[tuple[Any, ...]] = [(b"small", b"", HEADERS, 1_700_000_000_000), (None, None, [], 1_600_000_000_000)]
    for record in records:
        small.append(*record)
    for number in range(3000):
        one = (b"%d " % number * 40, b"key", HEADERS, 1_700_000_000_000 - number * 1000)
        large.append(*one)
        records.append(one)
    return [batch.seal(-1, -1, -1, transactional=False) for batch in (small, large)], records


def test_the_broker_takes_them_and_others_read_them(kafka: KafkaUnderTest, prefix: str) -> None:
    topic = f"{prefix}t"
    admin = AdminClient(kafka.settings.librdkafka())
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(10)
    sealed, wanted = batches()
    assert produce(kafka.bootstrap, topic, sealed[0]) == (0, 0)
    assert produce(kafka.bootstrap, topic, sealed[1]) == (0, 2)
    damaged = sealed[0][:-1] + b"\1"
    assert produce(kafka.bootstrap, topic, damaged)[0] == 2  # CORRUPT_MESSAGE

    consumer = Consumer({**kafka.settings.librdkafka(), "group.id": topic, "check.crcs": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    messages: list[Message] = []
    while len(messages) < len(wanted):
        messages += (some := consumer.consume(len(wanted), 20))
        assert some
    consumer.close()
    assert [(one.value(), one.key(), one.headers() or [], one.timestamp()[1], one.offset()) for one in messages] == [
        (*record, offset) for offset, record in enumerate(wanted)
    ]

    reader = KafkaConsumer(bootstrap_servers=kafka.bootstrap, check_crcs=True, consumer_timeout_ms=20_000)
    reader.assign([Place(topic, 0)])
    reader.seek(Place(topic, 0), 0)
    found = [next(reader) for _ in wanted]
    reader.close()
    assert [(one.value, one.key, list(one.headers), one.timestamp) for one in found] == wanted
