"""A real Kafka with the settings of the Compose files, on other ports: it starts, and TLS with passwords works."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient
from kafka import KafkaConsumer

from commonline.bus.admin import ensure
from commonline.bus.durability import find, judge
from commonline.bus.wire.writer import WireWriter
from commonline.errors import RestartError
from commonline.local import ports
from commonline.local.broker import Broker
from commonline.settings import KafkaSettings
from commonline.testing.plugin import cache_folder
from commonline.topics import DELIVERIES, Topics
from tests.deploy.shape import ROOT, SECURE, load
from tests.deploy.test_compose import kafka_properties

pytestmark = pytest.mark.broker
LISTENERS = {"INSIDE": 19092, "HOST": 9092, "SECURE": 9094}
PASSWORD = 'ketTle-5"x'


@pytest.fixture(autouse=True)
def _not_where_a_broker_is_given() -> None:
    if os.environ.get("COMMONLINE_KAFKA"):
        pytest.skip("these tests start brokers of their own from packages")


@contextmanager
def broker(
    environment: dict[str, str], home: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, **moved: str
) -> Iterator[dict[str, int]]:
    """Start a broker with what the image would make of `environment`; gives each listener's port."""
    found = {name: ports.free_port() for name in LISTENERS}

    def properties(port: int, controller_port: int, data: Path) -> str:
        found["HOST"] = port
        values = kafka_properties(environment) | {"log.dirs": str(data)}
        lines = []
        for key, given in values.items():
            value = given.replace("127.0.0.1:9093", f"127.0.0.1:{controller_port}").replace("//kafka:", "//127.0.0.1:")
            for name, published in LISTENERS.items():
                value = value.replace(f":{published}", f":{found[name]}")
            for old, new in moved.items():
                value = value.replace(old, new)
            value = value.replace("\\", "\\\\")
            lines.append(f"{key}={value}\n")
        return "".join(lines)

    monkeypatch.setattr("commonline.local.broker.broker_properties", properties)
    running = Broker(home, cache)
    try:
        running.start()
        yield found
    finally:
        running.remove()


def test_the_compose_files_broker_starts_and_keeps_what_it_acknowledges(
    tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = load().services["kafka"].environment
    with broker(environment, tmp_path, cache_folder(pytestconfig), monkeypatch) as found:
        for name in ("HOST", "INSIDE"):
            settings = KafkaSettings(bootstrap=f"127.0.0.1:{found[name]}")
            assert ensure(settings, Topics(), feeds=[("acme", "pr")]) == 8
            assert judge(find(settings, Topics()), "broker") == "flushed"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificates")
    script = ROOT / "deploy" / "secure" / "make-certificates.sh"
    for name in ("ours", "strangers"):
        subprocess.run(["sh", str(script), str(folder / name), "kafka"], check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.usefixtures("wire")
def test_services_reach_a_broker_with_tls_and_passwords(
    tmp_path: Path, certificates: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = load().services["kafka"].environment
    environment |= load(SECURE, KAFKA_PASSWORD=PASSWORD.replace('"', '\\"')).services["kafka"].environment
    pem = {"/etc/commonline-tls/kafka.pem": str(certificates / "ours" / "kafka.pem")}
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    told = dict(load(SECURE, KAFKA_PASSWORD="").services["connect"].environment)
    told["COMMONLINE_KAFKA_SASL_PASSWORD_FILE"] = str(password)
    told["COMMONLINE_KAFKA_SSL_CA"] = str(certificates / "ours" / "ca.pem")
    with broker(environment, tmp_path, cache_folder(pytestconfig), monkeypatch, **pem) as found:
        told["COMMONLINE_KAFKA"] = f"127.0.0.1:{found['SECURE']}"
        settings = KafkaSettings.from_environ(told)
        assert settings is not None
        ensure(settings, Topics())
        write_and_read(settings)
        wrong = told | {"COMMONLINE_KAFKA_SSL_CA": str(certificates / "strangers" / "ca.pem")}
        refused(wrong, "certificate verify failed")
        password.write_text("another\n")
        refused(told, "Authentication failed")


def write_and_read(settings: KafkaSettings) -> None:
    """One record written by librdkafka and one by our own client, read by kafka-python and by aiokafka."""
    topic = Topics().name(DELIVERIES)
    producer = Producer(settings.librdkafka() | {"acks": "all"})
    producer.produce(topic, b"steam", b"kettle", partition=0)
    assert producer.flush(20) == 0
    writer = WireWriter(settings, client_id="test", give_up_s=20)
    writer.write(topic, os.urandom(300_000), b"kettle", partition=0)
    writer.flush()
    writer.close()
    reader = KafkaConsumer(
        topic, auto_offset_reset="earliest", group_id=None, consumer_timeout_ms=20_000, **settings.kafka_python()
    )
    assert next(reader).value == b"steam"
    assert len(next(reader).value) == 300_000
    reader.close()

    async def read() -> bytes:
        async with AIOKafkaConsumer(
            topic, auto_offset_reset="earliest", group_id=None, **settings.aiokafka()
        ) as consumer:
            record = await asyncio.wait_for(consumer.getone(), 20)
            return bytes(record.value or b"")

    assert asyncio.run(read()) == b"steam"


def refused(environ: dict[str, str], reason: str) -> None:
    """The cluster cannot be asked; librdkafka's log says why, and our own client too."""
    settings = KafkaSettings.from_environ(environ)
    assert settings is not None
    said: list[str] = []
    told: dict[str, Any] = {"error_cb": lambda error: said.append(str(error))}
    client = AdminClient(settings.librdkafka() | told)
    with pytest.raises(KafkaException):
        client.list_topics(timeout=5)
    client.poll(1)
    assert reason in " ".join(said)
    writer = WireWriter(settings, client_id="test", give_up_s=2)
    writer.write("t", b"steam", partition=0)
    with pytest.raises(RestartError, match=f"(?i){reason}"):
        writer.flush()
