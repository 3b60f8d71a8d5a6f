"""Writes ``generated/shapes.py``: the records as nested tuples, which the compiled codec reads when it is loaded."""

from __future__ import annotations

from commonline.schemas.generate.sources import Array, Contract, Enum, Fixed, Map, Optional, Primitive, Record, Type
from commonline.schemas.generate.text import constant
from commonline.schemas.generate.tuning import FEW_VALUES

_HEAD = '''"""The contract's records as the compiled codec (``codec.c``) takes them. Generated; do not edit.

A part is a tuple: its kind, then what belongs to the kind: symbols, a size, another part, or a struct with its
fields in the schema's order. ``few`` is a string of which there are few different values.
"""

from __future__ import annotations

from typing import Any

from commonline.schemas.generated.records import (
%s)

Shape = tuple[Any, ...]
'''


def _part(kind: Type) -> str:
    match kind:
        case Primitive(kind="timestamp"):
            return '("long",)'
        case Primitive(kind="boolean"):
            return '("boolean", (False, True))'
        case Primitive():
            return f'("{kind.kind}",)'
        case Enum():
            symbols = ", ".join(f'"{symbol}"' for symbol in kind.symbols)
            return f'("enum", ({symbols},))'
        case Fixed():
            return f'("fixed", {kind.size})'
        case Array():
            return f'("array", {_part(kind.items)})'
        case Map():
            return f'("map", {_part(kind.values)})'
        case Optional():
            return f'("optional", {_part(kind.of)})'
        case Record():
            return constant(kind.name)


def _record(record: Record) -> list[str]:
    lines = ["", f"{constant(record.name)}: Shape = (", '    "record",', f"    {record.name},", "    ("]
    for field in record.fields:
        part = '("few",)' if (record.name, field.name) in FEW_VALUES else _part(field.type)
        lines.append(f'        ("{field.name}", {part}),')
    return [*lines, "    ),", ")"]


def shapes(contract: Contract) -> str:
    """The module's text."""
    names = sorted(r.name for r in contract.structures)
    lines = [_HEAD % "".join(f"    {name},\n" for name in names)]
    for record in contract.structures:
        lines += _record(record)
    lines += ["", "SHAPES: dict[str, Shape] = {"]
    lines += [f'    "{record.name}": {constant(record.name)},' for record in contract.records]
    return "\n".join([*lines, "}"]) + "\n"
