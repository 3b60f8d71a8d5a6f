"""Keeps tickets of a feed in a database of its own, each record exactly once.

COMMONLINE_KAFKA=127.0.0.1:9092 python follow_into_database.py tickets.db
"""

from __future__ import annotations

import sqlite3
import sys

from commonline.client import Feed


def main(database: str) -> None:
    """What `INSERT` writes and the place in the feed are committed together, before the next record."""
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE IF NOT EXISTS messages (seq INTEGER PRIMARY KEY, channel TEXT, text TEXT)")
    with Feed("service").transactions(connection, "tickets") as records:
        for record in records:
            if record.item is not None:
                row = (record.seq, record.item.channel, record.item.object.text)
                connection.execute("INSERT INTO messages VALUES (?, ?, ?)", row)


if __name__ == "__main__":
    main(sys.argv[1])
