"""The clients that the transport makes: committed records, idempotent writes, the settings of everybody."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import aiokafka
import pytest
from faust.transport import by_url
from faust.types import TP
from yarl import URL

from commonline.bus.process import ProcessSettings
from commonline.errors import RestartError, TooLargeError
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings
from commonline.streams import app as module
from commonline.streams.app import MOST_BYTES, StreamApp
from commonline.streams.transport import Consumer, ConsumerThread, Producer, Transport, settings_of

SASL = KafkaSettings(
    bootstrap="one.example:9093,two.example:9093",
    security_protocol="SASL_SSL",
    sasl_mechanism="SCRAM-SHA-512",
    sasl_username="pulse",
    sasl_password="seven-kettles",
)


class Recorded:
    """Stands for an aiokafka client."""

    def __init__(self, **options: Any) -> None:
        self.options = options


@pytest.fixture
async def app() -> StreamApp:
    settings = ProcessSettings(kafka=SASL, home=Path("unused"), prefix="test-", slot="4", session_ms=9000)
    return StreamApp("sample", settings, Metrics())


@pytest.fixture
async def consumer(app: StreamApp) -> AsyncIterator[Consumer]:
    """The app's consumer, not started; its thread has a loop already."""
    made = app._new_consumer()
    assert isinstance(made, Consumer)
    yield made
    made._thread.thread_loop.close()


def test_it_is_an_entry_point() -> None:
    assert by_url(URL("commonline://one.example:9093")) is Transport


async def test_the_consumer(app: StreamApp, consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaConsumer", Recorded)
    thread = consumer._thread
    assert isinstance(thread, ConsumerThread)
    made: Any = thread._create_worker_consumer(cast("Transport", app.transport))
    options = made.options
    assert options["isolation_level"] == "read_committed"
    assert options["enable_auto_commit"] is False
    assert options["bootstrap_servers"] == "one.example:9093,two.example:9093"
    assert (options["group_id"], options["group_instance_id"]) == (
        "test-commonline-sample",
        "test-commonline-sample-4",
    )
    assert (options["session_timeout_ms"], options["heartbeat_interval_ms"]) == (9000, 3000)
    _secured(options)


async def test_the_producer(app: StreamApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaProducer", Recorded)
    producer = app.transport.create_producer()
    assert isinstance(producer, Producer)
    made: Any = producer._new_producer()
    assert (made.options["acks"], made.options["enable_idempotence"]) == ("all", True)
    assert made.options["bootstrap_servers"] == "one.example:9093,two.example:9093"
    _secured(made.options)


def _secured(options: dict[str, Any]) -> None:
    assert options["security_protocol"] == "SASL_SSL"
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("pulse", "seven-kettles")
    assert isinstance(options["ssl_context"], ssl.SSLContext)


def test_an_app_without_settings_is_told_so() -> None:
    with pytest.raises(TypeError, match="StreamApp"):
        settings_of(object())


async def test_no_offset_is_committed_once_the_end_has_begun(app: StreamApp, consumer: Consumer) -> None:
    app.ending = True
    assert await consumer._commit({TP("t", 0): 5}) is False
    assert await app.still_owns(TP("t", 0), 5) is False


async def test_what_work_raises_ends_the_process_with_its_code(
    app: StreamApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    codes: list[int] = []

    def ends(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr(module, "_exit", ends)

    async def work(error: Exception) -> None:
        raise error

    for error in (RestartError("lost touch"), ValueError("a defect")):
        with pytest.raises(SystemExit):
            await app.guard(work(error))
    assert codes == [75, 75]
    assert "lost touch" in caplog.text
    assert "a defect" in caplog.text


async def test_a_record_too_large_is_refused_before_it_is_sent(app: StreamApp) -> None:
    with pytest.raises(TooLargeError):
        await app.write("t", bytes(MOST_BYTES), key=b"k")
