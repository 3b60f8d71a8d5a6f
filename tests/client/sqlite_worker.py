"""Takes records of the feed into a database, over and over, and each time dies at a later point: ``database count``.

Prints after each death what the database holds, and how it went. Each life is a fork, because imports take longer.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing

from commonline.client import Feed


class Connection(sqlite3.Connection):
    """Kills the process at the n-th point: before each statement, around each commit, and where the body says."""

    left = 0

    def point(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(self) -> None:
        self.point()
        super().commit()
        self.point()


def live(database: str, count: int, until: int) -> None:
    """One life, until that point."""
    connection = sqlite3.connect(database, factory=Connection)
    connection.left = until
    connection.set_trace_callback(connection.point)
    if held(database) and held(database)[-1] == count:
        return
    with Feed("service").transactions(connection, "crm") as records:
        for record in records:
            connection.point()
            text = record.item.object.text if record.item else None
            connection.execute("INSERT INTO seen VALUES (?, ?)", (record.seq, text))
            if record.seq == count:
                break


def held(database: str) -> list[int]:
    with closing(sqlite3.connect(database)) as connection:
        return [seq for (seq,) in connection.execute("SELECT seq FROM seen ORDER BY rowid")]


def main(database: str, count: int) -> None:
    for until in range(1, 100):
        child = os.fork()
        if child == 0:
            live(database, count, until)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{' '.join(map(str, [status, *held(database)]))}\n")
        sys.stdout.flush()
        if status == 0:
            return


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
