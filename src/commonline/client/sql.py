"""The place of a reader in the caller's own database: one small table, in the caller's own transaction.

Works on any DB-API 2.0 connection (PEP 249): statements are written for its parameter style.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from commonline.errors import ConfigurationError, StateError

Parameters: TypeAlias = Sequence[object] | dict[str, object]
TABLE = "commonline_offsets"
CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    reader VARCHAR(200) NOT NULL,
    topic VARCHAR(249) NOT NULL,
    next_offset BIGINT NOT NULL,
    PRIMARY KEY (reader, topic)
)"""
TOUCH = f"UPDATE {TABLE} SET next_offset = next_offset WHERE reader = {{}} AND topic = {{}}"  # noqa: S608
SELECT = f"SELECT next_offset FROM {TABLE} WHERE reader = {{}} AND topic = {{}}"  # noqa: S608
INSERT = f"INSERT INTO {TABLE} (reader, topic, next_offset) VALUES ({{}}, {{}}, {{}})"  # noqa: S608
ADVANCE = f"UPDATE {TABLE} SET next_offset = {{}} WHERE reader = {{}} AND topic = {{}} AND next_offset = {{}}"  # noqa: S608


class Cursor(Protocol):
    """The part of a DB-API cursor that is used here."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, operation: str, parameters: Any = ..., /) -> Any: ...

    def fetchall(self) -> Any: ...

    def close(self) -> Any: ...


class Connection(Protocol):
    """The part of a DB-API connection that is used here: sqlite3's, psycopg's, pg8000's and others'."""

    def cursor(self) -> Cursor: ...

    def commit(self) -> Any: ...

    def rollback(self) -> Any: ...


def paramstyle(connection: object) -> str:
    """How the connection's driver writes parameters, from its module or a package above it.

    Raises:
        ConfigurationError: no module of the class or its bases says so.
    """
    for kind in type(connection).__mro__:
        name = kind.__module__
        while name:
            style = getattr(sys.modules.get(name), "paramstyle", None)
            if isinstance(style, str):
                return style
            name = name.rpartition(".")[0]
    raise ConfigurationError(
        f"{type(connection).__module__}.{type(connection).__name__} is of no DB-API driver (PEP 249): "
        "give the driver's own connection"
    )


def bound(statement: str, style: str, values: Sequence[object]) -> tuple[str, Parameters]:
    """A statement with ``{}`` for each value, as a driver of this parameter style takes it."""
    names = [f"p{number}" for number in range(1, len(values) + 1)]
    match style:
        case "qmark":
            return statement.format(*("?" for _ in values)), tuple(values)
        case "format" | "pyformat":
            return statement.format(*("%s" for _ in values)), tuple(values)
        case "numeric":
            return statement.format(*(f":{number}" for number in range(1, len(values) + 1))), tuple(values)
        case "named":
            return statement.format(*(f":{name}" for name in names)), dict(zip(names, values, strict=True))
    raise ConfigurationError(f"parameter style {style!r} is not one of PEP 249")


def check_transactional(connection: object) -> None:
    """Refuse a connection that commits every statement by itself: data and place would part.

    To be asked after a statement that writes: sqlite3 then says that a transaction is open, whatever the mode.

    Raises:
        ConfigurationError: it is in autocommit mode.
    """
    if getattr(connection, "autocommit", False) is True or getattr(connection, "in_transaction", True) is False:
        raise ConfigurationError(
            "the connection commits every statement by itself: switch its autocommit off, "
            "so that the place in the feed is committed together with the data"
        )


def check_place(at: int, begin: int, end: int, topic: str, reader: str) -> None:
    """Refuse a place that the log does not have any more, or not yet.

    Raises:
        StateError: the topic was made anew, or records were deleted, or the database is of another installation.
    """
    if not begin <= at <= end:
        raise StateError(
            f"reader {reader!r} was at offset {at} of {topic}, which has {begin} to {end} now: it is not the log that "
            f"was read. If it was made anew on purpose, delete the reader's row from {TABLE} together with the data "
            "that came by it, and start again"
        )


def overtaken(reader: str, topic: str) -> StateError:
    """The error of a reader whose place was moved by another process."""
    return StateError(
        f"another process reads {topic} as {reader!r} into the same database: this one's work was rolled back. "
        "Run one, or give each a name of its own"
    )
