"""The contract in a real Apicurio Registry, through its Confluent API."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from commonline.local.registry import Registry as Apicurio
from commonline.schemas import codec, records
from commonline.schemas.catalogue import NAMESPACE, RECORDS, schema_of, schema_text
from commonline.schemas.framing import HEADER_SIZE, frame, schema_id
from commonline.schemas.ids import SchemaIds
from commonline.schemas.registry import COMPATIBILITY, IncompatibleError, Registry, RegistryError
from commonline.schemas.serde import Serde

pytestmark = pytest.mark.broker

PULSE = records.Pulse(
    workspace="acme",
    topic="comment",
    minute=1_764_000_000_000_000,
    count=3,
    inbound=2,
    outbound=1,
    replies=1,
    reply_ms_sum=60_000,
    reply_ms_max=60_000,
)


@pytest.fixture
def registry(apicurio: Apicurio) -> Iterator[Registry]:
    with Registry(apicurio.url) as client:
        yield client


def changed(record: str, **field: Any) -> str:
    schema = copy.deepcopy(schema_of(record))
    schema["fields"].insert(1, field)
    return json.dumps(schema)


def test_every_record_is_registered_and_comes_back(registry: Registry) -> None:
    ids = SchemaIds.from_registry(registry)
    again = SchemaIds.from_registry(registry)
    for record in RECORDS:
        subject = f"{NAMESPACE}.{record}"
        number = ids.id_of(record)
        assert again.id_of(record) == number
        assert registry.look_up(subject, schema_text(record)) == (number, 1)
        assert registry.versions(subject) == [1]
        assert registry.compatibility(subject) == COMPATIBILITY
        assert registry.schema(number) == schema_text(record)
    assert {f"{NAMESPACE}.{record}" for record in RECORDS} <= set(registry.subjects())
    assert len({ids.id_of(record) for record in RECORDS}) == len(RECORDS)


def test_bytes_are_the_same_with_and_without_registry(registry: Registry) -> None:
    ids = SchemaIds.from_registry(registry)
    bundled, registered = Serde(SchemaIds.bundled()), Serde(ids)
    plain, framed = bundled.encode(PULSE), registered.encode(PULSE)
    assert plain[HEADER_SIZE:] == framed[HEADER_SIZE:] == codec.encode_pulse(PULSE)
    assert schema_id(framed) == ids.id_of("Pulse") != schema_id(plain)
    assert registered.decode(framed) == registered.decode(plain) == PULSE


def test_an_incompatible_change_is_refused(registry: Registry) -> None:
    SchemaIds.from_registry(registry)
    subject = f"{NAMESPACE}.Activity"
    bad = changed("Activity", name="lease", type="string", doc="No default.")
    assert not registry.compatible(subject, bad)
    with pytest.raises(IncompatibleError) as caught:
        registry.register(subject, bad)
    assert caught.value.status == 409
    assert registry.versions(subject) == [1]


def test_a_compatible_change_is_taken_and_its_values_are_read(registry: Registry) -> None:
    ids = SchemaIds.from_registry(registry)
    subject = f"{NAMESPACE}.Pulse"
    good = changed("Pulse", name="median", type=["null", "long"], default=None, doc="Median.")
    assert registry.compatible(subject, good)
    number = registry.register(subject, good)
    assert number not in {ids.id_of(record) for record in RECORDS}
    encoded = codec.encode_pulse(PULSE)
    at = len(b"\x08acme")
    value = frame(number, encoded[:at] + b"\x02\x0e" + encoded[at:])
    assert Serde(ids).decode(value) == PULSE


def test_what_is_not_there(registry: Registry) -> None:
    assert registry.look_up("commonline.v1.Nothing", schema_text("Pulse")) is None
    assert registry.schema(2_000_000_000) is None
    assert registry.versions("commonline.v1.Nothing") == []
    assert registry.compatible("commonline.v1.Nothing", schema_text("Pulse"))


def test_text_that_is_no_schema_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.register("commonline.v1.Broken", '{"type": "nonsense"}')
    assert caught.value.status == 422
