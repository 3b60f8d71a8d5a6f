"""The examples of reading a feed, each run as a reader would run it, on the real broker."""

from __future__ import annotations

import importlib.util
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from confluent_kafka import Producer
from tests.integration.records import create
from tests.streams.pulse.story import said

from commonline.ids import uuid5
from commonline.local.registry import Registry as Apicurio
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity, FeedEvent
from commonline.schemas.registry import Registry
from commonline.schemas.serde import Serde
from commonline.testing.kafka import KafkaUnderTest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
SCHEMA = ROOT / "schemas" / "generated" / "avsc" / "feed-activity.v1.avsc"
BUNDLED = Serde(SchemaIds.bundled())
FIRST, SECOND = uuid5("first"), uuid5("second")


def record(seq: int, event: FeedEvent, conversation: str, key: str | None = None, text: str = "") -> FeedActivity:
    item = None
    if event == "activity":
        item = said("a", "inbound", seq).activity
        assert item is not None
        item.object.text = text
    return FeedActivity(
        event=event,
        workspace="acme",
        feed="service",
        seq=seq,
        conversation=conversation,
        other=SECOND if event == "merged" else None,
        policy="service@1",
        visibility="public",
        known=seq,
        object=key,
        item=item,
    )


STORY = [
    record(1, "activity", FIRST, "aa", "My kettle leaks."),
    record(2, "activity", SECOND, "bb", "Mine too."),
    record(3, "activity", FIRST, "aa", "My new kettle leaks."),
    record(4, "merged", FIRST),
    record(5, "activity", FIRST, "cc", "I live in Hauptstraße 5."),
    record(6, "tombstone", FIRST, "cc"),
]


def publish(kafka: KafkaUnderTest, topic: str, serde: Serde) -> None:
    """As unify writes: an aborted transaction, one that is committed, a tombstone of Kafka's behind."""
    create(kafka.settings, topic)
    settings = {"transactional.id": f"{topic}-writer", "compression.type": "lz4", "log_level": 2}
    producer = Producer(kafka.settings.librdkafka() | settings)
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, serde.encode(record(1, "activity", FIRST, "aa", "never happened")), b"aa")
    producer.flush()
    producer.abort_transaction(30)
    producer.begin_transaction()
    for one in STORY:
        producer.produce(topic, serde.encode(one), (one.object or "conversation").encode())
    producer.produce(topic, None, b"cc")
    producer.commit_transaction(30)


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
def test_typed_records_and_it_goes_on_where_it_was(kafka: KafkaUnderTest, prefix: str) -> None:
    topic = f"{prefix}feed"
    publish(kafka, topic, BUNDLED)
    argv = (str(EXAMPLES / "read_feed.py"), topic, f"{prefix}reader")
    with running(*argv, **kafka.settings.environ()) as lines:
        found = first(lines, len(STORY))
        time.sleep(1.0)  # the last commit
    who = found[0].partition(":")[0]
    assert re.fullmatch(r"1 comment Create by .+", who)
    assert [line.rpartition(": ")[2] for line in found[:3]] == [
        "My kettle leaks.",
        "Mine too.",
        "My new kettle leaks.",
    ]
    assert found[3] == f"4 conversation {SECOND} is now part of {FIRST}"
    assert found[5] == "6 tombstone cc"
    assert not [line for line in found if "never happened" in line]
    producer = Producer(kafka.settings.librdkafka())
    producer.produce(topic, BUNDLED.encode(record(7, "activity", FIRST, "dd", "Thank you!")), b"dd")
    assert producer.flush(20) == 0
    with running(*argv, **kafka.settings.environ()) as lines:
        assert first(lines, 1)[0].endswith("Thank you!")


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
    publish(kafka, f"{prefix}feed", BUNDLED)
    with running(str(EXAMPLES / "read_feed_with_avro.py"), kafka.bootstrap, f"{prefix}feed", str(SCHEMA)) as lines:
        assert [line.rstrip() for line in first(lines, len(PLAIN))] == PLAIN


@pytest.mark.broker
def test_kafka_python_with_schemas_from_a_registry(kafka: KafkaUnderTest, apicurio: Apicurio, prefix: str) -> None:
    with Registry(apicurio.url) as registry:
        publish(kafka, f"{prefix}feed", Serde(SchemaIds.from_registry(registry)))
    argv = (str(EXAMPLES / "read_feed_with_registry.py"), kafka.bootstrap, f"{prefix}feed", apicurio.url)
    with running(*argv) as lines:
        assert [line.rstrip() for line in first(lines, len(PLAIN))] == PLAIN


@pytest.mark.broker
def test_what_a_feed_says_now(kafka: KafkaUnderTest, prefix: str) -> None:
    publish(kafka, f"{prefix}feed", BUNDLED)
    with running(str(EXAMPLES / "current_view.py"), f"{prefix}feed", **kafka.settings.environ()) as lines:
        found = first(lines, 3)
    assert found[0] == f"conversation {FIRST[:8]}: 2"
    assert sorted(found[1:]) == ["  comment Mine too.", "  comment My new kettle leaks."]


@pytest.fixture
def view() -> ModuleType:
    spec = importlib.util.spec_from_file_location("current_view_example", EXAMPLES / "current_view.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


def test_the_view_takes_a_record_twice_without_harm(view: ModuleType) -> None:
    once, twice = view.View(), view.View()
    for one in STORY:
        once.take(one)
    for one in [*STORY, *STORY[2:]]:
        twice.take(one)
    assert once == twice
    assert list(once.conversations()) == [FIRST]


@pytest.mark.parametrize("page", ["README.md", "docs/subscribe.md"])
def test_code_on_pages_is_code_of_examples(page: str) -> None:
    pieces = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    sources = [path.read_text() for path in EXAMPLES.glob("*.py")]
    assert pieces
    assert [piece for piece in pieces if not any(piece in source for source in sources)] == []
