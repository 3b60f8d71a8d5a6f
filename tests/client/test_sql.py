"""Statements for each parameter style of PEP 249, on connections of real drivers."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pg8000.dbapi
import pytest

from commonline.client import sql
from commonline.errors import ConfigurationError


class Derived(sqlite3.Connection):
    """As applications make it."""


def test_the_style_is_that_of_the_driver() -> None:
    with closing(sqlite3.connect(":memory:", factory=Derived)) as connection:
        assert sql.paramstyle(connection) == "qmark"
    assert sql.paramstyle(pg8000.dbapi.Connection.__new__(pg8000.dbapi.Connection)) == "format"
    with pytest.raises(ConfigurationError, match=r"builtins\.object is of no DB-API driver"):
        sql.paramstyle(object())


@pytest.mark.parametrize(
    ("style", "text", "values"),
    [
        ("qmark", "a = ? AND b = ?", (1, 2)),
        ("format", "a = %s AND b = %s", (1, 2)),
        ("pyformat", "a = %s AND b = %s", (1, 2)),
        ("numeric", "a = :1 AND b = :2", (1, 2)),
        ("named", "a = :p1 AND b = :p2", {"p1": 1, "p2": 2}),
    ],
)
def test_parameters(style: str, text: str, values: object) -> None:
    assert sql.bound("a = {} AND b = {}", style, (1, 2)) == (text, values)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'braces' is not one of PEP 249"):
        sql.bound("{}", "braces", (1,))
