"""The local platform, for real: broker from packages, its fixture, its crash and return."""

from __future__ import annotations

import imaplib
import os
import signal
import socket
import tempfile
import time
from pathlib import Path

import httpx
import pytest
from tests.integration.records import create, produce, read
from tests.local.fake_engine import serve

from commonline.errors import PlatformError
from commonline.local import ports
from commonline.local.broker import Broker
from commonline.local.docker import DockerKafka
from commonline.local.greenmail import GreenMail, Mailbox
from commonline.local.home import Home
from commonline.local.platform import Choice, Platform, running
from commonline.local.process import PidFile
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


def test_what_dies_is_started_again(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    said: list[str] = []
    home = Home(tmp_path / "home", cache_folder(pytestconfig))
    with home.claim(), Platform(home, Choice("packages", ""), port=0) as platform:
        settings = platform.start_broker()
        platform.tend(lambda *_: pytest.fail("nothing has died"))
        record = PidFile.read(home.run / "kafka.json")
        assert record is not None
        os.kill(record.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(said) < 2 and time.monotonic() < deadline:
            platform.tend(lambda name, text: said.append(f"{name} {text}"))
        assert said[-1] == "kafka is back"
        create(settings, "t")
    assert running(home) is None


def test_the_registry_of_a_home_keeps_its_schemas(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    home = Home(tmp_path / "home", cache_folder(pytestconfig))
    found = []
    for _ in range(2):
        registry = Registry(home.path, home.cache, data=home.path / "registry")
        try:
            registry.start()
            body = {"schema": '{"type": "string"}'}
            found.append(httpx.get(f"{registry.url}/subjects", timeout=20).json())
            found.append(httpx.post(f"{registry.url}/subjects/x/versions", json=body, timeout=20).json()["id"])
        finally:
            registry.stop()
    assert found == [[], found[1], ["x"], found[1]]


def test_a_mail_server_that_restarts_has_forgotten_all_but_its_users(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    server = GreenMail(tmp_path, cache_folder(pytestconfig), (Mailbox("desk@example.org", "secret"),))
    try:
        server.start()
        before = validity(server)
        time.sleep(1.1)
        server.restart()
        assert validity(server) != before
        with pytest.raises(PlatformError, match="refused user"):
            server.add(Mailbox("desk@example.org", "again"))
        server.purge()
    finally:
        server.stop()
    assert not server.alive


def validity(server: GreenMail) -> bytes:
    with imaplib.IMAP4(server.host, server.imap_port) as client:
        client.login("desk@example.org", "secret")
        client.append("INBOX", "", "", b"Subject: hello\r\n\r\nbody")
        assert client.select("INBOX")[1] == [b"1"]
        found = client.response("UIDVALIDITY")[1][0]
        assert isinstance(found, bytes)
        return found
