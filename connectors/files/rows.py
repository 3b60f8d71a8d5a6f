"""Files to rows: every row by its bytes, with the line at which it begins. Nothing here knows what a row means."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

import msgspec

from commonline.errors import ConfigurationError

CSV, JSON_LINES = "csv", "jsonl"
ENDINGS = {"csv": CSV, "tsv": CSV, "txt": CSV, "jsonl": JSON_LINES, "ndjson": JSON_LINES}
DELIMITERS = ",;\t|"
LONGEST_ROW = 4 * 1024 * 1024
"""Bytes of one row, and below it lines; a quote that is never closed would else take the whole file."""
MOST_LINES = 1000
BOM = b"\xef\xbb\xbf"
csv.field_size_limit(LONGEST_ROW)


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: its bytes, the line at which it begins (from 1), and where the next one begins."""

    data: bytes
    line: int
    end: int
    whole: bool
    """Whether a line end stands behind it: the last row of a file that is still written may have none."""


class Layout(msgspec.Struct, frozen=True, gc=False):
    """How a file is written. `head` are the bytes of its first row where that names the columns."""

    format: str
    encoding: str
    delimiter: str = ","
    head: bytes = b""


def format_of(name: str) -> str | None:
    """What a file's ending stands for."""
    return ENDINGS.get(name.rpartition(".")[2].lower())


def layout(
    name: str, lines: Iterator[bytes], *, format_: str, encoding: str, delimiter: str
) -> tuple[Layout, Row | None]:
    """How a file is written, and the first row of a CSV, which names the columns.

    Raises `ConfigurationError` for what cannot be told, and for encodings in which a line end is more than a byte.
    """
    chosen = format_ if format_ != "auto" else format_of(name)
    if chosen is None:
        raise ConfigurationError(f'{name}: neither .csv nor .jsonl; say format = "csv" or "jsonl"')
    try:
        plain = '"\n,;'.encode(encoding) == b'"\n,;'
    except LookupError:
        plain = False
    if not plain:
        raise ConfigurationError(f"encoding: {encoding!r} is not read; write utf-8, windows-1252 … or convert the file")
    if len(delimiter) > 1:
        raise ConfigurationError(f"delimiter: {delimiter!r} is not one character")
    if chosen == JSON_LINES:
        return Layout(JSON_LINES, encoding), None
    first = next(_quoted(lines, 1, 0), None)
    head = first.data.removeprefix(BOM) if first is not None else b""
    text = head.decode(encoding, "replace")
    return Layout(CSV, encoding, delimiter or max(DELIMITERS, key=text.count), head), first


def rows(lines: Iterator[bytes], layout_: Layout, *, line: int, offset: int) -> Iterator[Row]:
    """The rows of the lines that follow a position. A row of CSV may have line ends within quotes."""
    if layout_.format == CSV:
        yield from _quoted(lines, line, offset)
        return
    for number, raw in enumerate(lines, start=line):
        offset += len(raw)
        if raw.strip():
            yield Row(raw, number, offset, raw.endswith(b"\n"))


def _quoted(lines: Iterator[bytes], line: int, offset: int) -> Iterator[Row]:
    """A row ends where the quotes are even (a doubled one counts twice). One that never ends is its first line."""
    waiting: deque[bytes] = deque()
    held: list[bytes] = []
    size = quotes = 0
    while True:
        raw = waiting.popleft() if waiting else next(lines, b"")
        if raw:
            held.append(raw)
            size += len(raw)
            quotes += raw.count(b'"')
            if quotes % 2 and size < LONGEST_ROW and len(held) < MOST_LINES:
                continue
        if not held:
            return
        if quotes % 2 and len(held) > 1:
            waiting.extendleft(reversed(held[1:]))
            del held[1:]
        data = b"".join(held)
        offset += len(data)
        if data.strip():
            yield Row(data, line, offset, data.endswith(b"\n"))
        line += len(held)
        held, size, quotes = [], 0, 0
