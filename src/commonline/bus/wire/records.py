"""Batches of Kafka records (format version 2), put together in C: `_records`, typed by ``_records.pyi``.

There is no Python form of it: where it is not compiled, nothing of `commonline.bus.wire` is used, and librdkafka
produces. For it is about speed alone: handing a record with seven headers to librdkafka costs 2 µs, and its own thread
as much again.

The format is Apache Kafka's (Message Format, "Record Batch"). Records are appended as they are encoded; `Batch.seal`
adds the header, LZ4 where it makes the batch smaller, and the CRC-32C, all without the GIL, so one batch can be sealed
while another is filled. Other C modules append from plain buffers: ``records.h``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from commonline.compiled import Extension, extension

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator, Batch

NAME = "commonline.bus.wire._records"
SOURCES = tuple(
    Path(__file__).with_name(name)
    for name in (
        *("accumulator.c", "accumulator.h", "appending.c", "batch.c", "batch.h"),
        *("hashes.c", "module.c", "reading.c", "records.h", "rooms.c", "seal.c"),
    )
)
INTERFACE = Path(__file__).with_name("records.h")
"""What other C modules are compiled against."""
BATCH_BYTES: int = 1_000_000
"""Bytes of records in a batch before it is compressed, as much as librdkafka takes (``batch.size``)."""
FULL_BYTES, LOOK_BYTES = 512 * 1024, 256 * 1024
"""A batch leaves with so many bytes; whether one has them is looked at when so many more have come."""
Headers: TypeAlias = Sequence[tuple[str, bytes | None]] | bytes | None
"""Names and values in order; or the whole section as records hold it, encoded before (``records.h``)."""


class Form(NamedTuple):
    """Whether batches can be built here: ``compiled`` or ``librdkafka``, and why not."""

    name: str
    why: str = ""


@cache
def found() -> Extension:
    """The C module."""
    return extension(NAME, *SOURCES)


def form() -> Form:
    """Who builds the batches of this process."""
    made = found()
    return Form("compiled") if made.module is not None else Form("librdkafka", made.why)


def accumulator(batch_bytes: int = BATCH_BYTES) -> Accumulator:
    """Batches by topic and partition, none of them larger, but for a record that is larger alone.

    Raises `RuntimeError` where nothing is compiled: ask `form` before.
    """
    made: Accumulator = _module().Accumulator(batch_bytes)
    return made


def builder() -> object:
    """The capsule by which other C modules append (``records.h``). Raises as `accumulator`."""
    return _module().api


def batch() -> Batch:
    """An empty batch. Raises as `accumulator`."""
    made: Batch = _module().Batch()
    return made


def _module() -> Any:
    module, why = found()
    if module is None:
        raise RuntimeError(f"{NAME}: {why}")
    return module
