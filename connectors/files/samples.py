"""Samples of files: every row as the source would have read it."""

from __future__ import annotations

import re

from commonline.connectors.files.mapping import DELIMITER, LINE, NAME
from commonline.connectors.files.rows import CSV, format_of, layout, rows
from commonline.kit.samples import Sample

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def read(name: str, data: bytes) -> list[Sample] | None:
    """The rows of a CSV file in UTF-8; None for all other files."""
    if format_of(name) != CSV:
        return None
    lines = (found[0] for found in _LINE.finditer(data))
    how, first = layout(name, lines, format_="auto", encoding="utf-8", delimiter="")
    if first is None:
        return []
    found = rows(lines, how, line=1 + first.data.count(b"\n"), offset=first.end)
    return [
        Sample(
            f"{name}:{row.line}",
            how.head + row.data,
            "text/csv; header=present; charset=utf-8",
            {NAME: name.rpartition("/")[2], LINE: str(row.line), DELIMITER: how.delimiter},
        )
        for row in found
    ]
