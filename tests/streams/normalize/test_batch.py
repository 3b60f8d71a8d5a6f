"""A batch is decided in steps, and gives what its records give one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commonline.bus.process import ProcessSettings
from commonline.metrics import Metrics
from commonline.schemas.codec import decode_activity
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.normalize import batch
from commonline.streams.normalize.batch import Batches
from commonline.streams.normalize.flight import Flight
from commonline.streams.normalize.outbox import Outbox
from commonline.streams.normalize.tally import Tally
from tests.streams.normalize.deliveries import NOW, TOPIC, delivery, normalizer

pytestmark = pytest.mark.usefixtures("probes")
IDS = SchemaIds.bundled()


class Record:
    """A record as confluent-kafka gives it, as far as it is looked at."""

    def __init__(self, value: bytes, offset: int, partition: int = 3) -> None:
        self._value, self._offset, self._partition = value, offset, partition

    def __len__(self) -> int:
        return len(self._value)

    def value(self) -> bytes:
        return self._value

    def key(self) -> bytes:
        return b"fuse"

    def topic(self) -> str:
        return TOPIC

    def offset(self) -> int:
        return self._offset

    def partition(self) -> int:
        return self._partition

    def headers(self) -> list[tuple[str, bytes]]:
        return [("ce_source", b"/acme/fuse")]


class Written:
    """A writer that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes]] = []

    def write(self, topic: str, value: bytes, _key: bytes, **_more: Any) -> None:
        self.records.append((topic, value))

    def of(self, topic: str) -> list[bytes]:
        return [value for name, value in self.records if name == topic]


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def batches(tmp_path: Path, written: Written) -> Iterator[Batches]:
    settings = ProcessSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"), home=tmp_path, ids=IDS)
    flight = Flight(tmp_path / "flight")
    known: Any = written
    outbox = Outbox(settings, known, b"k" * 32, {"acme": 0})
    yield Batches(
        normalizer(), outbox, Tally(TOPIC), flight, Serde(IDS), Metrics(), lambda: NOW, lambda: 0.0, lambda *_: None
    )
    flight.close()


def records(count: int, padding: int = 0) -> list[Any]:
    """Deliveries of all kinds, and records that are none."""
    kinds: tuple[list[dict[str, Any]], ...] = (
        [{"id": "1", "text": "one"}, {"id": "2"}],
        [{"event": "ping"}],
        [{"do": "malformed"}, {"id": "3"}],
        [{"do": "raise"}],
    )
    serde = Serde(IDS)
    made: list[Any] = []
    for number in range(count):
        body = [{**entry, "nr": number, "text": "x" * padding} for entry in kinds[number % len(kinds)]]
        value = b"no delivery" if number % 7 == 6 else serde.encode(delivery(body, id=f"{number:036}"))
        made.append(Record(value, 100 + number, number % 2))
    return made


@pytest.mark.parametrize("padding", [0, 300_000])
def test_records_together_give_what_they_give_alone(
    batches: Batches, written: Written, padding: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = records(60, padding)
    monkeypatch.setattr(batch, "TOGETHER", 25)
    beats: list[int] = []
    batches.process(some, lambda: beats.append(1))
    together, told = list(written.records), batches.tally.ledger(NOW)
    assert len(beats) >= 6
    written.records.clear()
    batches.tally.clear()
    for one in some:
        batches.process([one], lambda: None)
    assert sorted(together) == sorted(written.records)
    assert batches.tally.ledger(NOW) == told
    assert {line.partition: (line.first, line.last, line.sum != bytes(16)) for line in told if line.source} == {
        0: (100, 158, True),
        1: (101, 159, False),
    }


def test_activities_keep_the_order_of_their_deliveries(batches: Batches, written: Written) -> None:
    batches.process(records(60), lambda: None)
    places = [decode_activity(value, 5).origin.offset for value in written.of("activities.v1")]
    assert len(places) > 20
    assert places == sorted(places)


def test_few_that_are_large_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "TOGETHER", 3)
    monkeypatch.setattr(batch, "TOGETHER_BYTES", 1000)
    sizes = [10, 2000, 10, 10, 10, 999, 1, 1, 1]
    some: list[Any] = [Record(b"x" * size, number) for number, size in enumerate(sizes)]
    assert [[len(one) for one in few] for few in batch._handfuls(some)] == [
        [10, 2000],
        [10, 10, 10],
        [999, 1, 1],
        [1],
    ]


def test_a_source_whose_deliveries_die_is_parked_from_the_next_batch_on(batches: Batches, written: Written) -> None:
    serde = Serde(IDS)
    bad: list[Any] = [
        Record(serde.encode(delivery([{"do": "malformed"}], id=f"{number:036}")), number) for number in range(300)
    ]
    batches.process(bad, lambda: None)
    assert len(written.of("dead-letters.v1")) == 300
    batches.process(bad, lambda: None)
    assert len(written.of("parked.v1")) == 300
    [line] = batches.tally.ledger(NOW)
    assert (line.read, line.dead, line.parked) == (600, 300, 300)


def test_a_condemned_record_is_not_even_decoded(batches: Batches, written: Written) -> None:
    some = records(3)
    batches.flight.deaths[0, 100] = 3
    batches.process(some, lambda: None)
    assert [decode_activity(value, 5).origin.offset for value in written.of("activities.v1")] == [102]
    assert len(written.of("dead-letters.v1")) == 2
