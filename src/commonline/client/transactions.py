"""Exactly once into the caller's database: what the body writes and the place in the feed are one transaction."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from types import TracebackType
from typing import Self

from commonline.client import sql
from commonline.client.decoding import Decode
from commonline.client.log import Entry, Log, Start
from commonline.client.sql import Connection
from commonline.schemas.models import FeedActivity


class Transactions:
    """Records of a feed, worked off in transactions of the caller's connection. Made by `Feed.transactions`.

    The body writes through the same connection and never commits. When the loop asks for the next record, or the
    ``with`` block ends without an error, data and place are committed together; an error rolls both back. A crash at
    any point leaves either both or neither.
    """

    def __init__(
        self, source: Log, decode: Decode, connection: Connection, reader: str, start: Start, most: int
    ) -> None:
        self._log = source
        self._decode = decode
        self._connection = connection
        self._reader = reader
        self._most = most
        self._style = sql.paramstyle(connection)
        self._ready: deque[Entry] = deque()
        self._in_hand: Entry | None = None
        self._worked: int | None = None
        self._count = 0
        self._stopping = threading.Event()
        self._end = weakref.finalize(self, source.close)
        try:
            self._kept = self._place(start)
        except BaseException:
            self._end()
            raise
        source.begin(self._kept)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> FeedActivity:
        """The next record; waits for it, with no transaction open.

        Raises:
            StopIteration: `stop` was called, and everything is committed.
            StateError: another process reads under the same name into the same database.
            PlatformError, ConfigurationError, ContractError: as with `Feed.follow`.
        """
        self._finish()
        if self._count >= self._most:
            self._commit()
        while not self._stopping.is_set():
            while self._ready:
                entry = self._ready.popleft()
                if entry.value is not None:
                    record = self._decode(entry.value)
                    self._in_hand = entry
                    return record
            self._commit()
            self._ready.extend(self._log.poll())
        self._commit()
        self._end()
        raise StopIteration

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
                self._commit()
            else:
                self._connection.rollback()
        finally:
            self._stopping.set()
            self._end()

    def stop(self) -> None:
        """Let the loop end before its next record. May be called from any thread, and from a signal handler."""
        self._stopping.set()

    def _finish(self) -> None:
        if self._in_hand is not None:
            self._worked = self._in_hand.offset + 1
            self._count += 1
            self._in_hand = None

    def _commit(self) -> None:
        if self._worked is None:
            return
        try:
            if self._execute(sql.ADVANCE, self._worked, self._reader, self._log.topic, self._kept) != 1:
                raise sql.overtaken(self._reader, self._log.topic)
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        self._kept, self._worked, self._count = self._worked, None, 0

    def _place(self, start: Start) -> int:
        """Where the reader is, by the database; where it begins, if the database does not know it yet."""
        reader, topic = self._reader, self._log.topic
        try:
            self._execute(sql.CREATE)
            self._execute(sql.TOUCH, reader, topic)
            sql.check_transactional(self._connection)
            kept = self._kept_before()
            if kept is None:
                kept = self._log.at(start)
                self._execute(sql.INSERT, reader, topic, kept)
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise
        sql.check_place(kept, self._log.at("beginning"), self._log.at("now"), topic, reader)
        return kept

    def _kept_before(self) -> int | None:
        cursor = self._connection.cursor()
        try:
            cursor.execute(*sql.bound(sql.SELECT, self._style, (self._reader, self._log.topic)))
            rows = cursor.fetchall()
            return int(rows[0][0]) if rows else None
        finally:
            cursor.close()

    def _execute(self, statement: str, *values: object) -> int:
        cursor = self._connection.cursor()
        try:
            cursor.execute(*sql.bound(statement, self._style, values))
            return cursor.rowcount
        finally:
            cursor.close()
