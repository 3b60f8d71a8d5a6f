"""normalize on the real broker: every delivery ends, whatever is killed, joined, broken or reloaded."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from tests.integration.station import FILE, Station, until
from tests.streams.normalize.deliveries import delivery

from commonline import topics as table
from commonline.bus import partitions
from commonline.bus.reader import Reader, headers_of
from commonline.bus.writer import Writer
from commonline.errors import StateError
from commonline.schemas.records import Control
from commonline.streams.normalize.breaker import LEAST
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]


@pytest.fixture
def station(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Station]:
    made = Station(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


def test_every_delivery_ends_and_the_sums_agree(station: Station) -> None:
    station.send([[{"id": str(n), "text": f"text {n}"}] for n in range(50)])
    station.send([[{"event": "ping"}], [{"do": "malformed"}, {"id": "x"}], b"{", [{"event": "new"}]])
    station.send([[{"id": "y"}]], source="gone")
    writer = Writer(station.settings.kafka, client_id="test")
    writer.write(station.name(table.DELIVERIES), b"no delivery", b"fuse")
    writer.flush()
    station.start()
    report = station.settled(56)
    assert report.disagreements == []
    counts = {count.source: count for count in report.sources if count.workspace}
    assert (counts["fuse"].activities, counts["fuse"].dead, counts["fuse"].silent) == (51, 2, 2)
    assert counts["fuse"].ignored == {"handshake": 1, "unsupported": 1}
    assert counts["gone"].dead == 1
    assert {letter.cause for letter in station.letters()} == {
        "MalformedPayloadError",
        "ConfigurationError",
        "FramingError",
    }


def test_where_and_how_an_activity_is_written(station: Station) -> None:
    ahead = time.time_ns() // 1000 + 30 * 60 * 1_000_000
    made = delivery([{"id": "1", "text": "hello"}], received=ahead)
    writer = Writer(station.settings.kafka, client_id="test")
    writer.write(station.name(table.DELIVERIES), station.serde.encode(made), b"fuse")
    writer.flush()
    station.start()
    station.settled(1)
    row = partitions.read(station.settings.kafka, station.settings.topics, station.settings.ids)["acme"]
    [message] = [m for m in station.messages(table.ACTIVITIES) if not (m.key() or b"").startswith(b"control/")]
    assert message.partition() == row.partition
    assert message.timestamp()[1] <= time.time_ns() // 1_000_000  # `received` lies in the future
    headers = headers_of(message)
    assert headers["ce_type"] == b"commonline.activity.create.v1"
    assert headers["ce_source"] == b"/acme/fuse"
    assert headers["content-type"] == b"application/avro"
    told = b"".join([message.key() or b"", *headers.values()])
    assert b"user/1" not in told
    assert b"fuse:acme/note" not in told
    assert len(message.key() or b"") == 16


def test_killed_again_and_again(station: Station) -> None:
    chance = random.Random(7)
    station.send([[{"id": str(n), "text": "x" * 200, "copies": 2}] for n in range(4000)])
    for _ in range(4):
        process = station.spawn()
        time.sleep(chance.uniform(1.2, 3.0))
        process.kill()
        process.wait()
    station.send([[{"id": str(n)}] for n in range(4000, 4100)])
    station.start()
    report = station.settled(4100)
    assert report.disagreements == []
    activities = station.activities()
    assert len({activity.id for activity in activities}) == 8100
    first = list(dict.fromkeys(activity.origin.offset for activity in activities))
    assert first == sorted(first)  # one source lies in one partition: repeats may come, order stays


def test_a_second_worker_joins_and_leaves(station: Station) -> None:
    first = station.start("0")
    for partition in range(4):
        station.send([[{"id": f"{partition}-{n}"}] for n in range(300)], partition=partition)
    second = station.start("1")
    until(lambda: second.runner is not None and len(second.runner._read_to) == 2)
    for partition in range(4):
        station.send([[{"id": f"{partition}-{n}"}] for n in range(300, 600)], partition=partition)
    station.stop(second)
    for partition in range(4):
        station.send([[{"id": f"{partition}-{n}"}] for n in range(600, 700)], partition=partition)
    report = station.settled(2800)
    assert report.disagreements == []
    assert len({activity.id for activity in station.activities()}) == 2800
    assert first.runner is not None
    assert sorted(first.runner._read_to) == [0, 1, 2, 3]


@pytest.mark.parametrize(("what", "hangs_s"), [("die", 60.0), ("hang", 2.0)])
def test_a_record_that_kills_the_process_is_buried_after_three_deaths(
    station: Station, what: str, hangs_s: float
) -> None:
    station.send([[{"id": "before"}], [{"id": "poison", "do": what}], [{"id": "after"}]])
    for _ in range(3):
        assert station.spawn(hangs_s=hangs_s).wait(60) != 0
    station.spawn(hangs_s=hangs_s)
    report = station.settled(3)
    assert report.disagreements == []
    assert {activity.object.id for activity in station.activities()} == {
        "fuse:acme/note/before",
        "fuse:acme/note/after",
    }
    [letter] = station.letters()
    assert (letter.cause, letter.attempts, letter.source) == ("kills-worker", 3, "fuse")
    assert station.serde.decode(letter.value or b"") is not None


def test_a_source_whose_deliveries_die_is_parked_and_others_go_on(station: Station) -> None:
    station.file.write_text(FILE + '[sources.other]\nconnector = "fuse"\nworkspace = "acme"\n')
    service = station.start()
    station.send([[{"do": "malformed"}]] * (LEAST + 50))
    station.settled(LEAST + 50)
    station.send([[{"id": str(n)}] for n in range(40)])
    station.send([[{"id": "other"}]], source="other")
    report = station.settled(LEAST + 91)
    assert report.disagreements == []
    counts = {count.source: count for count in report.sources}
    assert (counts["fuse"].parked, counts["fuse"].breaker) == (40, True)
    assert (counts["other"].activities, counts["other"].breaker) == (1, False)
    metrics = httpx.get(f"{service.server.url}/metrics", trust_env=False).text
    assert 'commonline_breaker_open{source="fuse"} 1.0' in metrics
    assert 'commonline_parked_total{source="fuse"} 40.0' in metrics
    service.reload()
    until(lambda: 'result="taken"} 1.0' in httpx.get(f"{service.server.url}/metrics", trust_env=False).text)
    station.send([[{"id": f"mended {n}"}] for n in range(5)])
    report = station.settled(LEAST + 96)
    [fuse] = [count for count in report.sources if count.source == "fuse"]
    assert (fuse.activities, fuse.parked, fuse.breaker) == (5, 40, False)


def test_the_configuration_is_reloaded_or_refused_whole(station: Station) -> None:
    service = station.start()
    station.file.write_text("[workspaces.acme\n")
    service.reload()
    valid = service.metrics.gauge("commonline_configuration_valid")._value
    until(lambda: valid.get() == 0)
    station.send([[{"id": "1"}]])
    station.settled(1)
    station.file.write_text(
        FILE
        + '[sources.late]\nconnector = "fuse"\nworkspace = "acme"\n'
        + '[departments.quality]\nclearance = "public"\nrules = [{ name = "all" }]\n'
    )
    service.reload()
    until(lambda: valid.get() == 1)
    station.send([[{"id": "2"}]], source="late")
    report = station.settled(2)
    assert report.disagreements == []
    assert len(station.activities()) == 2
    records = [station.serde.decode(m.value() or b"") for m in station.messages(table.ACTIVITIES)]
    controls = [record for record in records if isinstance(record, Control)]
    assert ["quality" in record.body for record in controls] == [False, True]
    with Reader(station.settings.kafka, [station.settings.topics.feed("acme", "quality")]) as reader:
        assert reader.total == 0


def test_a_second_start_publishes_nothing_again(station: Station) -> None:
    for _ in range(2):
        station.stop(station.start())
    assert len(station.messages(table.ACTIVITIES)) == 1
    assert not station.failures


def test_deliveries_deleted_before_they_were_read_stop_it(station: Station) -> None:
    station.stop(station.start())
    station.send([[{"id": str(n)}] for n in range(10)], partition=1)
    admin = AdminClient(station.settings.kafka.librdkafka())
    for future in admin.delete_records([TopicPartition(station.name(table.DELIVERIES), 1, 5)]).values():
        future.result(10)
    station.start()
    until(lambda: bool(station.failures))
    [failure] = station.failures
    assert isinstance(failure, StateError)
    assert "nothing is skipped" in str(failure)
    station.failures.clear()


def test_ready_and_healthy(station: Station) -> None:
    service = station.start()
    for path in ("/readyz", "/healthz"):
        assert httpx.get(service.server.url + path, trust_env=False).status_code == 200
    station.send([[{"id": "1"}]])
    station.settled(1)
    lag = service.metrics.gauge("commonline_stage_lag_records", {"stage": "normalize", "partition": "0"})
    assert lag._value.get() == 0
