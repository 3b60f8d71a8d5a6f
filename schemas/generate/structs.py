"""Writes ``generated/records.py``: msgspec structs."""

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

_PYTHON = {
    "boolean": "bool",
    "int": "int",
    "long": "int",
    "timestamp": "int",
    "double": "float",
    "string": "str",
    "uuid": "str",
    "bytes": "bytes",
}
_HEAD = '''"""Records of the contract as msgspec structs. Generated from ``schemas/avro``; do not edit.

Times are whole microseconds since 1970 in UTC, UUIDs are text of 36 characters, enumerations are their
symbols. Arrays and maps are never None; None means that the source does not say. Construct by keyword: the
structs accept positions, because the decoder needs that speed, but their order is no promise.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
'''


def python_type(kind: Type) -> str:
    """The annotation of a type in the structs."""
    match kind:
        case Primitive():
            return _PYTHON[kind.kind]
        case Enum() | Record():
            return kind.name
        case Fixed():
            return "bytes"
        case Array():
            return f"list[{python_type(kind.items)}]"
        case Map():
            return f"dict[str, {python_type(kind.values)}]"
        case Optional():
            return f"{python_type(kind.of)} | None"


def _unit(kind: Type) -> str:
    inner = kind.of if isinstance(kind, Optional) else kind
    if isinstance(inner, Primitive) and inner.kind == "timestamp":
        return " Microseconds, UTC."
    if isinstance(inner, Fixed):
        return f" {inner.size} bytes."
    return ""


def quoted(text: str) -> str:
    """A text as the inside of a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''")


def _field(field: Field) -> list[str]:
    default = "" if field.required else f" = {field.default!r}"
    annotation = python_type(field.type)
    return [f"    {field.name}: {annotation}{default}", f'    """{quoted(field.doc + _unit(field.type))}"""']


def positions(record: Record) -> list[Field]:
    """Fields in the order of the struct: those without default first."""
    return sorted(record.fields, key=lambda field: not field.required)


def _struct(record: Record) -> list[str]:
    lines = [
        "",
        "",
        f"class {record.name}(Struct, gc=False):",
        f'    """{quoted(record.doc)}"""',
        "",
    ]
    return lines + [line for field in positions(record) for line in _field(field)]


def _alias(enum: Enum) -> list[str]:
    symbols = "".join(f'    "{symbol}",\n' for symbol in enum.symbols)
    return ["", f"{enum.name} = Literal[\n{symbols}]", f'"""{quoted(enum.doc)}"""']


def structs(contract: Contract) -> str:
    """The module's text."""
    lines = [_HEAD]
    for enum in contract.enums:
        lines += _alias(enum)
    for record in contract.structures:
        lines += _struct(record)
    names = sorted([*(e.name for e in contract.enums), *(r.name for r in contract.structures)])
    lines += ["", "", "__all__ = [", *(f'    "{name}",' for name in names), "]"]
    return "\n".join(lines) + "\n"
