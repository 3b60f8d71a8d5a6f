"""The local platform, for real: broker from packages, its fixture, its crash and return."""

from __future__ import annotations

import imaplib
import socket
import tempfile
from pathlib import Path

import httpx
import pytest
from tests.integration.records import create, produce, read
from tests.local.fake_engine import serve

from commonline.local import ports
from commonline.local.broker import Broker
from commonline.local.docker import DockerKafka
from commonline.local.greenmail import GreenMail, Mailbox
from commonline.local.registry import Registry
from commonline.testing.kafka import KafkaUnderTest
from commonline.testing.plugin import cache_folder

pytestmark = pytest.mark.broker


def test_produces_and_reads(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka.settings, f"{prefix}t")
    produce(kafka.settings, f"{prefix}t", [b"one", b"two"])
    assert read(kafka.settings, f"{prefix}t", 2) == [b"one", b"two"]


def test_data_survives_a_clean_restart(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka.settings, f"{prefix}t")
    produce(kafka.settings, f"{prefix}t", [b"kept"])
    address = kafka.bootstrap
    kafka.restart()
    assert kafka.bootstrap == address
    assert read(kafka.settings, f"{prefix}t", 1) == [b"kept"]


def test_data_survives_sigkill(kafka: KafkaUnderTest, prefix: str) -> None:
    create(kafka.settings, f"{prefix}t")
    produce(kafka.settings, f"{prefix}t", [b"kept"])
    kafka.kill()
    assert not kafka.alive
    kafka.restart()
    assert read(kafka.settings, f"{prefix}t", 1) == [b"kept"]


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


def test_a_free_port_that_was_taken_is_chosen_again(
    pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[int] = []
    free_port = ports.free_port

    def contested() -> int:
        """The first broker port is already taken when Java binds it."""
        port = kafka_port if not chosen else free_port()
        chosen.append(port)
        return port

    with socket.socket() as other:
        other.bind((ports.HOST, 0))
        other.listen()
        kafka_port = int(other.getsockname()[1])
        monkeypatch.setattr(ports, "free_port", contested)
        monkeypatch.setattr(ports, "answers", lambda port: port != kafka_port)
        broker = Broker(tmp_path, cache_folder(pytestconfig))
        try:
            broker.start()
            assert broker.port != kafka_port
            assert chosen[0] == kafka_port
        finally:
            broker.stop()


def test_docker_path_with_a_real_broker_behind_a_fake_engine(
    pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.address)
        monkeypatch.setattr("testcontainers.core.container.c.ryuk_disabled", True)
        kafka = DockerKafka()
        engine.broker = Broker(tmp_path, cache_folder(pytestconfig), port=kafka.port)
        try:
            kafka.start()
            create(kafka.settings, "t")
            produce(kafka.settings, "t", [b"kept"])
            kafka.pause()
            assert not kafka.alive
            kafka.resume()
            kafka.kill()
            assert not kafka.alive
            kafka.restart()
            assert read(kafka.settings, "t", 1) == [b"kept"]
        finally:
            kafka.remove()
        assert not engine.broker.alive
