"""Writes ``generated/decoder.py``: straight-line code for each record.

The code checks no lengths as it goes: a slice of too few bytes moves the position past the end, where the
next look-up, or the last check, fails. Positions only grow, and every item of an array takes a byte or more,
so that hostile counts and lengths end quickly. Structs are made by position: six times as fast as by keyword.
"""

from __future__ import annotations

from commonline.schemas.generate.encoder import has_prefix
from commonline.schemas.generate.reading import Reader, Runs
from commonline.schemas.generate.sources import Contract, Record
from commonline.schemas.generate.structs import positions
from commonline.schemas.generate.text import Lines, constant, snake

_HEAD = '''"""Avro decoders of the contract's records. Generated from ``schemas/avro``; do not edit.

Each raises `DecodeError` for bytes that are not the encoding of its record. They read this version of
the schemas only; ``evolution`` reads what other versions wrote.
"""

from __future__ import annotations

from commonline.schemas.broken import CAUSES, broken, check_end
from commonline.schemas.generated.records import (
%s)
from commonline.schemas.wire import (
    FIRST_GROUPS,
    JUMPS,
    LAST_GROUPS,
    MIDDLE_GROUPS,
    TIME_LIMIT,
    decode_bytes,
    decode_count,
    decode_int,
    decode_long,
    decode_string,
    decode_time,
    double_unpack,
    halves_unpack,
)
'''


def _part(record: Record, runs: Runs) -> list[str]:
    lines = Lines()
    with lines.block(f"def _{snake(record.name)}(b: bytes, p: int) -> tuple[{record.name}, int]:"):
        Reader(lines, runs).record(record, "record", 0)
        lines.add("return record, p")
    return ["", "", *lines.text]


def _public(record: Record) -> list[str]:
    lines = Lines()
    name = snake(record.name)
    with lines.block(f"def decode_{name}(data: bytes, position: int = 0) -> {record.name}:"):
        lines.add('"""The record whose encoding is all of `data` from `position` on."""')
        with lines.block("try:"):
            lines.add(f"record, end = _{name}(data, position)")
        with lines.block("except CAUSES as error:"):
            lines.add(f'raise broken("{record.name}", data, error) from error')
        with lines.block("if end != len(data):"):
            lines.add(f'check_end("{record.name}", data, end)')
        lines.add("return record")
    return ["", "", *lines.text]


def _prefix(record: Record, runs: Runs) -> list[str]:
    lines = Lines()
    name = snake(record.name)
    last = record.fields[-1]
    with lines.block(f"def _{name}_prefix(b: bytes, p: int) -> tuple[{record.name}, int]:"):
        names = Reader(lines, runs).fields(record, record.fields[:-1], 1)
        values = ", ".join(names[field.name] for field in positions(record) if field is not last)
        lines.add(f"record = {record.name}({values}, None)", "n = b[p]")
        with lines.block("if n == 2:"):
            lines.add("return record, p + 1")
        with lines.block("if n == 0 and p + 1 == len(b):"):
            lines.add("return record, -1")
        lines.add('raise ValueError("branch")')
    text = ["", "", *lines.text]
    lines = Lines()
    with lines.block(f"def decode_{name}_prefix(data: bytes, position: int = 0) -> tuple[{record.name}, int]:"):
        lines.add(f'"""The record without `{last.name}`, and the position of the Activity\'s bytes or -1."""')
        with lines.block("try:"):
            lines.add(f"return _{name}_prefix(data, position)")
        with lines.block("except CAUSES as error:"):
            lines.add(f'raise broken("{record.name}", data, error) from error')
    return [*text, "", "", *lines.text]


def _tables(contract: Contract) -> list[str]:
    lines = ["_BOOLEANS = {0: False, 1: True}"]
    for enum in contract.enums:
        pairs = ", ".join(f'{2 * i}: "{s}"' for i, s in enumerate(enum.symbols))
        lines.append(f"{constant(enum.name)}: dict[int, {enum.name}] = {{{pairs}}}")
    return lines


def decoder(contract: Contract) -> str:
    """The module's text."""
    runs = Runs()
    functions = [line for record in contract.structures for line in _part(record, runs)]
    for record in contract.records:
        functions += _public(record)
        if has_prefix(record):
            functions += _prefix(record, runs)
    names = sorted([*(r.name for r in contract.structures), *(e.name for e in contract.enums)])
    head = _HEAD % "".join(f"    {name},\n" for name in names)
    tables = [line for table in runs.tables.values() for line in table]
    return "\n".join([head, *_tables(contract), *tables, *functions]) + "\n"
