"""Exactly once into the caller's database, for asyncio: data and the place in the feed are one transaction."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Any, Protocol, Self

from commonline.client import sql
from commonline.client.asynchronous.log import AsyncLog
from commonline.client.decoding import Decode
from commonline.client.log import Entry, Start
from commonline.schemas.models import FeedActivity


class AsyncConnection(Protocol):
    """The part of an asynchronous connection that is used here: psycopg's and aiosqlite's have it."""

    async def execute(self, sql: str, parameters: Any = ..., /) -> Any: ...

    async def commit(self) -> Any: ...

    async def rollback(self) -> Any: ...


class AsyncTransactions:
    """Records of a feed, worked off in transactions of the caller's connection. Made by `AsyncFeed.transactions`.

    As `commonline.client.Transactions`; use it with ``async with``.
    """

    def __init__(
        self, source: AsyncLog, decode: Decode, connection: AsyncConnection, reader: str, start: Start, most: int
    ) -> None:
        self._log = source
        self._decode = decode
        self._connection = connection
        self._reader = reader
        self._start = start
        self._most = most
        self._style = sql.paramstyle(connection)
        self._ready: deque[Entry] = deque()
        self._in_hand: Entry | None = None
        self._kept = 0
        self._worked: int | None = None
        self._count = 0
        self._stopping = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FeedActivity:
        """The next record; waits for it, with no transaction open. Raises as `commonline.client.Transactions` does."""
        self._finish()
        if self._count >= self._most:
            await self._commit()
        while not self._stopping.is_set():
            while self._ready:
                entry = self._ready.popleft()
                if entry.value is not None:
                    record = self._decode(entry.value)
                    self._in_hand = entry
                    return record
            await self._commit()
            self._ready.extend(await self._log.poll())
        await self._commit()
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        await self._log.open()
        try:
            self._kept = await self._place()
        except BaseException:
            await self._log.close()
            raise
        self._log.begin(self._kept)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
                await self._commit()
            else:
                await self._connection.rollback()
        finally:
            self._stopping.set()
            await self._log.close()

    def stop(self) -> None:
        """Let the loop end before its next record."""
        self._stopping.set()

    def _finish(self) -> None:
        if self._in_hand is not None:
            self._worked = self._in_hand.offset + 1
            self._count += 1
            self._in_hand = None

    async def _commit(self) -> None:
        if self._worked is None:
            return
        try:
            done = await self._execute(sql.ADVANCE, self._worked, self._reader, self._log.topic, self._kept)
            if done.rowcount != 1:
                raise sql.overtaken(self._reader, self._log.topic)
            await self._connection.commit()
        except BaseException:
            await self._connection.rollback()
            raise
        self._kept, self._worked, self._count = self._worked, None, 0

    async def _place(self) -> int:
        """Where the reader is, by the database; where it begins, if the database does not know it yet."""
        reader, topic = self._reader, self._log.topic
        try:
            await self._execute(sql.CREATE)
            await self._execute(sql.TOUCH, reader, topic)
            sql.check_transactional(self._connection)
            rows = list(await (await self._execute(sql.SELECT, reader, topic)).fetchall())
            kept = int(rows[0][0]) if rows else await self._log.at(self._start)
            if not rows:
                await self._execute(sql.INSERT, reader, topic, kept)
            await self._connection.commit()
        except BaseException:
            await self._connection.rollback()
            raise
        sql.check_place(kept, await self._log.at("beginning"), await self._log.at("now"), topic, reader)
        return kept

    async def _execute(self, statement: str, *values: object) -> Any:
        return await self._connection.execute(*sql.bound(statement, self._style, values))
