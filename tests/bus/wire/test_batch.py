"""Batches as other clients read them, whatever is in them."""

from __future__ import annotations

import importlib.util
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import lz4.frame
import pytest
from aiokafka.codec import lz4_decode as cramjam_decode
from hypothesis import example, given
from hypothesis import strategies as st
from kafka.codec import lz4_decode
from kafka.errors import CorruptRecordError
from kafka.record.util import encode_varint

from commonline.bus.wire.records import NAME
from tests.bus.wire.built import Given, Header, Piece, batch_of, functions, module, piece, read

HEADER_SIZE = 61
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | st.binary(max_size=300)
HEADERS = st.lists(st.tuples(NAMES, MAYBE), max_size=40)
TIMES = st.integers(1, 1 << 62) | st.integers(-(1 << 40), -1) | st.integers(1_700_000_000_000, 1_700_000_100_000)
RECORDS = st.lists(st.tuples(MAYBE, MAYBE, HEADERS, TIMES), min_size=1, max_size=30)
STAMPED: list[tuple[str, bytes | None]] = [("ce_id", b"0b5c" * 9), ("ce_type", b"commonline.activity.create.v1")]


def section(headers: list[tuple[str, bytes | None]]) -> bytes:
    """Headers as records hold them, by kafka-python's numbers."""
    made = bytearray()
    encode_varint(len(headers), made.append)
    for name, value in headers:
        for part in (name.encode(), value):
            encode_varint(-1 if part is None else len(part), made.append)
            made += part or b""
    return bytes(made)


@given(RECORDS)
@example([(b"x" * 3_000_000, b"", [("größe", None)], 5), (None, None, [], 1 << 40)])
def test_records_come_out_as_they_went_in(records: list[Any]) -> None:
    batch = module().Batch()
    for count, (value, key, headers, at) in enumerate(records):
        before = batch.size
        assert batch.append(value, key, headers, at) == batch.size > before
        assert batch.count == count + 1
    found = read(batch.seal(7, 3, 11, transactional=False))
    assert [(one.value, one.key, one.headers, one.timestamp) for one in found] == records
    assert [one.offset for one in found] == list(range(len(records)))
    assert batch.first_timestamp == records[0][3]
    assert batch.max_timestamp == max(at for *_, at in records)


@given(RECORDS)
def test_an_encoded_section_of_headers_is_the_same_as_the_list(records: list[Any]) -> None:
    listed, encoded = module().Batch(), module().Batch()
    for value, key, headers, at in records:
        listed.append(value, key, headers, at)
        encoded.append(value, key, section(headers), at)
    assert listed.seal(1, 0, 0, transactional=True) == encoded.seal(1, 0, 0, transactional=True)


@given(HEADERS, st.data())
def test_a_broken_section_is_refused_and_nothing_is_appended(headers: Any, data: st.DataObject) -> None:
    whole = section(headers)
    batch = module().Batch()
    for broken in (whole[: data.draw(st.integers(0, len(whole) - 1))], whole + b"\0"):
        with pytest.raises(ValueError, match="not an encoded section"):
            batch.append(b"", None, broken, 1)
    damaged = bytearray(whole)
    damaged[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        batch.append(b"v", None, bytes(damaged), 1)
    except ValueError:
        assert batch.count == 0
    else:
        batch.append(b"end", None, None, 1)
        assert values(batch) in ([b"v", b"end"], None)


def values(batch: Any) -> list[bytes | None] | None:
    """What is read; None where a header's name is no text, which kafka-python refuses."""
    try:
        return [one.value for one in read(batch.seal(1, 0, 0, transactional=False))]
    except CorruptRecordError as error:
        if "UnicodeDecodeError" in str(error):
            return None
        raise


def test_the_header_says_who_sends_and_how() -> None:
    batch = module().Batch()
    batch.append(b"a", b"k", STAMPED, 2000)
    batch.append(b"b", b"k", STAMPED, 1000)
    found = batch_of(batch.seal((1 << 62) + 1, 0x7FFF, (1 << 31) - 1, transactional=True))
    assert (found.magic, found.base_offset, found.last_offset_delta, found.records_count) == (2, 0, 1, 2)
    assert (found.producer_id, found.producer_epoch, found.base_sequence) == ((1 << 62) + 1, 0x7FFF, (1 << 31) - 1)
    assert (found.first_timestamp, found.max_timestamp, found.timestamp_type) == (2000, 2000, 0)
    assert found.is_transactional
    assert not found.is_control_batch
    assert not batch_of(batch.seal(1, 0, 0, transactional=False)).is_transactional


def test_compressed_only_where_that_is_smaller_and_others_read_it() -> None:
    batch = module().Batch()
    batch.append(b"short", None, None, 1)
    assert batch_of(batch.seal(1, 0, 0, transactional=True)).compression_type == 0
    batch.append(b"long " * 100_000, None, STAMPED, 1)
    sealed = batch.seal(1, 0, 0, transactional=True)
    assert batch_of(sealed).compression_type == 3
    assert len(sealed) < batch.size / 100
    body = sealed[HEADER_SIZE:]
    assert lz4_decode(body) == cramjam_decode(body)
    assert len(lz4_decode(body)) == batch.size
    told = lz4.frame.get_frame_info(body)
    assert not told["block_linked"]
    assert told["block_size_id"] == lz4.frame.BLOCKSIZE_MAX64KB


def test_zero_is_now() -> None:
    batch = module().Batch()
    before = time.time_ns() // 1_000_000
    batch.append(b"", None, None, 0)
    assert before <= batch.first_timestamp <= time.time_ns() // 1_000_000


def test_an_empty_batch_cannot_be_sealed_and_a_cleared_one_begins_anew() -> None:
    batch = module().Batch()
    with pytest.raises(ValueError, match="holds no record"):
        batch.seal(1, 0, 0, transactional=True)
    batch.append(b"a" * 100, b"k", STAMPED, 5)
    first = batch.seal(1, 0, 0, transactional=True)
    batch.clear()
    assert (batch.count, batch.size, batch.first_timestamp, batch.max_timestamp) == (0, 0, -1, -1)
    batch.append(b"a" * 100, b"k", STAMPED, 5)
    assert batch.seal(1, 0, 0, transactional=True) == first


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("text", None, None, 1), "value: str, where bytes or None"),
        ((b"", 3, None, 1), "key: int"),
        ((b"", None, [("a", "b")], 1), "header: str"),
        ((b"", None, [(b"a", b"b")], 1), "headers: each is a tuple"),
        ((b"", None, [["a", b"b"]], 1), "headers: each is a tuple"),
        ((b"", None, 3, 1), "headers: a sequence"),
        ((b"", None, None, 1.5), "time stamp: float"),
        ((b"", None, None), "append"),
    ],
)
def test_what_is_no_record_is_refused(given: Any, error: str) -> None:
    batch = module().Batch()
    with pytest.raises(TypeError, match=error):
        batch.append(*given)
    with pytest.raises(UnicodeEncodeError):
        batch.append(b"", None, [("\ud800", b"")], 1)
    with pytest.raises(OverflowError):
        batch.append(b"", None, None, 1 << 63)
    assert batch.count == batch.size == 0


