"""The two kinds of connection of a stream, as plain ASGI: one task a listener, nothing between it and the server."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from starlette.types import Receive, Scope, Send

from commonline.errors import PlatformError
from commonline.gateway.live.framing import Transport
from commonline.gateway.live.hub import Hub
from commonline.gateway.live.listener import Dropped, Listener

log = logging.getLogger(__name__)
TRY_AGAIN = 1013
"""Close code "try again later" of WebSocket (IANA's registry, RFC 6455, 11.7)."""
MOST_REASON = 123
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
Recheck = Callable[[], Awaitable[str | None]]
"""Asked while a stream is open: why the viewer may no longer read it, None if it may."""


class Connection:
    """Writes pieces until the other side goes, may no longer listen, or is too slow."""

    def __init__(self, hub: Hub, listener: Listener, recheck: Recheck, receive: Receive, send: Send) -> None:
        self._hub = hub
        self._listener = listener
        self._recheck = recheck
        self._receive = receive
        self._send = send
        self._checking: asyncio.Task[None] | None = None

    async def run(self, pieces: AsyncGenerator[bytes]) -> None:
        """The whole of it."""
        labels = {"transport": self._listener.transport.value}
        self._hub.metrics.gauge("commonline_gateway_listeners", labels).inc()
        self._hub.listeners.add(self._listener)
        watcher = asyncio.create_task(self._watch())
        self._listener.task = task = asyncio.current_task()
        why: Dropped | None = None
        try:
            await self._write(pieces)
        except asyncio.CancelledError:
            if self._listener.dropped is None or task is None:
                raise
            task.uncancel()
            why = self._listener.dropped
        except OSError:
            pass  # the server's way to say that a WebSocket's other side is gone
        except PlatformError as error:
            log.warning("a stream ends: %s", error)
            why = Dropped("log", f"the log cannot be read just now ({error}); connect again")
        finally:
            self._listener.task = None
            watcher.cancel()
            if self._checking is not None:
                self._checking.cancel()
            self._hub.remove(self._listener)
            self._hub.metrics.gauge("commonline_gateway_listeners", labels).dec()
        if why is not None and not self._listener.gone:
            await self._end(why)

    async def _write(self, pieces: AsyncGenerator[bytes]) -> None:
        listener, check_at = self._listener, self._next_check()
        sent = self._hub.metrics.counter("commonline_gateway_writes_total", {"transport": listener.transport.value})
        async with aclosing(pieces):
            async for piece in pieces:
                if listener.gone:
                    return
                if self._hub.now > check_at:
                    check_at = self._next_check()
                    self._checking = asyncio.create_task(self._check())
                listener.blocked_since = listener.written = time.monotonic()
                await self._piece(piece)
                listener.blocked_since = None
                sent.inc()

    async def _check(self) -> None:
        """Beside the stream, which does not wait for a database."""
        try:
            if (reason := await self._recheck()) is not None:
                self._listener.drop(Dropped("access", reason))
        except Exception:
            log.exception("whether a stream may go on could not be found out; it is asked again")

    def _next_check(self) -> float:
        """Spread in time: thousands that came together must not be looked at together."""
        return time.monotonic() + self._hub.limits.recheck_s * (0.5 + random.random() / 2)  # noqa: S311 - no secret

    async def _piece(self, piece: bytes) -> None:
        if self._listener.transport is Transport.SSE:
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        else:
            await self._send({"type": "websocket.send", "text": piece.decode()})

    async def _watch(self) -> None:
        """A listener that went is noticed at once, also while nothing is written."""
        while (await self._receive())["type"] not in ("http.disconnect", "websocket.disconnect"):
            pass
        self._listener.gone = True
        if self._listener.waits:
            self._listener.wake()
        elif self._listener.task is not None and not self._listener.live:
            self._listener.drop(Dropped("gone", ""))

    async def _end(self, why: Dropped) -> None:
        """Say why, for a while; a connection that takes nothing even then is left to the server."""
        self._hub.metrics.counter("commonline_gateway_dropped_total", {"reason": why.cause}).inc()
        try:
            async with asyncio.timeout(self._hub.limits.linger_s):
                if self._listener.transport is Transport.SSE:
                    last = self._listener.transport.notice("error", why.detail)
                    await self._send({"type": "http.response.body", "body": last, "more_body": False})
                else:
                    text = why.detail.encode()[:MOST_REASON].decode(errors="ignore")
                    await self._send({"type": "websocket.close", "code": TRY_AGAIN, "reason": text})
        except OSError:
            log.info("a listener that was too slow went, or did not take the reason")


async def opened(scope: Scope, receive: Receive, send: Send) -> None:
    """Begin the answer: headers, or the WebSocket's handshake."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        return
    await receive()
    await send({"type": "websocket.accept"})
