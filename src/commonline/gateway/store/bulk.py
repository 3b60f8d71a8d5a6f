"""Many rows at once. PostgreSQL's driver sends a row at a time, 37 times slower than all of them as one JSON value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Table,
    Text,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    select,
    update,
)

from commonline.gateway.store.tables import versions

_ENDS = (
    ("of_feed", BigInteger),
    ("of_object", Text),
    ("of_began", BigInteger),
    ("ended_seq", BigInteger),
    ("ended", BigInteger),
)

_END = (
    update(versions)
    .where(
        versions.c.feed == bindparam("of_feed"),
        versions.c.object == bindparam("of_object"),
        versions.c.began_seq == bindparam("of_began"),
    )
    .values(ended_seq=bindparam("ended_seq"), ended=bindparam("ended"))
)


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; all have the same columns."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    given = func.json_populate_recordset(
        literal_column(f"NULL::{table.name}"), bindparam("rows", _plain(rows), type_=JSON)
    ).table_valued(*(column(name, table.c[name].type) for name in names))
    connection.execute(insert(table).from_select(names, select(*(given.c[name] for name in names))))


def end(connection: Connection, ends: Sequence[dict[str, Any]]) -> None:
    """End versions: `of_feed`, `of_object`, `of_began` say which, `ended_seq` and `ended` where and when."""
    if not ends:
        return
    v = versions.c
    if connection.dialect.name != "postgresql":
        connection.execute(_END, ends)
        return
    given = (
        func.json_to_recordset(bindparam("rows", _plain(ends), type_=JSON))
        .table_valued(*(column(name, kind) for name, kind in _ENDS))
        .render_derived(with_types=True)
    )
    g = given.c
    which = (v.feed == g.of_feed, v.object == g.of_object, v.began_seq == g.of_began)
    values: dict[str, Any] = {"ended_seq": g.ended_seq, "ended": g.ended}
    connection.execute(update(versions).where(*which).values(values))


def _plain(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As JSON has it and PostgreSQL reads it: it keeps no character NUL, and takes bytes in hexadecimal."""
    return [{name: _value(value) for name, value in row.items()} for row in rows]


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return value.replace("\0", "") if isinstance(value, str) else value
