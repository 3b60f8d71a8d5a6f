"""The group's committed offset, as a takeover asks for it, on the real broker."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import Popen

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus import takeover
from commonline.errors import RestartError
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker
TOPIC = "input"
ASKING = """
import os
import sys
from commonline.bus import takeover
from commonline.errors import RestartError
from commonline.settings import KafkaSettings
takeover.ASK_S = 0.3
settings = KafkaSettings.from_environ(os.environ)
for _ in range(40):
    try:
        takeover.group_offset(settings, sys.argv[1], "input", 0)
    except RestartError:
        pass
"""


@pytest.fixture
def group(kafka: KafkaUnderTest, prefix: str) -> Iterator[tuple[Producer, Consumer, str]]:
    """A producer in a transaction of the group, and a consumer that names it."""
    name = f"{prefix}group"
    admin = AdminClient(kafka.settings.librdkafka())
    for made in admin.create_topics([NewTopic(TOPIC, 1, 1)]).values():
        with suppress(KafkaException):  # another test has made it
            made.result(30)
    producer = Producer(kafka.settings.librdkafka() | {"transactional.id": f"{prefix}id"})
    producer.init_transactions(30)
    consumer = Consumer(kafka.settings.librdkafka() | {"group.id": name})
    yield producer, consumer, name
    consumer.close()


def test_a_group_that_never_committed_has_no_offset(kafka: KafkaUnderTest, prefix: str) -> None:
    assert takeover.group_offset(kafka.settings, f"{prefix}new", TOPIC, 0) < 0


def test_an_offset_within_an_open_transaction_is_waited_for(
    kafka: KafkaUnderTest, group: tuple[Producer, Consumer, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    producer, consumer, name = group
    producer.begin_transaction()
    producer.send_offsets_to_transaction([TopicPartition(TOPIC, 0, 7)], consumer.consumer_group_metadata(), 30)
    with monkeypatch.context() as patch:
        patch.setattr(takeover, "ASK_S", 2.0)
        with pytest.raises(RestartError, match="committed offset of input"):
            takeover.group_offset(kafka.settings, name, TOPIC, 0)
    producer.commit_transaction(30)
    assert takeover.group_offset(kafka.settings, name, TOPIC, 0) == 7


def test_asking_survives_a_coordinator_that_starts(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> None:
    if kafka.kind == "given":
        pytest.skip("a broker that is given is not killed")
    script = tmp_path / "asking.py"
    script.write_text(ASKING, "utf-8")
    # In processes of their own: what is tried ends a process, and not by an exception.
    askers = [
        Popen([sys.executable, str(script), f"{prefix}{number}"], env={**os.environ, **kafka.settings.environ()})
        for number in range(3)
    ]
    try:
        for _ in range(2):
            kafka.kill()
            kafka.start()
        assert [asker.wait(60) for asker in askers] == [0, 0, 0]
    finally:
        for asker in askers:
            asker.kill()
            asker.wait()
