"""Writes ``generated/models.py``: pydantic models."""

from __future__ import annotations

from commonline.schemas.generate.sources import (
    Array,
    Contract,
    Enum,
    Field,
    Fixed,
    Map,
    Optional,
    Primitive,
    Record,
    Type,
)
from commonline.schemas.generate.structs import positions, quoted
from commonline.schemas.generate.text import Lines, snake

_PYTHON = {
    "boolean": "bool",
    "int": "Int",
    "long": "Long",
    "timestamp": "Time",
    "double": "float",
    "string": "str",
    "uuid": "UUID",
    "bytes": "Bytes",
}
_HEAD = '''"""Records of the contract as pydantic models. Generated from ``schemas/avro``; do not edit."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from commonline.schemas.generated import decoder, encoder, records
from commonline.schemas.generated.records import (
%s)
from commonline.schemas.model import UUID, Bytes, Int, Long, Model, Time, microseconds
'''


def _annotation(kind: Type) -> str:
    match kind:
        case Primitive():
            return _PYTHON[kind.kind]
        case Enum() | Record():
            return kind.name
        case Fixed():
            return f"Annotated[Bytes, Field(min_length={kind.size}, max_length={kind.size})]"
        case Array():
            return f"tuple[{_annotation(kind.items)}, ...]"
        case Map():
            return f"dict[str, {_annotation(kind.values)}]"
        case Optional():
            return f"{_annotation(kind.of)} | None"


def _default(field: Field) -> str:
    if field.required:
        return ""
    if isinstance(field.type, Array):
        return " = ()"
    return " = Field(default_factory=dict)" if isinstance(field.type, Map) else f" = {field.default!r}"


def _to_wire(kind: Type, value: str) -> str:
    """Expression of the struct's value for a model's value."""
    match kind:
        case Primitive(kind="timestamp"):
            return f"microseconds({value})"
        case Primitive(kind="uuid"):
            return f"str({value})"
        case Record():
            return f"{value}.to_record()"
        case Array():
            inner = _to_wire(kind.items, "item")
            return f"list({value})" if inner == "item" else f"[{inner} for item in {value}]"
        case Map():
            return f"dict({value})"
        case Optional():
            inner = _to_wire(kind.of, value)
            return value if inner == value else f"None if {value} is None else {inner}"
        case _:
            return value


def _model(record: Record) -> list[str]:
    lines = Lines()
    lines.add("", "")
    with lines.block(f"class {record.name}(Model):"):
        lines.add(f'"""{quoted(record.doc)}"""', "")
        for field in positions(record):
            lines.add(f"{field.name}: {_annotation(field.type)}{_default(field)}", f'"""{quoted(field.doc)}"""')
        lines.add("", "@classmethod")
        with lines.block(f"def from_record(cls, record: records.{record.name}) -> Self:"):
            lines.add('"""The model of a struct. Raises ValidationError for a time beyond the calendar."""')
            lines.add("return cls.model_validate(record)")
        lines.add("")
        with lines.block(f"def to_record(self) -> records.{record.name}:"):
            lines.add('"""The struct of this model."""')
            with lines.block(f"return records.{record.name}("):
                for field in positions(record):
                    lines.add(f"{field.name}={_to_wire(field.type, f'self.{field.name}')},")
            lines.add(")")
        if record.stem:
            _wire(lines, record)
    return lines.text


def _wire(lines: Lines, record: Record) -> None:
    name = snake(record.name)
    lines.add("", "@classmethod")
    with lines.block("def from_avro(cls, data: bytes, position: int = 0) -> Self:"):
        lines.add('"""The model of an Avro encoding without framing. Raises DecodeError."""')
        lines.add(f"return cls.from_record(decoder.decode_{name}(data, position))")
    lines.add("")
    with lines.block("def to_avro(self) -> bytes:"):
        lines.add('"""Avro encoding without framing."""', f"return encoder.encode_{name}(self.to_record())")


def models(contract: Contract) -> str:
    """The module's text."""
    head = _HEAD % "".join(f"    {name},\n" for name in sorted(enum.name for enum in contract.enums))
    lines = [head.rstrip("\n")]
    for record in contract.structures:
        lines += _model(record)
    return "\n".join(lines) + "\n"
