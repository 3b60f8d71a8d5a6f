"""Reads the Avro files under ``schemas/avro`` into typed objects.

A named type is written down once: the twelve records of the wire in a file each, what they share in
``types/*.avsc``. Elsewhere its name stands. Rules beyond Avro's own, checked here: a union is ``["null", X]``
with null first; an enumeration has a default; everything has a doc; arrays and maps default to empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from commonline.schemas.errors import SourceError

NAMESPACE: Final = "commonline.v1"
PACKAGE: Final = Path(__file__).resolve().parent.parent
AVRO: Final = PACKAGE / "avro"
FILES: Final = (
    "delivery",
    "activity",
    "control",
    "conversation-activity",
    "feed-activity",
    "link",
    "person",
    "dead-letter",
    "cursor",
    "workspace",
    "ledger",
    "pulse",
    "completeness",
    "finding",
)

Json: TypeAlias = Any


class Missing:
    """The field has no default."""


MISSING: Final = Missing()


@dataclass(frozen=True)
class Primitive:
    """boolean, int, long, double, string, bytes; by logical type uuid (string), timestamp (long, µs)."""

    kind: str


@dataclass(frozen=True)
class Enum:
    """Symbols, and the one that a reader sees in place of a symbol that it does not know."""

    name: str
    doc: str
    symbols: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class Fixed:
    """`size` bytes."""

    name: str
    doc: str
    size: int


@dataclass(frozen=True)
class Array:
    """Items of one type."""

    items: Type


@dataclass(frozen=True)
class Map:
    """Values of one type by name."""

    values: Type


@dataclass(frozen=True)
class Optional:
    """Null, or the type."""

    of: Type


@dataclass(frozen=True)
class Field:
    """A field of a record; `default` is MISSING where every writer must give a value."""

    name: str
    type: Type
    doc: str
    default: Json | Missing = field(hash=False)

    @property
    def required(self) -> bool:
        """There is no default."""
        return self.default is MISSING


@dataclass(frozen=True)
class Record:
    """A record; `stem` is the name of its file without suffixes, empty for shared types."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    stem: str


Type: TypeAlias = Primitive | Enum | Fixed | Array | Map | Optional | Record

_LOGICAL: Final = {("string", "uuid"): "uuid", ("long", "timestamp-micros"): "timestamp"}
# As Avro's own implementation writes schemas; registries that parse and write them then give back the same text.
_ORDER: Final = ("type", "name", "namespace", "doc", "symbols", "size", "fields", "default")
_PRIMITIVES: Final = frozenset({"boolean", "int", "long", "double", "string", "bytes"})


@dataclass(frozen=True)
class Contract:
    """All types: `records` are those of the wire, `named` every named type, parts before what holds them."""

    records: tuple[Record, ...]
    named: tuple[Enum | Fixed | Record, ...]
    written: dict[str, Json]

    @property
    def enums(self) -> tuple[Enum, ...]:
        """Every enumeration."""
        return tuple(t for t in self.named if isinstance(t, Enum))

    @property
    def structures(self) -> tuple[Record, ...]:
        """Every record, shared ones too, parts before what holds them."""
        return tuple(t for t in self.named if isinstance(t, Record))

    def self_contained(self, name: str) -> Json:
        """The full schema of a record, as it is registered: each named type in full where it first stands."""
        return _embed(name, self.written, set())


def load(folder: Path = AVRO) -> Contract:
    """Read and check all files.

    Raises:
        SourceError: a type is written twice, is unknown, or breaks a rule.
    """
    written: dict[str, Json] = {}
    stems: dict[str, str] = {}
    for path in [*sorted((folder / "types").glob("*.avsc")), *(folder / f"{stem}.v1.avsc" for stem in FILES)]:
        content = json.loads(path.read_text(encoding="utf-8"))
        for item in content if isinstance(content, list) else [content]:
            if item["name"] in written:
                raise SourceError(f"{path.name}: {item['name']} is written down twice; keep one")
            written[item["name"]] = item
            stems[item["name"]] = "" if isinstance(content, list) else path.name.removesuffix(".v1.avsc")
    reader = _Reader(written, stems)
    roots = [name for name, stem in stems.items() if stem]
    records = tuple(reader.record(name) for name in roots)
    unused = sorted(set(written) - set(reader.done))
    if unused:
        raise SourceError(f"types that no record uses: {', '.join(unused)}; remove them")
    return Contract(records, tuple(reader.done.values()), written)


