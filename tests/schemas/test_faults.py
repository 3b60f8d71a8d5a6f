"""A value that the schema forbids raises an error with the path of its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from commonline.schemas import codec
from commonline.schemas import records as structs
from commonline.schemas.catalogue import RECORDS
from commonline.schemas.errors import EncodeError
from commonline.schemas.generate.sources import (
    Array,
    Enum,
    Fixed,
    Map,
    Optional,
    Primitive,
    Record,
    Type,
    load,
)
from commonline.schemas.generate.text import snake
from commonline.testing.strategies import records

CONTRACT = {record.name: record for record in load().records}
WRONG: dict[str, list[Any]] = {
    "boolean": ["yes", None, 2],
    "int": [1 << 31, -(1 << 31) - 1, "1", 1.0, None],
    "long": [1 << 63, -(1 << 63) - 1, "1", 2.5, None],
    "timestamp": [1 << 63, "2026-01-01", 1.7e15, None],
    "double": ["1", None],
    "string": [5, b"text", None, "\ud800", "half a pair: \udfff"],
    "uuid": ["", "6f1d2f0e", 5, None, "6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a9\ud800"],
    "bytes": ["text", None],
}


def wrong_values(kind: Type) -> list[Any]:
    match kind:
        case Primitive():
            return WRONG[kind.kind]
        case Enum():
            return ["no such symbol", "", None, 5, []]
        case Fixed():
            return [b"", b"x" * (kind.size - 1), "x" * kind.size, None]
        case Array():
            return [None, (), "text", {}]
        case Map():
            return [None, [], "text", {5: "x"}]
        case Optional():
            return [value for value in wrong_values(kind.of) if value is not None]
        case Record():
            return [None, 5, "text", {}]


def places(record: Record, value: Any, path: str) -> Iterator[tuple[Any, str, str, Type]]:
    """Every field in reach: its holder, name, path and type."""
    for field in record.fields:
        inner = f"{path}{field.name}"
        yield value, field.name, inner, field.type
        held = getattr(value, field.name)
        kind = field.type.of if isinstance(field.type, Optional) else field.type
        if isinstance(kind, Record) and held is not None:
            yield from places(kind, held, f"{inner}.")
        if isinstance(kind, Array) and isinstance(kind.items, Record):
            for index, item in enumerate(held):
                yield from places(kind.items, item, f"{inner}[{index}].")


@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
def test_every_field_refuses_wrong_values_and_names_its_path(name: str, data: st.DataObject) -> None:
    record = data.draw(records(name))
    encode: Callable[[Any], bytes] = getattr(codec, f"encode_{snake(name)}")
    for holder, field, path, kind in list(places(CONTRACT[name], record, "")):
        right = getattr(holder, field)
        for value in wrong_values(kind):
            setattr(holder, field, value)
            with pytest.raises(EncodeError) as caught:
                encode(record)
            assert caught.value.path == path, (value, str(caught.value))
        setattr(holder, field, right)
    encode(record)


def test_items_of_arrays_and_maps_are_named() -> None:
    ledger = structs.Ledger(
        stage="unify",
        topic="t",
        partition=0,
        first=0,
        last=1,
        workspace="w",
        source="s",
        hour=0,
        read=1,
        activities=1,
        ignored={"receipt": 1, "handshake": 1 << 70},
        dead=0,
        sum=b"\0" * 16,
        at=0,
    )
    with pytest.raises(
        EncodeError, match=r"^ignored\['handshake'\]: 1180591620717411303424 does not fit into 64 bits$"
    ):
        codec.encode_ledger(ledger)
    person = structs.Person(
        id="6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90",
        workspace="w",
        kind="person",
        side="customer",
        organisations=["a", 5],  # type: ignore[list-item]
        revision=1,
        first_seen=0,
        last_seen=0,
    )
    with pytest.raises(EncodeError, match=r"^organisations\[1\]: 5 is no text$"):
        codec.encode_person(person)


def test_a_long_value_is_not_shown_whole() -> None:
    cursor = structs.Cursor(source=b"x" * 10_000, workspace="w", generation=1, position="{}", at=0)  # type: ignore[arg-type]
    with pytest.raises(EncodeError) as caught:
        codec.encode_cursor(cursor)
    assert len(str(caught.value)) < 120
