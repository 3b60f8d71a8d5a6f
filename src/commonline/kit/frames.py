"""What an open connection tells, taken in while something else is read or kept.

A source that fills the gap since its last connection opens the stream first, then reads pages, then what the stream
told meanwhile. `Frames` reads the stream in a task of its own into a queue; what ended it is raised after all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Generic, TypeVar

from commonline.errors import DisconnectedError

WAITING = 2000
"""Frames that wait while pages are read or the broker is slow; beyond, the other side has to wait."""
BATCH = 200
T = TypeVar("T")


class Frames(Generic[T]):
    """A stream's frames. An asynchronous context: the stream is read within it, and closed at its end."""

    def __init__(self, told: AsyncIterator[T], waiting: int = WAITING) -> None:
        self._told = told
        self._queue: asyncio.Queue[T] = asyncio.Queue(waiting)
        self._arrived = asyncio.Event()
        self._end: Exception | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Frames[T]:
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def batch(self, most: int = BATCH, wait_s: float | None = None) -> list[T]:
        """The frames that have come, at least one; none if `wait_s` seconds pass. Raises what ended the stream."""
        if self._queue.empty():
            self._arrived.clear()
            await self._wait(wait_s)
        return [self._queue.get_nowait() for _ in range(min(most, self._queue.qsize()))]

    async def _wait(self, wait_s: float | None) -> None:
        """Until there is a frame, or the time has passed, or the stream has ended and nothing of it is left."""
        task = self._task
        if task is None:
            raise RuntimeError("frames are read within their context only")
        coming = asyncio.ensure_future(self._arrived.wait())
        try:
            await asyncio.wait({coming, task}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            coming.cancel()
        if task.done() and self._queue.empty():
            raise self._end or DisconnectedError("the stream ended")

    async def _read(self) -> None:
        try:
            async for frame in self._told:
                await self._queue.put(frame)
                self._arrived.set()
        except Exception as error:
            self._end = error
