"""Values to records and back, whatever ids and versions they were written with."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import fastavro
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonline.schemas import codec, records
from commonline.schemas.catalogue import RECORDS, schema_of
from commonline.schemas.codec import ENCODERS
from commonline.schemas.errors import DecodeError, EncodeError, FramingError
from commonline.schemas.evolution import Evolved, without_logical_types
from commonline.schemas.framing import frame, header, schema_id
from commonline.schemas.ids import SchemaIds, Written
from commonline.schemas.registry import Registry
from commonline.schemas.released import BASE
from commonline.schemas.serde import Serde
from commonline.testing.strategies import records as drawn

BUNDLED = Serde(SchemaIds.bundled())
PULSE = records.Pulse(
    workspace="w",
    topic="t",
    minute=1_764_000_000_000_000,
    count=3,
    inbound=2,
    outbound=1,
    replies=1,
    reply_ms_sum=60_000,
    reply_ms_max=60_000,
)


@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_value_comes_back_as_the_record_it_was(name: str, data: st.DataObject) -> None:
    record = data.draw(drawn(name))
    value = BUNDLED.encode(record)
    assert value == BUNDLED.header(name) + ENCODERS[name](record)
    assert BUNDLED.decode(value) == record
    assert BUNDLED.record_name(value) == name


def test_bundled_ids_lie_beyond_those_of_a_registry() -> None:
    assert schema_id(BUNDLED.encode(PULSE)) > BASE > 1_000_000_000


def test_the_kind_expected_is_checked() -> None:
    value = BUNDLED.encode(PULSE)
    assert BUNDLED.decode_as(records.Pulse, value) == PULSE
    with pytest.raises(DecodeError, match="Activity: the value is a record Pulse"):
        BUNDLED.decode_as(records.Activity, value)


def test_unknown_ids_and_plain_values_are_refused() -> None:
    with pytest.raises(FramingError, match="schema id 17 is unknown to the bundle; no registry is configured"):
        BUNDLED.decode(frame(17, b""))
    with pytest.raises(FramingError, match="first byte"):
        BUNDLED.decode(b'{"id": 1}')
    with pytest.raises(FramingError, match="too few"):
        BUNDLED.decode(b"")


def test_a_record_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(EncodeError, match=r"^source: None is no text$"):
        BUNDLED.encode(records.Cursor(source=None, workspace="w", generation=1, position="{}", at=0))  # type: ignore[arg-type]


class FakeRegistry:
    """Counts ids up, keeps schemas, as the documented API does."""

    def __init__(self) -> None:
        self.schemas: dict[int, str] = {}
        self.levels: dict[str, str] = {}
        self.asked: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.strip("/").split("/")
        match request.method, parts:
            case "POST", ["subjects", _, "versions"]:
                text = json.loads(request.content)["schema"]
                known = next((n for n, schema in self.schemas.items() if schema == text), len(self.schemas) + 1)
                self.schemas[known] = text
                return httpx.Response(200, json={"id": known})
            case "PUT", ["config", subject]:
                self.levels[subject] = json.loads(request.content)["compatibility"]
                return httpx.Response(200, json={})
            case "GET", ["schemas", "ids", number]:
                self.asked.append(int(number))
                if int(number) in self.schemas:
                    return httpx.Response(200, json={"schema": self.schemas[int(number)]})
        return httpx.Response(404, json={"error_code": 40403, "message": "not found"})

    def ids(self) -> SchemaIds:
        return SchemaIds.from_registry(Registry("http://registry.test", transport=httpx.MockTransport(self)))


def test_ids_of_a_registry() -> None:
    fake = FakeRegistry()
    serde = Serde(fake.ids())
    value = serde.encode(PULSE)
    assert schema_id(value) == RECORDS.index("Pulse") + 1
    assert serde.decode(value) == PULSE
    assert set(fake.levels.values()) == {"FULL_TRANSITIVE"}
    assert set(fake.levels) == {f"commonline.v1.{record}" for record in RECORDS}
    # Written before the registry was adopted.
    assert serde.decode(BUNDLED.encode(PULSE)) == PULSE
    assert fake.asked == []


def newer_pulse() -> dict[str, Any]:
    schema = copy.deepcopy(schema_of("Pulse"))
    schema["fields"].insert(2, {"name": "median", "type": ["null", "long"], "default": None})
    return schema


def test_a_newer_version_is_asked_for_once_and_resolved() -> None:
    fake = FakeRegistry()
    serde = Serde(fake.ids())
    fake.schemas[99] = json.dumps(newer_pulse())
    old = codec.encode_pulse(PULSE)
    at = len(b"\x02w\x02t")
    value = frame(99, old[:at] + b"\x02\x0e" + old[at:])
    assert serde.decode(value) == PULSE
    assert serde.decode(value) == PULSE
    assert fake.asked == [99]
    with pytest.raises(DecodeError, match="Pulse: "):
        serde.decode(value[:-1])
    with pytest.raises(DecodeError, match="1 bytes are left"):
        serde.decode(value + b"\0")


def test_an_id_that_nobody_knows_is_asked_for_once() -> None:
    fake = FakeRegistry()
    ids = fake.ids()
    for _ in range(3):
        with pytest.raises(FramingError, match="schema id 77 is unknown to the registry and the bundle"):
            ids.written(77)
    assert fake.asked == [77]


@pytest.mark.parametrize("schema", ['"string"', '{"type":"record","name":"Order","namespace":"shop","fields":[]}'])
def test_schemas_of_others_are_refused(schema: str) -> None:
    fake = FakeRegistry()
    ids = fake.ids()
    fake.schemas[50] = schema
    with pytest.raises(FramingError, match="which is no record of"):
        ids.written(50)


def test_an_unknown_symbol_becomes_the_default() -> None:
    schema = copy.deepcopy(schema_of("Control"))
    kind = next(f for f in schema["fields"] if f["name"] == "kind")["type"]
    kind["symbols"].append("lease")
    record = {
        "id": "6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90",
        "workspace": "w",
        "kind": "lease",
        "at": 5,
        "by": None,
        "body": "{}",
    }
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(without_logical_types(schema)), record)
    found = Evolved("Control", schema).decode(out.getvalue())
    assert found == records.Control(**(record | {"kind": "other"}))  # type: ignore[arg-type]


@given(content=st.binary(max_size=200))
def test_damage_in_other_versions_is_a_decode_error(content: bytes) -> None:
    reader = Evolved("Pulse", newer_pulse())
    try:
        reader.decode(content)
    except DecodeError:
        return


def test_a_broken_schema_of_a_writer_is_a_decode_error() -> None:
    with pytest.raises(DecodeError, match="the schema that wrote it is not valid"):
        Evolved("Pulse", {"type": "record", "name": "Pulse", "fields": [{"name": "x", "type": "nonsense"}]})


def test_changed_schemas_have_no_bundled_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonline.schemas.ids.is_current", lambda _: False)
    with pytest.raises(ValueError, match=r"Delivery was changed; run: python -m commonline\.schemas\.release"):
        SchemaIds.bundled()


def test_older_bundled_versions_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = SchemaIds({name: SchemaIds.bundled().id_of(name) for name in RECORDS}, {5: Written("Pulse", newer_pulse())})
    old = codec.encode_pulse(PULSE)
    assert Serde(ids).decode(header(5) + old[:4] + b"\x00" + old[4:]) == PULSE
