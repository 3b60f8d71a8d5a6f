"""The answer to a delivery that is kept: always the same few bytes, so they are made once a second, not for every call.

Of a call's processor time aiohttp's general response takes a fifth; webhooks are told nothing but a status and a date.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter


class Success(web.StreamResponse):
    """An empty 2xx on a connection that is kept. One object answers any number of calls: it remembers none of them."""

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(status=status, headers=headers)
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if status != HTTPStatus.NO_CONTENT:  # RFC 9110 §8.6: none in a 204
            lines.append("Content-Length: 0")
        self._head = "\r\n".join(lines)
        self._made = 0
        self._bytes = b""

    @property
    def keep_alive(self) -> bool:
        """Only used where it is: see `fits`."""
        return True

    @staticmethod
    def fits(request: web.BaseRequest) -> bool:
        """Whether this call's connection is kept and speaks HTTP/1.1, so that the general answer is not needed."""
        return request.keep_alive and request.version == (1, 1)

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write all of it. Raises `ConnectionResetError` when the caller is gone."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the caller has gone")
        transport.write(self.head())
        await request.writer.drain()
        return None

    def head(self) -> bytes:
        """All of the answer, with the date of this second."""
        now = int(time.time())
        if now != self._made:
            self._made, date = now, formatdate(now, usegmt=True)
            self._bytes = f"{self._head}\r\nDate: {date}\r\n\r\n".encode("ascii")
        return self._bytes

    async def write_eof(self, data: bytes = b"") -> None:
        """Everything is written."""