class _Reader:
    def __init__(self, written: dict[str, Json], stems: dict[str, str]) -> None:
        self.written = written
        self.stems = stems
        self.done: dict[str, Enum | Fixed | Record] = {}

    def record(self, name: str) -> Record:
        found = self.named(name, name)
        if not isinstance(found, Record):
            raise SourceError(f"{name}: the file must hold a record")
        return found

    def named(self, name: str, where: str) -> Enum | Fixed | Record:
        if name in self.done:
            return self.done[name]
        if name not in self.written:
            raise SourceError(f"{where}: no type {name}; write it down in types/ or mend the name")
        item = self.written[name]
        if not item.get("doc"):
            raise SourceError(f"{name}: has no doc")
        made: Enum | Fixed | Record
        if item["type"] == "enum":
            if item.get("default") not in item["symbols"]:
                raise SourceError(f"{name}: default must be one of the symbols")
            made = Enum(name, item["doc"], tuple(item["symbols"]), item["default"])
        elif item["type"] == "fixed":
            made = Fixed(name, item["doc"], item["size"])
        else:
            fields = tuple(self.field(f, f"{name}.{f['name']}") for f in item["fields"])
            made = Record(name, item["doc"], fields, self.stems[name])
        self.done[name] = made
        return made

    def field(self, item: Json, where: str) -> Field:
        kind = self.type(item["type"], where)
        default = item.get("default", MISSING)
        if not item.get("doc"):
            raise SourceError(f"{where}: has no doc")
        if isinstance(kind, Optional) and default is not None:
            raise SourceError(f"{where}: a nullable field must have the default null")
        if isinstance(kind, Array | Map) and default is not MISSING and default:
            raise SourceError(f"{where}: the default of an array or map must be empty")
        if isinstance(kind, Enum) and default is not MISSING and default not in kind.symbols:
            raise SourceError(f"{where}: default {default!r} is no symbol of {kind.name}")
        return Field(item["name"], kind, item["doc"], default)

    def type(self, item: Json, where: str) -> Type:
        if isinstance(item, list):
            if len(item) != 2 or item[0] != "null":
                raise SourceError(f'{where}: a union must be ["null", X]')
            return Optional(self.type(item[1], where))
        if isinstance(item, str):
            return Primitive(item) if item in _PRIMITIVES else self.named(item, where)
        if item["type"] == "array":
            return Array(self.type(item["items"], where))
        if item["type"] == "map":
            return Map(self.type(item["values"], where))
        logical = _LOGICAL.get((item["type"], item.get("logicalType")))
        if logical is None:
            raise SourceError(f"{where}: {item} is not used in this contract; see sources.py")
        return Primitive(logical)


def _embed(item: Json, written: dict[str, Json], seen: set[str]) -> Json:
    if isinstance(item, list):
        return [_embed(part, written, seen) for part in item]
    if isinstance(item, str):
        if item not in written:
            return item
        if item in seen:
            return item
        nested = bool(seen)
        seen.add(item)
        full = written[item]
        made = {key: full[key] for key in _ORDER if key in full and not (key == "namespace" and nested)}
        if "fields" in made:
            made["fields"] = [_embed_field(f, written, seen) for f in full["fields"]]
        return made
    return {k: _embed(v, written, seen) if k in ("items", "values") else v for k, v in item.items()}


def _embed_field(field: Json, written: dict[str, Json], seen: set[str]) -> Json:
    made = {"name": field["name"], "type": _embed(field["type"], written, seen), "doc": field["doc"]}
    return made | {"default": field["default"]} if "default" in field else made


def walk(kind: Type) -> Iterator[Type]:
    """The type and every type inside it, fields of records included, depth first."""
    yield kind
    match kind:
        case Array(items=inner) | Map(values=inner) | Optional(of=inner):
            yield from walk(inner)
        case Record():
            for part in kind.fields:
                yield from walk(part.type)
        case _:
            return


def parts(record: Record) -> set[str]:
    """Names of the named types inside a record, its own not."""
    inside = (kind for part in record.fields for kind in walk(part.type))
    return {kind.name for kind in inside if isinstance(kind, Enum | Fixed | Record)}
