"""The local platform, for real: broker from packages, its fixture, its crash and return."""

from __future__ import annotations

import imaplib
import time

import httpx
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.local.greenmail import GreenMail, Mailbox
from commonline.local.registry import Registry
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker


def create(kafka: KafkaUnderTest, topic: str, partitions: int = 1) -> None:
    admin = AdminClient(kafka.settings.librdkafka())
    for future in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result(10)


def produce(kafka: KafkaUnderTest, topic: str, values: list[bytes]) -> None:
    producer = Producer(kafka.settings.librdkafka() | {"acks": "all"})
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(20) == 0


def read(kafka: KafkaUnderTest, topic: str, count: int) -> list[bytes]:
    consumer = Consumer(kafka.settings.librdkafka() | {"group.id": f"{topic}-reader", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        deadline, found = time.monotonic() + 30, list[bytes]()
        while len(found) < count and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                found.append(message.value() or b"")
        return found
    finally:
        consumer.close()


def test_produces_and_reads(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka, f"{prefix}t")
    produce(kafka, f"{prefix}t", [b"one", b"two"])
    assert read(kafka, f"{prefix}t", 2) == [b"one", b"two"]


def test_data_survives_a_clean_restart(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka, f"{prefix}t")
    produce(kafka, f"{prefix}t", [b"kept"])
    address = kafka.bootstrap
    kafka.restart()
    assert kafka.bootstrap == address
    assert read(kafka, f"{prefix}t", 1) == [b"kept"]


def test_data_survives_sigkill(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka, f"{prefix}t")
    produce(kafka, f"{prefix}t", [b"kept"])
    kafka.kill()
    assert not kafka.alive
    kafka.restart()
    assert read(kafka, f"{prefix}t", 1) == [b"kept"]


def test_registry_serves_the_confluent_api(apicurio: Registry, prefix: str) -> None:
    answer = httpx.post(
        f"{apicurio.url}/subjects/{prefix}value/versions", json={"schema": '{"type": "string"}'}, timeout=20
    )
    assert answer.status_code == 200
    number = answer.json()["id"]
    found = httpx.get(f"{apicurio.url}/schemas/ids/{number}", timeout=20).json()["schema"]
    assert found == '"string"'


def test_mail_server_takes_users_and_mails(greenmail: GreenMail, prefix: str) -> None:
    greenmail.add(Mailbox(f"{prefix}desk@example.org", "secret"))
    with imaplib.IMAP4(greenmail.host, greenmail.imap_port) as client:
        client.login(f"{prefix}desk@example.org", "secret")
        client.append("INBOX", "", "", b"Subject: hello\r\n\r\nbody")
        assert client.select("INBOX")[1] == [b"1"]
