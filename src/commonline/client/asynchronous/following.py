"""Following a feed with ``async for``: when the loop comes back, the work on the record before is done."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from commonline.client.asynchronous.log import AsyncLog
from commonline.client.decoding import Decode
from commonline.client.following import STALE_S
from commonline.client.log import Entry
from commonline.client.progress import Progress
from commonline.errors import CommonlineError
from commonline.schemas.models import FeedActivity

log = logging.getLogger(__name__)
Begin = Callable[[AsyncLog, Callable[[], Awaitable[None]]], Awaitable[int | None]]
"""Says where reading begins, on an open connection; gives where it ends, or None for never."""


class AsyncFollowing:
    """Records of a feed, one at a time. Made by `AsyncFeed.follow` and `AsyncFeed.read`; use it with ``async with``.

    At least once, as `commonline.client.Following`. It connects when the block, or the loop, begins.
    """

    def __init__(self, source: AsyncLog, decode: Decode, begin: Begin, *, keep: bool) -> None:
        self._log = source
        self._decode = decode
        self._begin = begin
        self._keep = keep
        self._until: int | None = None
        self._ready: deque[Entry] = deque()
        self._in_hand: Entry | None = None
        self._progress = Progress()
        self._polled = time.monotonic()
        self._open = False
        self._stopping = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> FeedActivity:
        """The next record; waits for it. Raises as `commonline.client.Following` does."""
        await self._connect()
        self._finish()
        while not self._stopping.is_set() and (self._ready or await self._fetch()):
            self._give_up_what_was_taken()
            if not self._ready:
                continue
            entry = self._ready.popleft()
            if entry.value is not None:
                record = self._decode(entry.value)
                self._in_hand = entry
                return record
            self._progress.finish(entry.offset + 1)
        await self.close()
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        await self.close()

    def stop(self) -> None:
        """Let the loop end before its next record, at most a quarter of a second later."""
        self._stopping.set()

    async def close(self) -> None:
        """Commit what is done, leave the group, end the connection. The record in hand is not done."""
        self._stopping.set()
        if self._open:
            self._open = False
            await self._commit()
            await self._log.close()

    async def _connect(self) -> None:
        if self._open or self._stopping.is_set():
            return
        await self._log.open()
        try:
            self._until = await self._begin(self._log, self._commit)
        except BaseException:
            await self._log.close()
            raise
        self._open = True

    def _finish(self) -> None:
        if self._in_hand is not None:
            self._progress.finish(self._in_hand.offset + 1)
            self._in_hand = None
        self._give_up_what_was_taken()
        if self._ready and time.monotonic() - self._polled > STALE_S:
            # Kafka takes the feed away from a member that does not ask for records: ask, and get these once more.
            self._log.again(self._ready[0].offset)
            self._ready.clear()

    def _give_up_what_was_taken(self) -> None:
        """aiokafka gives the feed to another member at any moment, not only when it is asked for records."""
        if self._log.taken.is_set():
            self._log.taken.clear()
            self._ready.clear()
            self._progress.lose()

    async def _fetch(self) -> bool:
        """Ask for more; False: the end is reached."""
        if self._until is not None and (await self._log.position() or 0) >= self._until:
            return False
        await self._commit()
        self._polled = time.monotonic()
        entries = await self._log.poll()
        self._give_up_what_was_taken()
        self._ready.extend(entries)
        if not entries and self._keep and (at := await self._log.position()) is not None:
            self._progress.finish(at)  # behind marks of transactions, which nobody sees
        return True

    async def _commit(self) -> None:
        pending = self._progress.pending() if self._keep else None
        if pending is None:
            return
        try:
            await self._log.commit(pending)
        except CommonlineError as error:
            log.warning("place in %s not kept, records may come again: %s", self._log.topic, error)
        else:
            self._progress.committed = pending
