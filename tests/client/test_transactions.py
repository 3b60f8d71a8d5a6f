"""Exactly once into a database of the caller's, by the real broker and sqlite3; and killed at every point."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from commonline.client import Feed
from commonline.errors import ConfigurationError, StateError
from tests.client.published import Ground, shown

pytestmark = pytest.mark.broker
WORKER = Path(__file__).with_name("sqlite_worker.py")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.execute("CREATE TABLE seen (seq INTEGER, text TEXT)")
        yield connection


def rows(connection: sqlite3.Connection) -> list[int]:
    return [seq for (seq,) in connection.execute("SELECT seq FROM seen ORDER BY rowid")]


def take(feed: Feed, database: sqlite3.Connection, count: int, records: int = 1) -> None:
    with feed.transactions(database, "crm", records=records) as found:
        for number, record in enumerate(found, 1):
            database.execute("INSERT INTO seen VALUES (?, ?)", (record.seq, "taken"))
            if number == count:
                break


def test_it_goes_on_where_the_database_is(ground: Ground, database: sqlite3.Connection) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(1), None, shown(2), shown(3)])
    take(feed, database, 2)
    ground.write([shown(4), shown(5)])
    take(feed, database, 3, records=10)
    assert rows(database) == [1, 2, 3, 4, 5]
    kept = database.execute("SELECT reader, topic, next_offset FROM commonline_offsets").fetchall()
    # Behind five records stand a tombstone, and the mark of the first transaction.
    assert kept == [("crm", ground.topic, 7)]


def test_what_a_failed_body_wrote_is_rolled_back(ground: Ground, database: sqlite3.Connection) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(1), shown(2), shown(3)])

    def fail_at(seq: int) -> None:
        with feed.transactions(database, "crm") as records:
            for record in records:
                database.execute("INSERT INTO seen VALUES (?, ?)", (record.seq, "half"))
                if record.seq == seq:
                    raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail_at(2)
        assert rows(database) == [1]
    take(feed, database, 2)
    assert rows(database) == [1, 2, 3]


def test_a_second_process_of_the_same_name_takes_nothing_twice(
    ground: Ground, database: sqlite3.Connection, tmp_path: Path
) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(seq) for seq in range(1, 6)])
    with closing(sqlite3.connect(tmp_path / "crm.db")) as other:
        slow = feed.transactions(database, "crm")
        assert next(slow).seq == 1
        take(feed, other, 2)
        database.execute("INSERT INTO seen VALUES (1, 'again')")
        with pytest.raises(StateError, match="another process reads"), slow:
            next(slow)
        assert rows(database) == [1, 2]


def test_a_place_that_the_log_does_not_have(ground: Ground, database: sqlite3.Connection) -> None:
    feed = Feed("service", settings=ground.settings)
    ground.write([shown(1)])
    take(feed, database, 1)
    database.execute("UPDATE commonline_offsets SET next_offset = 1000")
    database.commit()
    with pytest.raises(StateError, match=r"was at offset 1000 of .* it is not the log that was read"):
        feed.transactions(database, "crm")


def test_a_connection_that_commits_by_itself_is_refused(ground: Ground, tmp_path: Path) -> None:
    feed = Feed("service", settings=ground.settings)
    with (
        closing(sqlite3.connect(tmp_path / "crm.db", isolation_level=None)) as connection,
        pytest.raises(ConfigurationError, match="switch its autocommit off"),
    ):
        feed.transactions(connection, "crm")


def test_killed_at_every_point(ground: Ground, database: sqlite3.Connection, tmp_path: Path) -> None:
    count = 4
    ground.write([shown(seq, f"text {seq}") for seq in range(1, count + 1)])
    argv = [sys.executable, str(WORKER), str(tmp_path / "crm.db"), str(count)]
    environ = {**os.environ, **ground.environ}
    done = subprocess.run(argv, env=environ, check=True, timeout=120, capture_output=True, text=True)
    lives = [[int(number) for number in line.split()] for line in done.stdout.splitlines()]
    for status, *held in lives[:-1]:
        assert status == -signal.SIGKILL
        assert held == list(range(1, len(held) + 1))
    assert lives[-1] == [0, *range(1, count + 1)]
    assert len(lives) > 10
    assert rows(database) == list(range(1, count + 1))
