"""Writes ``generated/encoder.py``: straight-line code for each record.

A record becomes a fixed list of pieces that one ``bytes.join`` puts together: in CPython four times as fast
as appending to a bytearray, and pieces that never change are constants. Anything the schema forbids makes a
piece fail; then, off the fast path, ``faults.explain`` looks for the field and says its path.
"""

from __future__ import annotations

from commonline.schemas.generate.sources import Contract, Enum, Optional, Record
from commonline.schemas.generate.text import Lines, constant, snake
from commonline.schemas.generate.writing import Writer

_HEAD = '''"""Avro encoders of the contract's records. Generated from ``schemas/avro``; do not edit.

Each raises `EncodeError`, with the path of the field, for a value that the schema forbids.
"""

from __future__ import annotations

from commonline.schemas.faults import CAUSES, explain
from commonline.schemas.generated.records import (
%s)
from commonline.schemas.wire import (
    LAST_PAIRS,
    LONGS,
    OPTIONAL_LONGS,
    PAIRS,
    TIME_LIMIT,
    TIME_START,
    cached_string,
    double_pack,
    encode_int,
    encode_long,
    remember,
)

_join = b"".join
'''


def _tables(contract: Contract) -> list[str]:
    lines = ['_BOOLEANS = {False: b"\\x00", True: b"\\x01"}']
    optional = {
        f.type.of.name
        for r in contract.structures
        for f in r.fields
        if isinstance(f.type, Optional) and isinstance(f.type.of, Enum)
    }
    for enum in contract.enums:
        pairs = ", ".join(f'"{s}": b"\\x{2 * i:02x}"' for i, s in enumerate(enum.symbols))
        lines.append(f"{constant(enum.name)}: dict[str, bytes] = {{{pairs}}}")
        if enum.name in optional:
            pairs = ", ".join(f'"{s}": b"\\x02\\x{2 * i:02x}"' for i, s in enumerate(enum.symbols))
            lines.append(f'_OPTIONAL{constant(enum.name)}: dict[str | None, bytes] = {{None: b"\\x00", {pairs}}}')
    return lines


def _part(record: Record) -> list[str]:
    lines = Lines()
    with lines.block(f"def _{snake(record.name)}(r: {record.name}) -> bytes:"):
        pieces = Writer(lines).record(record, "r")
        lines.add(f"return _join(({', '.join(pieces)}))")
    return ["", "", *lines.text]


def _public(record: Record) -> list[str]:
    lines = Lines()
    with lines.block(f"def encode_{snake(record.name)}(record: {record.name}) -> bytes:"):
        lines.add('"""Avro encoding of the record, without framing."""')
        with lines.block("try:"):
            pieces = Writer(lines).record(record, "record")
            lines.add(f"return _join(({', '.join(pieces)}))")
        with lines.block("except CAUSES as error:"):
            lines.add(f'raise explain("{record.name}", record, error) from error')
    return ["", "", *lines.text]


def _prefix(record: Record) -> list[str]:
    last = record.fields[-1]
    lines = Lines()
    with lines.block(f"def encode_{snake(record.name)}_prefix(record: {record.name}) -> bytes:"):
        lines.add(
            '"""All but the last field, then the branch that says an Activity follows: append its encoding.',
            "",
            f"`record.{last.name}` is not read.",
            '"""',
        )
        with lines.block("try:"):
            function = Writer(lines)
            pieces = function.fields(record, record.fields[:-1], "record")
            lines.add(f'return _join(({", ".join(pieces)}, b"\\x02"))')
        with lines.block("except CAUSES as error:"):
            lines.add(f'raise explain("{record.name}", record, error) from error')
    return ["", "", *lines.text]


def has_prefix(record: Record) -> bool:
    """The last field is a nullable Activity, so that bytes of an Activity can be appended."""
    last = record.fields[-1].type
    return isinstance(last, Optional) and isinstance(last.of, Record) and last.of.name == "Activity"


def encoder(contract: Contract) -> str:
    """The module's text."""
    parts = [r for r in contract.structures if not r.stem or r.name == "Activity"]
    names = sorted(r.name for r in contract.structures)
    lines = [_HEAD % "".join(f"    {name},\n" for name in names), *_tables(contract)]
    for record in parts:
        lines += _part(record)
    for record in contract.records:
        lines += _public(record)
        if has_prefix(record):
            lines += _prefix(record)
    return "\n".join(lines) + "\n"
