"""The compiled form of declared mappings: from a delivery's bytes in Kafka to the activity's, in one call.

The engine does what is commonplace, and steps aside for the rest: the Python form (`items.drafts`, `finish`) decides
that record, and is the definition of what the engine must give, byte for byte. There is an engine where its C sources
were compiled, and a source takes part if its table has a compiled form (`program`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from mmap import mmap
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from confluent_kafka import Message

from commonline.compiled import Extension, extension
from commonline.kit.declared.program import SYMBOLS

_KNOWN_CHARACTERS = 0x20000
_JAMO = range(0x1160, 0x1200)
"""Vowels and final consonants that NFC composes with what stands before."""


class Finished(NamedTuple):
    """What the engine made of a delivery. `key` and `value` are the Kafka record's; `published` and `received` are
    microseconds; `verb` is the number of the activity's type."""

    workspace: str
    source: str
    verb: int
    id: str
    key: bytes
    value: bytes
    published: int
    received: int
    traceparent: bytes | None


class Counted(NamedTuple):
    """How many records of a partition, source and hour the engine did; `live`: of them no replays; the sum of the
    activities' ids, in two halves of 64 bits."""

    partition: int
    workspace: str
    source: str
    hour: int
    records: int
    live: int
    upper: int
    lower: int


class Engine(Protocol):
    """The C module's class."""

    def add(self, spec: Mapping[str, Any]) -> None:
        """Take in a source's plan (`program.program`). Raises `ValueError`: it is larger than the engine's tables."""

    def enable(self, source: bytes, on: bool) -> None:
        """Whether a source's records are worked on."""

    def work(self, messages: list[Message], page: mmap) -> list[int]:
        """Work on some messages, each named in the page of `Flight` first. Returns the places of those that step aside;
        the results of the others are kept until the next call."""

    def counts(self) -> list[tuple[Any, ...]]:
        """What was worked on: the fields of `Counted`."""

    def hand_over(self, first: int, end: int, at: int, topic: str, accumulator: object, builder: object, /) -> int:
        """Append the results at these places to an `Accumulator` of ``commonline.bus.wire``, with their headers;
        `builder` is the capsule of its module, `at` the present. Returns the bytes that are held then; 0: no results.
        """

    def result(self, number: int) -> tuple[Any, ...] | None:
        """The fields of `Finished`; None: the record at that place stepped aside."""


@cache
def module() -> Extension:
    """The C module, or why there is none."""
    return extension("commonline.kit.declared._engine", *sources())


def sources() -> list[Path]:
    """What it is made from."""
    here, whole = Path(__file__).parent, Path(__file__).parent.parent.parent
    return [whole / "bus" / "wire" / "records.h", whole / "hashes.h", *sorted((here / "native").glob("*.[ch]"))]


def symbols() -> tuple[tuple[tuple[bytes, bytes], ...], ...]:
    """The contract's words as the engine is given them, with their spelling in small letters."""
    return tuple(tuple((one.encode(), one.lower().encode()) for one in words) for words in SYMBOLS.values())


@cache
def plain_characters() -> bytes:
    """A bit for each code point that stands in a text as it is: assigned, no white space, nothing that NFC moves,
    composes or replaces, and nothing that `tidy` takes away. Made from this Python's own Unicode tables."""
    table = bytearray(_KNOWN_CHARACTERS // 8)
    composing = _second_characters()
    for point in range(0x80, _KNOWN_CHARACTERS):
        character = chr(point)
        category = unicodedata.category(character)
        if category in ("Cn", "Cs", "Cc") or character.isspace() or point in _JAMO or character in composing:
            continue
        if not unicodedata.combining(character) and unicodedata.is_normalized("NFC", character):
            table[point >> 3] |= 1 << (point & 7)
    return bytes(table)


def _second_characters() -> set[str]:
    """Those that some character is composed of together with the one before."""
    pairs = (unicodedata.decomposition(chr(point)).split() for point in range(0x80, 0x30000))
    return {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<")}


def engine(made: ModuleType, frames: tuple[bytes, bytes], topic: str, key: bytes) -> Engine:
    """An engine of a C module, without sources yet. `frames` stand before deliveries and activities, `topic` is where
    deliveries are read, `key` hashes objects to record keys."""
    found: Engine = made.Engine(*frames, topic.encode(), key, plain_characters(), symbols())
    return found
