"""The page on streams shows code that runs: its pieces are those of files, and its example survives kills."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from confluent_kafka import Producer
from tests.integration.pulse_run import Worker
from tests.integration.records import create
from tests.streams.pulse.story import said

from commonline.bus.reader import Reader
from commonline.ids import uuid5
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Direction, FeedActivity
from commonline.schemas.serde import Serde
from commonline.testing.kafka import KafkaUnderTest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "write-a-stream.md"
EXAMPLE = ROOT / "docs" / "examples" / "urgent.py"
SERDE = Serde(SchemaIds.bundled())


@pytest.fixture
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("urgent_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_piece_of_code_is_part_of_a_file() -> None:
    pieces = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    sources = [path.read_text() for path in (EXAMPLE, *(ROOT / "streams" / "pulse").glob("*.py"))]
    assert len(pieces) == 4
    assert [piece for piece in pieces if not any(piece in source for source in sources)] == []


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", PAGE.read_text())
    assert links
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


def shown(number: int, text: str, direction: Direction = "inbound", *, catch_up: bool = False) -> FeedActivity:
    item = said("a", direction, number).activity
    assert item is not None
    item.object.text = text
    return FeedActivity(
        event="activity",
        workspace="acme",
        feed="service",
        seq=number + 1,
        conversation=uuid5("a"),
        policy="service@1",
        visibility="public",
        known=item.received,
        catch_up=catch_up,
        item=item,
    )


def test_the_decision(example: ModuleType) -> None:
    assert example.urgent(shown(1, "This is URGENT"))
    assert not example.urgent(shown(1, "Thank you"))
    assert not example.urgent(shown(1, "Is it urgent?", "outbound"))
    assert not example.urgent(shown(1, "urgent", catch_up=True))


@contextmanager
def running(kafka: KafkaUnderTest, prefix: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    environ = {**os.environ, **kafka.settings.environ(), "COMMONLINE_PREFIX": prefix}
    argv = [sys.executable, str(EXAMPLE), f"{prefix}feed", f"{prefix}urgent"]
    log = home / f"urgent-{time.monotonic_ns()}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(argv, env=environ, cwd=home, stdout=file, stderr=file)
    try:
        Worker(process, log).until_ready()
        yield process
        assert process.returncode is not None or process.poll() is None, log.read_text()
    finally:
        process.kill()
        process.wait()


def found(kafka: KafkaUnderTest, topic: str) -> set[bytes]:
    with Reader(kafka.settings, [topic]) as reader:
        return {message.key() or b"" for message in reader.until_end()}


@pytest.mark.broker
@pytest.mark.crash
def test_the_example_loses_nothing_when_it_is_killed(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> None:
    for topic in ("feed", "urgent"):
        create(kafka.settings, prefix + topic)
    producer = Producer(kafka.settings.librdkafka() | {"log_level": 2})
    expected: set[bytes] = set()
    sent = 0
    for _ in range(4):
        with running(kafka, prefix, tmp_path):
            for _ in range(60):
                for _ in range(20):
                    urgent = sent % 3 == 0
                    key = f"{sent}".encode()
                    value = SERDE.encode(shown(sent, "urgent!" if urgent else "hello"))
                    producer.produce(f"{prefix}feed", b"broken" if sent % 100 == 1 else value, key)
                    expected |= {key} if urgent and sent % 100 != 1 else set()
                    sent += 1
                producer.flush()
                time.sleep(0.05)
    with running(kafka, prefix, tmp_path) as process:
        deadline = time.monotonic() + 40
        while found(kafka, f"{prefix}urgent") != expected and time.monotonic() < deadline:
            time.sleep(0.3)
        assert found(kafka, f"{prefix}urgent") == expected
        process.terminate()
        assert process.wait(10) == 0
