"""A batch is decided in steps, and gives what its records give one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from commonline.bus.process import ProcessSettings
from commonline.bus.wire.writer import WireWriter
from commonline.configuration.load import parse
from commonline.kit import deliver
from commonline.kit.instance import instance
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
from tests.bus.wire import built
from tests.kit.declared_pair import engine_module
from tests.streams.normalize.deliveries import CONFIGURATION, NOW, TOPIC, delivery, normalizer

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


DESK = """
[sources.desk]
connector = "webhook"
workspace = "acme"
signature = { scheme = "none" }
[sources.desk.mapping]
event = "type"
id = "id"
text = "text"
published = "at"
visibility = "public && 'customer' || 'internal'"
actor = { id = "by", name = "by" }
"""


def desk_deliveries(count: int) -> list[Any]:
    """Deliveries of ``desk`` and ``fuse``: plain ones, ones that are Python's, ones that die, records that are none."""
    known = parse(CONFIGURATION + DESK)
    desk = instance("desk", known.sources["desk"], known.workspaces["acme"], Path())
    serde = Serde(IDS)
    kinds: tuple[dict[str, Any], ...] = (
        {"id": 1, "text": "plain", "at": "2026-05-08T12:00:00Z", "public": True, "by": "u1"},
        {"id": 2, "text": "see https://example.org/x"},
        {"text": "no id"},
        {"id": "a b", "text": "Grüße", "type": "note.updated", "at": 1_777_900_000},
        {},
    )
    made: list[Any] = []
    for number in range(count):
        if number % 9 == 8:
            made.append(records(number + 1)[number])
            continue
        body = json.dumps(kinds[number % len(kinds)]).encode()
        told = deliver.delivery(
            desk,
            body,
            received=NOW - number * 1_000_000_000,
            transport="webhook",
            authentication="none",
            content_type="application/json",
            headers={"traceparent": f"00-{number}"} if number % 2 else {},
            mode="replay" if number % 7 == 3 else "live",
        )
        made.append(Record(serde.encode(msgspec.structs.replace(told, id=f"{number:036}")), 100 + number, number % 2))
    return made


class Everything(Written):
    """A writer that keeps all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[Any] = []

    def write(self, topic: str, value: bytes, _key: bytes, **_more: Any) -> None:
        super().write(topic, value, _key, **_more)
        self.whole.append((topic, value, _key, _more))


class OnTheWire(WireWriter):
    """Our own client's writer, of which the batches are looked at instead of being sent."""

    def __init__(self) -> None:
        made = built.module()
        self.accumulator, self.builder = made.Accumulator(1_000_000), made.api
        self._append, self._look_at = self.accumulator.append, 1 << 30

    def know(self, topic: str) -> None:
        self.accumulator.partitions(topic, 4)

    @property
    def whole(self) -> list[Any]:
        """All records by topic and partition, as another client reads them."""
        taken = sorted(self.accumulator.take(0), key=lambda one: one[:2])
        return [(*place, built.read(batch.seal(1, 0, 0, transactional=False))) for *place, batch in taken]


class Both(NamedTuple):
    """Two batches of the same configuration, one with the compiled mappings."""

    compiled: Batches
    python: Batches
    written: tuple[Any, Any]


@pytest.fixture(params=[Everything, OnTheWire])
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Both]:
    settings = ProcessSettings(kafka=KafkaSettings(bootstrap="127.0.0.1:1"), home=tmp_path, ids=IDS)
    made, written = [], (request.param(), request.param())
    for name, writer in zip(("compiled", "python"), written, strict=True):
        known: Any = writer
        outbox = Outbox(settings, known, b"k" * 32, {"acme": 5})
        mapped = normalizer(CONFIGURATION + DESK)
        engine = outbox.compiled_mappings(mapped.sources, TOPIC, engine_module()) if name == "compiled" else None
        assert engine is None or engine.sources == {"desk"}
        flight = Flight(tmp_path / name)
        made.append(
            Batches(
                mapped, outbox, Tally(TOPIC), flight, Serde(IDS), Metrics(), lambda: NOW, lambda: 0.0, compiled=engine
            )
        )
    yield Both(made[0], made[1], written)
    for one in made:
        one.flight.close()


def test_with_compiled_mappings_the_same_is_written_in_the_same_order(both: Both) -> None:
    some = desk_deliveries(150)
    for batches in (both.compiled, both.python):
        batches.process(some[:100], lambda: None)
        batches.flight.deaths[0, some[100].offset()] = 3
        batches.process(some[100:110], lambda: None)
        batches.flight.deaths.clear()
        batches.process(some[110:], lambda: None)
    compiled, python = (writer.whole for writer in both.written)
    assert len(python) > 3
    assert compiled == python
    told = both.compiled.tally.ledger(NOW)
    assert told == both.python.tally.ledger(NOW)
    assert sum(line.activities for line in told) > 60
    assert sum(line.dead for line in told) > 30


def test_compiled_mappings_park_what_python_parks(both: Both) -> None:
    dead = [one for one in desk_deliveries(900) if b"no id" in one.value()]
    plain = [one for one in desk_deliveries(300) if b"plain" in one.value()]
    for batches in (both.compiled, both.python):
        batches.process(dead, lambda: None)
        batches.process(plain, lambda: None)
        batches.changed(batches.normalizer, batches._compiled)
        batches.process(plain, lambda: None)
    compiled, python = (writer.whole for writer in both.written)
    assert any(topic == "parked.v1" for topic, *_ in python)
    assert compiled == python
    assert both.compiled.tally.ledger(NOW) == both.python.tally.ledger(NOW)
