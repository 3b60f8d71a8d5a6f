"""Hypothesis strategies for the contract's records, made from the Avro files.

``records("Activity")`` draws valid structs: NUL, characters beyond the BMP, empty and long strings, the
limits of 32 and 64 bits, every symbol.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from commonline.schemas import records as structs
from commonline.schemas.generate.sources import (
    Array,
    Enum,
    Field,
    Fixed,
    Map,
    Optional,
    Primitive,
    Record,
    Type,
    load,
)

_contract = cache(load)
# Around the places where the encoding of a length grows by a byte.
_LENGTHS = st.sampled_from((0, 1, 63, 64, 127, 8191, 8192, 20_000))
_LONG_TEXTS = st.builds(lambda n, c: c * n, _LENGTHS, st.sampled_from("aé€😀\0"))
_TEXTS = st.one_of(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), _LONG_TEXTS)
# Times of every encoded length, and where the fast paths begin and end.
_TIMES = st.one_of(
    st.integers(1_500_000_000_000_000, 1_900_000_000_000_000),
    st.sampled_from([edge + step for edge in (1 << 48, 1 << 55, 0, 1 << 20) for step in (-1, 0, 1)]),
    st.integers(-(1 << 63), (1 << 63) - 1),
)
_PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "int": st.one_of(st.integers(0, 20_000), st.integers(-(1 << 31), (1 << 31) - 1)),
    "long": st.one_of(st.integers(0, 20_000), st.integers(-(1 << 63), (1 << 63) - 1)),
    "timestamp": _TIMES,
    "double": st.floats(allow_nan=False),
    "string": _TEXTS,
    "uuid": st.uuids().map(str),
    "bytes": st.binary(max_size=200),
}


@cache
def _of(kind: Type) -> st.SearchStrategy[Any]:
    match kind:
        case Primitive():
            return _PRIMITIVES[kind.kind]
        case Enum():
            return st.sampled_from(kind.symbols)
        case Fixed():
            return st.binary(min_size=kind.size, max_size=kind.size)
        case Array():
            return st.lists(_of(kind.items), max_size=3)
        case Map():
            return st.dictionaries(_TEXTS, _of(kind.values), max_size=3)
        case Optional():
            return st.none() | _of(kind.of)
        case Record():
            return st.builds(getattr(structs, kind.name), **{f.name: _field(f) for f in kind.fields})


def _field(field: Field) -> st.SearchStrategy[Any]:
    drawn = _of(field.type)
    if field.required or isinstance(field.type, Optional):
        return drawn
    default = field.default
    return st.builds(lambda: type(default)(default)) | drawn if isinstance(default, list | dict) else drawn


def records(name: str) -> st.SearchStrategy[Any]:
    """Valid structs of a record, by its name in the contract (``Activity``, ``Party`` …)."""
    found = next((record for record in _contract().structures if record.name == name), None)
    if found is None:
        raise KeyError(f"the contract has no record {name}")
    return _of(found)
