"""The examples of reading a feed, each run as a reader would run it, on the real broker."""

from __future__ import annotations

import os
import queue
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.client.published import KETTLE, MUG, SERDE, STORY, Ground, shown

from commonline.client import Feed
from commonline.errors import ConfigurationError
from commonline.local.registry import Registry as Apicurio
from commonline.schemas.ids import SchemaIds
from commonline.schemas.registry import Registry
from commonline.schemas.serde import Serde
from commonline.testing.kafka import KafkaUnderTest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SCHEMA = ROOT / "schemas" / "generated" / "avsc" / "feed-activity.v1.avsc"


def publish(kafka: KafkaUnderTest, prefix: str, serde: Serde = SERDE) -> Ground:
    """As unify writes: an aborted transaction, one that is committed, a tombstone of Kafka's behind."""
    ground = Ground(kafka, prefix, serde=serde).make()
    ground.write([shown(1, "never happened", key="aa")], commit=False)
    ground.write([*STORY, None])
    return ground


@contextmanager
def running(*argv: str, **environ: str) -> Iterator[queue.Queue[str]]:
    """The lines that an example prints."""
    lines: queue.Queue[str] = queue.Queue()
    everything = {**os.environ, **environ}
    process = subprocess.Popen([sys.executable, *argv], stdout=subprocess.PIPE, text=True, env=everything)

    def collect() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line.rstrip("\n"))

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield lines
    finally:
        process.kill()
        process.wait()
        thread.join()
        assert process.stdout is not None
        process.stdout.close()


def first(lines: queue.Queue[str], count: int) -> list[str]:
    return [lines.get(timeout=60) for _ in range(count)]


@pytest.mark.broker
def test_the_client_goes_on_where_it_was(kafka: KafkaUnderTest, prefix: str) -> None:
    ground = publish(kafka, prefix)
    example = str(EXAMPLES / "follow_service.py")
    with running(example, **ground.environ) as lines:
        assert first(lines, 4) == [
            "comment inbound My kettle leaks.",
            "comment inbound Mine too.",
            "comment inbound My new kettle leaks.",
            "comment inbound I live in Hauptstraße 5.",
        ]
    ground.write([shown(7, "Thank you!", key="dd")])
    with running(example, **ground.environ) as lines:
        found = [lines.get(timeout=60)]
        while found[-1] != "comment inbound Thank you!":
            found.append(lines.get(timeout=60))
    assert len(set(found)) == len(found) <= 5


@pytest.mark.broker
@pytest.mark.parametrize("example", ["follow_service.py", "follow_asynchronously.py"])
def test_the_client_reads_on_when_the_broker_comes_back(kafka: KafkaUnderTest, prefix: str, example: str) -> None:
    if kafka.kind == "given":
        pytest.skip("the broker is not ours to restart")
    ground = Ground(kafka, prefix).make()
    ground.write([shown(1, "before")])
    with running(str(EXAMPLES / example), **ground.environ) as lines:
        lines.get(timeout=60)
        kafka.restart()
        ground.producer = ground.writer("writer")
        ground.write([shown(2, "after")])
        found = lines.get(timeout=60)
        while found not in ("comment inbound after", "2 activity"):
            found = lines.get(timeout=60)


@pytest.mark.broker
def test_the_client_for_asyncio(kafka: KafkaUnderTest, prefix: str) -> None:
    ground = publish(kafka, prefix)
    with running(str(EXAMPLES / "follow_asynchronously.py"), **ground.environ) as lines:
        assert first(lines, len(STORY)) == [f"{one.seq} {one.event}" for one in STORY]


@pytest.mark.broker
def test_the_client_into_a_database(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> None:
    ground = publish(kafka, prefix)
    database = str(tmp_path / "messages.db")
    with running(str(EXAMPLES / "follow_into_database.py"), database, **ground.environ):
        deadline = time.monotonic() + 60
        while (found := kept(database)) != [1, 2, 3, 5] and time.monotonic() < deadline:
            time.sleep(0.1)
    assert found == [1, 2, 3, 5]


def kept(database: str) -> list[int]:
    """Which messages a database holds; none as long as it has no table."""
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'messages'").fetchone():
            return []
        return [seq for (seq,) in connection.execute("SELECT seq FROM messages ORDER BY seq")]


@pytest.mark.broker
def test_librdkafka_with_typed_records(kafka: KafkaUnderTest, prefix: str) -> None:
    ground = publish(kafka, prefix)
    with running(str(EXAMPLES / "read_feed.py"), ground.topic, f"{prefix}reader", **ground.environ) as lines:
        found = first(lines, len(STORY))
    assert re.fullmatch(r"1 comment Create by .+: My kettle leaks\.", found[0])
    assert found[3] == f"4 conversation {MUG} is now part of {KETTLE}"
    assert found[5] == "6 tombstone cc"


PLAIN = [
    "1 activity My kettle leaks.",
    "2 activity Mine too.",
    "3 activity My new kettle leaks.",
    "4 merged",
    "5 activity I live in Hauptstraße 5.",
    "6 tombstone",
]


@pytest.mark.broker
def test_avro_alone(kafka: KafkaUnderTest, prefix: str) -> None:
    ground = publish(kafka, prefix)
    with running(str(EXAMPLES / "read_feed_with_avro.py"), kafka.bootstrap, ground.topic, str(SCHEMA)) as lines:
        assert [line.rstrip() for line in first(lines, len(PLAIN))] == PLAIN


@pytest.mark.broker
@pytest.mark.parametrize("example", ["read_feed_with_registry.py", "read_feed_with_confluent.py"])
def test_schemas_from_a_registry(kafka: KafkaUnderTest, apicurio: Apicurio, prefix: str, example: str) -> None:
    with Registry(apicurio.url) as registry:
        ground = publish(kafka, prefix, Serde(SchemaIds.from_registry(registry)))
    with running(str(EXAMPLES / example), kafka.bootstrap, ground.topic, apicurio.url) as lines:
        assert [line.rstrip() for line in first(lines, len(PLAIN))] == PLAIN


@pytest.mark.broker
def test_the_client_asks_a_registry_for_what_it_does_not_know(
    kafka: KafkaUnderTest, apicurio: Apicurio, prefix: str
) -> None:
    with Registry(apicurio.url) as registry:
        ground = publish(kafka, prefix, Serde(SchemaIds.from_registry(registry)))
    with pytest.raises(ConfigurationError, match=r"unknown to the bundle.*set COMMONLINE_REGISTRY"):
        Feed("service", settings=ground.settings).current()
    settings = replace(ground.settings, registry=apicurio.url)
    assert [one.seq for one in Feed("service", settings=settings).read()] == [one.seq for one in STORY]


@pytest.mark.broker
def test_what_a_feed_says_now(kafka: KafkaUnderTest, prefix: str) -> None:
    ground = publish(kafka, prefix)
    with running(str(EXAMPLES / "current_view.py"), "service", **ground.environ) as lines:
        found = first(lines, 3)
    assert found == [f"conversation {KETTLE[:8]}: 2", "  comment Mine too.", "  comment My new kettle leaks."]


@pytest.mark.parametrize("page", ["README.md", "docs/subscribe.md"])
def test_code_on_pages_is_code_of_examples(page: str) -> None:
    pieces = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    sources = [path.read_text() for path in EXAMPLES.glob("*.py")]
    assert pieces
    assert [piece for piece in pieces if not any(piece in source for source in sources)] == []
