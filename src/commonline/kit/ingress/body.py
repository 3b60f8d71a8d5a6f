"""Reading a request's body: streamed, capped, decompressed, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol

from commonline.errors import TooLargeError
from commonline.kit.ingress.inflate import inflate
from commonline.kit.ingress.limits import Budget, Limits
from commonline.kit.ingress.refusal import refuse


class Stream(Protocol):
    """The part of `aiohttp.StreamReader` that is used."""

    async def readany(self) -> bytes: ...

    def is_eof(self) -> bool:
        """Whether all of it has come, read or not."""

    def read_nowait(self) -> bytes:
        """All that has come and was not read."""


class Body:
    """A body that is being received; its bytes count against the budget until `release`."""

    def __init__(self, budget: Budget, cap: int) -> None:
        self._budget, self._cap = budget, cap
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, part: bytes) -> None:
        """Add a part. Raises `TooLargeError` or `RetryLaterError`."""
        if self._size + len(part) > self._cap:
            raise TooLargeError("body", self._cap)
        self._budget.take(len(part))
        self._size += len(part)
        self._parts.append(part)

    def content(self) -> bytes:
        """All of it."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def release(self) -> None:
        """Give the bytes back to the budget."""
        self._budget.give(self._size)
        self._size = 0
        self._parts = []


async def receive(stream: Stream, headers: Mapping[str, str], body: Body, cap: int, limits: Limits) -> None:
    """Read the stream to its end into `body`, decompressed.

    Raises `TooLargeError` (announced, received or decompressed size above `cap`), `RefusedError` (408 for a
    body that comes too slowly, 415 for an encoding, 400 for damaged data), `RetryLaterError` (no memory
    left).
    """
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > cap:
        raise TooLargeError("body", cap)
    encoding = headers.get("content-encoding")
    if encoding is None and stream.is_eof():
        body.take(stream.read_nowait())
        return
    inflater = inflate(encoding or "", cap, limits.ratio)
    loop = asyncio.get_running_loop()
    end = loop.time() + limits.total_s
    received = 0
    try:
        async with asyncio.timeout_at(min(end, loop.time() + limits.idle_s)) as patience:
            while part := await stream.readany():
                received += len(part)
                if received > cap:
                    raise TooLargeError("body", cap)
                if inflater is None:
                    body.take(part)
                else:
                    inflater.feed(part, body.take)
                patience.reschedule(min(end, loop.time() + limits.idle_s))
    except TimeoutError:
        raise refuse(HTTPStatus.REQUEST_TIMEOUT, "slow-body", close=True) from None
    if inflater is not None:
        inflater.finish()
