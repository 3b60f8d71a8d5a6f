"""Reads files: what is appended and what is new while it runs, all of them in a back-fill.

The position is each file's byte offset; a file that became shorter is another one, and is read from its beginning.
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

from commonline.connectors.files.mapping import DELIMITER, LINE, NAME, values_of
from commonline.connectors.files.rows import JSON_LINES, Layout, Row, layout, rows
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.plan import plan
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.kit.times import parse
from commonline.schemas.records import Delivery

PAGE = 500
LONGEST_NAME = 200


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """All files once. Begun without a position, live reading takes what is added from now on."""
    places: dict[str, dict[str, int]] = dict((cursor or {}).get("files", {}))
    begin = cursor is None and context.mode == "live" and context.since_us is None
    for path in _files(context.settings["paths"]):
        if begin:
            places[str(path)] = _end(path)
            continue
        items: list[Item] = []
        for row, item in _rows(path, places.get(str(path)), context):
            if item is not None:
                items.append(item)
            places[str(path)] = {"line": row.line + row.data.count(b"\n"), "offset": row.end}
            if len(items) >= PAGE:
                yield Page(items, {"files": dict(places)})
                items = []
        if items:
            yield Page(items, {"files": dict(places)})
    yield Page([], {"files": dict(places)})


def _files(patterns: list[Any]) -> list[Path]:
    """In the order of their names. Raises `ConfigurationError` where a plain path does not exist."""
    found: dict[str, Path] = {}
    for pattern in patterns:
        names = sorted(glob.glob(str(pattern), recursive=True))
        if not names and not glob.has_magic(str(pattern)):
            raise ConfigurationError(f"paths: {pattern} does not exist")
        found.update((name, Path(name)) for name in names if Path(name).is_file())
    return list(found.values())


def _rows(path: Path, place: dict[str, int] | None, context: Context) -> Iterator[tuple[Row, Item | None]]:
    """The rows behind a position; without an item those that are older than what is asked for."""
    settings = context.settings
    live = context.mode == "live"
    with path.open("rb") as file:
        how, first = layout(
            str(path),
            file,
            format_=settings["format"],
            encoding=settings["encoding"],
            delimiter=settings["delimiter"],
        )
        if first is not None and not first.whole and live:
            return
        begin = {"line": 1 + first.data.count(b"\n"), "offset": first.end} if first else {"line": 1, "offset": 0}
        if place is not None and begin["offset"] <= place["offset"] <= path.stat().st_size:
            begin = place
        file.seek(begin["offset"])
        for row in rows(file, how, **begin):
            if live and not row.whole:
                return
            item = _item(path, row, how)
            yield row, (item if _is_wanted(item, how, context) else None)


def _item(path: Path, row: Row, how: Layout) -> Item:
    name = path.name[:LONGEST_NAME]
    digest = hashlib.sha256(row.data).hexdigest()[:32]
    headers = {NAME: name, LINE: str(row.line)}
    if how.format == JSON_LINES:
        kind, body = f"application/json; charset={how.encoding}", row.data.strip()
    else:
        kind, body = f"text/csv; header=present; charset={how.encoding}", how.head + row.data
        headers[DELIMITER] = how.delimiter
    return Item(body, kind, f"GET {name}", headers, f"{name}:{row.line}:{digest}")


def _is_wanted(item: Item, how: Layout, context: Context) -> bool:
    """Whether a row is of the time that is asked for; one whose time is not told, or not mapped, is."""
    if context.since_us is None:
        return True
    getter = plan(context.settings["mapping"]).get.get("published")
    if getter is None:
        return True
    # What cannot be read here is read: the mapping says what is wrong with it, and where.
    try:
        value = values_of(item.body, how.format, how.encoding, how.delimiter)
        moment = getter(Scope(value, value, cast("Delivery", None)))
    except MalformedPayloadError:
        return True
    told = parse(moment) if isinstance(moment, (str, int, float)) else None
    return told is None or told >= context.since_us


def _end(path: Path) -> dict[str, int]:
    """Behind the last whole line."""
    lines = offset = 0
    with path.open("rb") as file:
        for raw in file:
            if raw.endswith(b"\n"):
                lines, offset = lines + 1, offset + len(raw)
    return {"line": lines + 1, "offset": offset}
