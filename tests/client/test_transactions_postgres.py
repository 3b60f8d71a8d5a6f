"""Exactly once into PostgreSQL, by pg8000: another parameter style, and rows that two processes may lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pg8000.dbapi
import pytest

from commonline.client import Feed
from commonline.errors import ConfigurationError, StateError
from tests.client.published import Ground, shown
from tests.gateway.conftest import postgres
from tests.gateway.postgres import Postgres

pytestmark = pytest.mark.broker
__all__ = ["postgres"]


@pytest.fixture
def url(postgres: Postgres) -> str:
    return postgres.fresh()


@pytest.fixture
def database(url: str) -> Iterator[pg8000.dbapi.Connection]:
    with closing(connected(url)) as connection:
        connection.cursor().execute("CREATE TABLE seen (seq INTEGER)")
        connection.commit()
        yield connection


def connected(url: str) -> pg8000.dbapi.Connection:
    parts = urlsplit(url)
    return pg8000.dbapi.Connection(
        parts.username, host=parts.hostname, port=parts.port, database=parts.path.removeprefix("/")
    )


def take(feed: Feed, database: pg8000.dbapi.Connection, count: int, fail_at: int = 0) -> None:
    with feed.transactions(database, "crm") as records:
        for number, record in enumerate(records, 1):
            database.cursor().execute("INSERT INTO seen VALUES (%s)", (record.seq,))
            if record.seq == fail_at:
                raise ZeroDivisionError
            if number == count:
                break


def rows(database: pg8000.dbapi.Connection) -> list[int]:
    cursor = database.cursor()
    cursor.execute("SELECT seq FROM seen ORDER BY seq")
    found = [seq for (seq,) in cursor.fetchall()]
    database.rollback()
    return found


def test_data_and_place_are_committed_together(ground: Ground, database: pg8000.dbapi.Connection) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 5)])
    take(feed, database, 1)
    with pytest.raises(ZeroDivisionError):
        take(feed, database, 3, fail_at=2)
    assert rows(database) == [1]
    take(feed, database, 3)
    assert rows(database) == [1, 2, 3, 4]


def test_of_two_processes_of_one_name_one_is_rolled_back(
    ground: Ground, database: pg8000.dbapi.Connection, url: str
) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 4)])
    with closing(connected(url)) as other:
        slow = feed.transactions(database, "crm")
        assert next(slow).seq == 1
        take(feed, other, 2)
        database.cursor().execute("INSERT INTO seen VALUES (1)")
        with pytest.raises(StateError, match="another process reads"), slow:
            next(slow)
    assert rows(database) == [1, 2]


def test_a_connection_that_commits_by_itself_is_refused(ground: Ground, database: pg8000.dbapi.Connection) -> None:
    database.autocommit = True
    with pytest.raises(ConfigurationError, match="switch its autocommit off"):
        Feed("service", settings=ground.settings).transactions(database, "crm")