def test_a_batch_is_sealed_while_others_are_filled() -> None:
    batches = [module().Batch() for _ in range(8)]
    with ThreadPoolExecutor(2) as pool:
        sealed = []
        for number, batch in enumerate(batches):
            for count in range(3000):
                batch.append(b"%d:%d" % (number, count) * 9, None, STAMPED, 1)
            sealed.append(pool.submit(batch.seal, 1, 0, 0, transactional=True))
        found = [read(one.result()) for one in sealed]
    assert [[one.value for one in some] for some in found] == [
        [b"%d:%d" % (number, count) * 9 for count in range(3000)] for number in range(8)
    ]


def test_room_that_is_used_again_holds_nothing_of_before() -> None:
    large = bytes(70_000)
    for _ in range(2):
        many = [module().Batch() for _ in range(100)]  # some room is kept, the rest is too much
        for number, batch in enumerate(many):
            for _ in range(number % 8 + 1):
                batch.append(large, b"before", None, 1)
    del many, batch
    again = module().Batch()
    values = [b"%d" % number * 30_000 for number in range(4)]
    for value in values:
        again.append(value, b"k", None, 1)
    assert [(one.key, one.value) for one in read(again.seal(1, 0, 0, transactional=True))] == [
        (b"k", value) for value in values
    ]


def test_a_batch_that_is_being_sealed_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same module, loaded once more, compresses by a function that asks for what another thread might."""
    refused: list[object] = []

    def compress(data: memoryview, **how: Any) -> Any:
        for ask in (batch.clear, partial(batch.append, b"", None, None, 1), seal):
            with pytest.raises(BufferError, match="being sealed"):
                ask()
            refused.append(ask)
        return frame(data, **how)

    frame = lz4.frame.compress
    monkeypatch.setattr(lz4.frame, "compress", compress)
    spec = importlib.util.spec_from_file_location(NAME, shutil.copy(module().__file__, tmp_path))
    assert spec is not None
    batch = importlib.util.module_from_spec(spec).Batch()
    seal = partial(batch.seal, 1, 0, 0, transactional=True)
    batch.append(bytes(1000), b"k", None, 1)
    assert [one.value for one in read(seal())] == [bytes(1000)]
    assert len(refused) == 3
    batch.clear()
    assert batch.count == 0


@given(st.lists(MAYBE.filter(lambda data: data is not None), max_size=3), MAYBE, HEADERS)
def test_other_c_modules_append_from_plain_buffers(parts: list[bytes], key: bytes | None, headers: Any) -> None:
    api = functions()
    batch, same = module().Batch(), module().Batch()
    named = (Header * len(headers))(*(Header(piece(name.encode()), piece(value)) for name, value in headers))
    value = (Piece * len(parts))(*map(piece, parts))
    record = Given(piece(key), value, len(parts), named, len(headers), Piece(), 77)
    assert api.version == 1
    assert api.append(batch, record) == same.append(b"".join(parts) if parts else None, key, headers, 77)
    block = section(headers)
    record.block, record.header_count = piece(block), 0
    assert api.append(batch, record) == same.append(b"".join(parts) if parts else None, key, headers, 77)
    assert batch.seal(1, 0, 0, transactional=True) == same.seal(1, 0, 0, transactional=True)
    with pytest.raises(TypeError, match="where a Batch is expected"):
        api.append(object(), record)


def test_what_is_larger_than_kafka_can_hold_is_refused() -> None:
    batch = module().Batch()
    large = bytes(1 << 20)
    record = Given(piece(None), (Piece * 3000)(*[piece(large)] * 3000), 3000, None, 0, Piece(), 1)
    with pytest.raises(OverflowError, match="2 GiB"):
        functions().append(batch, record)
    assert batch.size == 0
