"""With compiled mappings a batch writes the same, in the same order, by either client."""

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
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.normalize.batch import Batches
from commonline.streams.normalize.flight import Flight
from commonline.streams.normalize.outbox import Outbox
from commonline.streams.normalize.tally import Tally
from tests.bus.wire import built
from tests.kit.declared_pair import engine_module
from tests.streams.normalize.deliveries import CONFIGURATION, NOW, TOPIC, normalizer
from tests.streams.normalize.test_batch import Record, Written, records

pytestmark = pytest.mark.usefixtures("probes")
IDS = SchemaIds.bundled()

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
        {"id": 2, "text": "a bell \u0007"},
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
