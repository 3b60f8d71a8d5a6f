"""The builder of batches, made for the tests where there is a C compiler; and a reader that is not ours."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple, cast

import pytest
from kafka.record.memory_records import MemoryRecords

from commonline.bus.wire.records import NAME
from tests.schemas import compiling


def module() -> Any:
    """The C module; skips the test where it cannot be built."""
    found, why = compiling.module(NAME)
    if found is None:
        pytest.skip(why)
    return found


class Read(NamedTuple):
    """A record as kafka-python reads it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


def batch_of(data: bytes) -> Any:
    """The only batch in `data`, as kafka-python sees it, its checksum checked."""
    records = MemoryRecords(data)
    batch = records.next_batch()
    assert batch.validate_crc()
    assert not records.has_next()
    return batch


def read(data: bytes) -> list[Read]:
    """The records of a sealed batch."""
    return [Read(one.offset, one.timestamp, one.key, one.value, list(one.headers)) for one in batch_of(data)]


class Piece(ctypes.Structure):
    """`records_piece` of records.h."""

    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_ssize_t)]


class Header(ctypes.Structure):
    """`records_header`."""

    _fields_ = [("name", Piece), ("value", Piece)]


class Given(ctypes.Structure):
    """`records_record`."""

    _fields_ = [
        ("key", Piece),
        ("value", ctypes.POINTER(Piece)),
        ("value_count", ctypes.c_ssize_t),
        ("headers", ctypes.POINTER(Header)),
        ("header_count", ctypes.c_ssize_t),
        ("block", Piece),
        ("timestamp_ms", ctypes.c_int64),
    ]


class Functions(ctypes.Structure):
    """`records_api`."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("append", ctypes.PYFUNCTYPE(ctypes.c_ssize_t, ctypes.py_object, ctypes.POINTER(Given))),
        (
            "accumulate",
            ctypes.PYFUNCTYPE(
                ctypes.c_ssize_t, ctypes.py_object, ctypes.py_object, ctypes.c_int32, ctypes.POINTER(Given)
            ),
        ),
    ]


def functions() -> Any:
    """What other C modules call."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    address = pointer(module().api, f"{NAME}.api".encode())
    return ctypes.cast(cast("int", address), ctypes.POINTER(Functions)).contents


def piece(data: bytes | None) -> Piece:
    """Null or bytes."""
    return Piece(data, 0 if data is None else len(data))
