"""The generated codec against fastavro, both ways, for every record; and against hostile bytes."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.schemas import compiling

from commonline.schemas import codec
from commonline.schemas import records as structs
from commonline.schemas.catalogue import RECORDS, schema_of
from commonline.schemas.errors import DecodeError
from commonline.schemas.generate.text import snake
from commonline.schemas.generated import decoder as python_decoder
from commonline.schemas.generated import encoder as python_encoder
from commonline.testing.strategies import records

# The two whose last field is a nullable Activity.
PREFIXED = [("ConversationActivity", "activity"), ("FeedActivity", "item")]


FORMS = pytest.mark.parametrize("form", ["python", "compiled"])


def encoder(form: str, name: str, suffix: str = "") -> Callable[[Any], bytes]:
    if form == "compiled":
        compiled: Callable[[Any], bytes] = getattr(compiling.codec_of(name), f"encode{suffix}")
        return compiled
    found: Callable[[Any], bytes] = getattr(python_encoder, f"encode_{snake(name)}{suffix}")
    return found


def decoder(form: str, name: str, suffix: str = "") -> Callable[..., Any]:
    if form == "compiled":
        compiled: Callable[..., Any] = getattr(compiling.codec_of(name), f"decode{suffix}")
        return compiled
    found: Callable[..., Any] = getattr(python_decoder, f"decode_{snake(name)}{suffix}")
    return found


def without_logical_types(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: without_logical_types(value) for key, value in schema.items() if key != "logicalType"}
    return [without_logical_types(item) for item in schema] if isinstance(schema, list) else schema


@cache
def oracle_schema(name: str) -> Any:
    return fastavro.parse_schema(without_logical_types(schema_of(name)))


def oracle_bytes(name: str, record: Any) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, oracle_schema(name), msgspec.to_builtins(record, builtin_types=(bytes,)))
    return out.getvalue()


@FORMS
@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=24, deadline=None)
def test_bytes_are_those_of_fastavro_and_come_back(form: str, name: str, data: st.DataObject) -> None:
    record = data.draw(records(name))
    encoded = encoder(form, name)(record)
    assert encoded == oracle_bytes(name, record)
    decoded = decoder(form, name)(encoded)
    assert decoded == record
    assert type(decoded) is type(record)
    read = fastavro.schemaless_reader(io.BytesIO(encoded), oracle_schema(name), None)
    assert msgspec.to_builtins(decoded, builtin_types=(bytes,)) == read


@FORMS
@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_decoding_begins_at_the_position_given(form: str, name: str, data: st.DataObject) -> None:
    record = data.draw(records(name))
    assert decoder(form, name)(b"\x00\x00\x00\x00\x07" + encoder(form, name)(record), 5) == record


@FORMS
@pytest.mark.parametrize(("name", "last"), PREFIXED)
@given(data=st.data())
@settings(max_examples=24, deadline=None)
def test_prefix_and_activity_bytes_make_the_whole_record(form: str, name: str, last: str, data: st.DataObject) -> None:
    record = data.draw(records(name))
    activity = data.draw(records("Activity"))
    setattr(record, last, activity)
    whole = encoder(form, name)(record)
    encoded = codec.encode_activity(activity)
    assert encoder(form, name, "_prefix")(record) + encoded == whole

    head, start = decoder(form, name, "_prefix")(b"frame" + whole, 5)
    assert (b"frame" + whole)[start:] == encoded
    setattr(head, last, activity)
    assert head == record


@FORMS
@pytest.mark.parametrize(("name", "last"), PREFIXED)
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_prefix_of_a_record_without_activity_has_no_position(
    form: str, name: str, last: str, data: st.DataObject
) -> None:
    record = data.draw(records(name))
    setattr(record, last, None)
    assert decoder(form, name, "_prefix")(encoder(form, name)(record)) == (record, -1)
    with pytest.raises(DecodeError):
        decoder(form, name, "_prefix")(encoder(form, name)(record) + b"\x00")


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """A valid encoding with bytes replaced, put in, taken out, or cut off."""
    data = bytearray(encoder("python", name)(draw(records(name))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("replace", "insert", "remove", "cut"))):
            case "replace":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=11))
            case "remove":
                del data[at : at + draw(st.integers(1, 9))]
            case _:
                del data[at:]
    return bytes(data)


@FORMS
@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
@settings(max_examples=48, deadline=None)
def test_damaged_bytes_raise_nothing_but_decode_error(form: str, name: str, data: st.DataObject) -> None:
    content = data.draw(damaged(name) | st.binary(max_size=400))
    try:
        decoded = decoder(form, name)(content)
    except DecodeError:
        return
    # What was taken for a record is one: the codec reads it back as it understood it.
    again = encoder(form, name)(decoded)
    assert encoder(form, name)(decoder(form, name)(again)) == again


@FORMS
@pytest.mark.parametrize(("name", "last"), PREFIXED)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_of_a_prefix_raise_nothing_but_decode_error(
    form: str, name: str, last: str, data: st.DataObject
) -> None:
    content = data.draw(damaged(name) | st.binary(max_size=400))
    try:
        decoder(form, name, "_prefix")(content)
    except DecodeError:
        return


def minimal_activity() -> structs.Activity:
    number = "6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90"
    return structs.Activity(
        id=number,
        workspace="w",
        connector="c",
        source="s",
        event="e",
        type="Create",
        object=structs.Object(id="o", type="Note"),
        thread=structs.Thread(id="t"),
        channel="comment",
        direction="inbound",
        visibility="public",
        published=1_764_000_000_000_000,
        clock="source",
        received=1_764_000_000_000_000,
        origin=structs.Origin(delivery=number, topic="deliveries.v1", partition=0, offset=0),
    )


@FORMS
def test_every_cut_is_found(form: str) -> None:
    encoded = codec.encode_activity(minimal_activity())
    for cut in range(len(encoded)):
        with pytest.raises(DecodeError, match=r"^Activity: "):
            decoder(form, "Activity")(encoded[:cut])


@FORMS
def test_bytes_left_over_are_found(form: str) -> None:
    with pytest.raises(DecodeError, match="2 bytes are left behind the record"):
        decoder(form, "Activity")(codec.encode_activity(minimal_activity()) + b"\0\0")


HUGE = {
    "length of 2 GiB": b"\xfe\xff\xff\xff\x0f",
    "length of 2^62": b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f",
    "negative length": b"\x01",
    "more than 64 bits": b"\xff" * 10 + b"\x01",
    "endless number": b"\xff" * 200,
}


@FORMS
@pytest.mark.parametrize("number", HUGE.values(), ids=HUGE)
def test_hostile_numbers_end_quickly_and_cost_no_memory(form: str, number: bytes) -> None:
    encoded = codec.encode_activity(minimal_activity())
    tracemalloc.start()
    try:
        for at in range(len(encoded)):
            with pytest.raises(DecodeError):
                decoder(form, "Activity")(encoded[:at] + number)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


@FORMS
def test_arrays_and_maps_in_several_blocks_are_read(form: str) -> None:
    # Avro allows blocks with a negative count and their size in bytes; other writers make them.
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
        ignored={"a": 1, "b": 2},
        dead=0,
        sum=b"\0" * 16,
        at=0,
    )
    encoded = codec.encode_ledger(ledger)
    one_block = b"\x04\x02a\x02\x02b\x04\x00"
    assert encoded.count(one_block) == 1
    blocks = b"\x01\x06\x02a\x02" + b"\x02\x02b\x04" + b"\x00"
    assert decoder(form, "Ledger")(encoded.replace(one_block, blocks)) == ledger
