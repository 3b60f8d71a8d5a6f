"""A TCP proxy between one process and the broker, that can be slow, reset its connections, or swallow everything."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import Literal

HOST = "127.0.0.1"
CHUNK = 256 * 1024
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on with 0 seconds: closing sends RST."""
Mode = Literal["pass", "latency", "reset", "blackhole"]


class Proxy:
    """Forwards to `target` on this machine. `mode` may be set from any thread.

    ``latency``: every chunk waits `delay_s`. ``reset``: connections are reset, new ones too. ``blackhole``: connections
    stay, and new ones are taken, but nothing gets through in either direction until the mode changes.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.delay_s = 0.0
        self._target = target
        self._mode: Mode = "pass"
        self._server: asyncio.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()

    async def start(self) -> None:
        """Listen on a free port, the same until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._open.set()
        self._server = await asyncio.start_server(self._serve, HOST, self.port, limit=CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End all connections."""
        if self._server is not None:
            self._server.close()
        self._change("reset")
        self._open.set()
        await asyncio.sleep(0)

    def set(self, mode: Mode, delay_s: float = 0.0) -> None:
        """Change the mode, from any thread."""
        assert self._loop is not None
        self.delay_s = delay_s
        done = asyncio.run_coroutine_threadsafe(self._set(mode), self._loop)
        done.result(10)

    async def _set(self, mode: Mode) -> None:
        self._change(mode)

    def _change(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "blackhole":
            self._open.clear()
        else:
            self._open.set()
        if mode == "reset":
            for writer in list(self._writers):
                _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode == "reset":
            _reset(writer)
            return
        self._writers.add(writer)
        try:
            await self._open.wait()
            try:
                far_reader, far_writer = await asyncio.open_connection(HOST, self._target, limit=CHUNK)
            except OSError:
                _reset(writer)
                return
            self._writers.add(far_writer)
            try:
                await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
            finally:
                self._writers.discard(far_writer)
                far_writer.close()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self._mode == "latency":
                    await asyncio.sleep(self.delay_s)
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
