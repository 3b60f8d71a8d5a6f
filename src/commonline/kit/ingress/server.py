"""The sockets: aiohttp's low-level server, with our caps, and silent about what it could not read.

A usual call is answered without a task and without aiohttp's request and response objects: see `Connection`.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http import RawRequestMessage, StreamWriter
from aiohttp.http_exceptions import LineTooLong
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler

from commonline.configuration.addresses import Address
from commonline.errors import PlatformError
from commonline.kit.ingress.endpoint import Endpoint
from commonline.kit.ingress.handler import ALWAYS, Ingress
from commonline.kit.ingress.success import Success

log = logging.getLogger(__name__)
BACKLOG = 1024
LINGER_S = 1.0
SHUTDOWN_S = 10.0
AT_ONCE_BYTES = 256 * 1024
"""Bodies up to this size are waited for without a task; less than the reader holds before it stops the sender."""
AT_ONCE_S = 0.05
"""So long; what comes more slowly is `handle`'s, with all its limits."""


class Connection(RequestHandler):
    """One connection: answers what the parser refused in our words and counts it.

    aiohttp's `start` sleeps until there is a call, makes it a request, and has a task answer it: half of what a call
    costs. A call that needs none of this (`Ingress.at_once`) is taken where it comes in, while `start` sleeps on, and
    answered when the broker has it. One at a time, so that answers keep the order of the calls.
    """

    __slots__ = ("_call", "_patience", "_writing")

    def __init__(self, manager: Server, **options: Any) -> None:
        super().__init__(manager, **options)
        self._call: tuple[RawRequestMessage, StreamReader] | None = None  # that is being answered without `start`
        self._patience: asyncio.TimerHandle | None = None  # while its body is waited for
        self._writing: asyncio.Task[None] | None = None  # an answer that is aiohttp's to write

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Beyond the cap a connection is closed before anything is read."""
        super().connection_made(transport)
        manager = self._manager
        if isinstance(manager, Server) and manager.is_full:
            manager.ingress.count_refused("", "too-many-connections")
            self.force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Nobody waits any more for the rest of a body."""
        manager = self._manager
        if self._patience is not None and isinstance(manager, Server):
            self._impatient()
            message, _ = self._messages[0]
            endpoint = manager.ingress.at_once(message) if isinstance(message, RawRequestMessage) else None
            manager.ingress.count_refused(endpoint.instance.name if endpoint else "", "disconnected")
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer what can be answered at once; everything else is `start`'s."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            super().data_received(data)
            return
        self._waiter = None  # or `start` would be woken
        try:
            super().data_received(data)
        finally:
            self._waiter = waiter
        if self._messages and self._call is None:
            self._next()

    def _next(self) -> None:
        message, payload = self._messages[0]
        manager = self._manager
        if self._paused or not isinstance(manager, Server) or not isinstance(message, RawRequestMessage):
            self._wake()
            return
        endpoint = manager.ingress.at_once(message)
        if endpoint is None or payload.exception() or not (payload.is_eof() or self._waits_for_body(message)):
            self._wake()
        elif payload.is_eof():
            self._take(manager, endpoint, message, payload)

    def _waits_for_body(self, message: RawRequestMessage) -> bool:
        """Whether the body is small and on its way."""
        if self._patience is None:
            size = message.headers.get(hdrs.CONTENT_LENGTH, "")
            if not size.isdecimal() or int(size) > AT_ONCE_BYTES or hdrs.EXPECT in message.headers:
                return False
            self._patience = self._loop.call_later(AT_ONCE_S, self._wake)
        return True

    def _impatient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _wake(self) -> None:
        """Leave the next call to `start`."""
        self._impatient()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _take(self, manager: Server, endpoint: Endpoint, message: RawRequestMessage, payload: StreamReader) -> None:
        self._impatient()
        self._messages.popleft()
        self._call = message, payload
        self._request_in_progress = True
        manager.requests_count += 1
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        body = b"" if payload is EMPTY_PAYLOAD else payload.read_nowait()
        peer = self.peername
        remote = peer[0] if isinstance(peer, tuple) else None
        manager.ingress.answer(endpoint, message, body, remote, self._answered)

    def _answered(self, response: web.StreamResponse) -> None:
        """Write the answer: the usual bytes at once, another as aiohttp does."""
        if not isinstance(response, Success):
            self._writing = self._loop.create_task(self._write(response))
            return
        if self.transport is not None:
            self.transport.write(response.head())
        self._over(kept=True)

    async def _write(self, response: web.StreamResponse) -> None:
        kept = False
        try:
            if self._call is not None and self._request_factory is not None and self._task_handler is not None:
                writer = StreamWriter(self, self._loop)
                request = self._request_factory(*self._call, self, writer, self._task_handler)
                response, lost = await self.finish_response(request, response, None)
                kept = bool(response.keep_alive) and not lost
        finally:
            self._over(kept=kept)

    def _over(self, *, kept: bool) -> None:
        """A call is answered: go on with the next, or end as `start` would."""
        self._call = self._writing = None
        self._request_in_progress = False
        if self._handler_waiter is not None and not self._handler_waiter.done():
            self._handler_waiter.set_result(None)
        if self._close or self._force_close or not kept:
            self.force_close()
            return
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(self._next_keepalive_close_time, self._process_keepalive)
        if self._messages:
            self._next()

    def _process_keepalive(self) -> None:
        """A connection whose call is being answered is not idle, though `start` sleeps."""
        if self._call is not None or self._patience is not None:
            self._keepalive_handle = None
            return
        super()._process_keepalive()

    def handle_error(
        self,
        request: web.BaseRequest,  # noqa: ARG002 - aiohttp's signature
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        """A short answer. The parser's message would repeat the sender's bytes, there and in the log."""
        if isinstance(exc, LineTooLong):
            answer, reason = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large"
        elif status == HTTPStatus.BAD_REQUEST:
            answer, reason = HTTPStatus.BAD_REQUEST, "not-http"
        else:
            answer, reason = HTTPStatus(status), "internal"
            log.error("a call was not handled: %s", type(exc).__name__)
        manager = self._manager
        if isinstance(manager, Server):
            manager.ingress.count_refused("", reason)
        response = web.Response(status=answer, text=f"{answer.phrase}\n", headers=ALWAYS)
        response.force_close()
        return response


class Server(web.Server):
    """All connections of the webhook server."""

    def __init__(self, ingress: Ingress) -> None:
        limits = ingress.limits
        super().__init__(
            ingress.handle,
            access_log=None,
            auto_decompress=False,
            max_line_size=limits.line,
            max_field_size=limits.line,
            max_headers=limits.header_count,
            keepalive_timeout=limits.keep_alive_s,
            lingering_time=LINGER_S,
        )
        self.ingress = ingress

    def __call__(self) -> RequestHandler:
        """A handler for a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)

    @property
    def is_full(self) -> bool:
        """Whether there are more connections than the cap allows."""
        return len(self._connections) > self.ingress.limits.connections


class Listener:
    """A server that listens. `port` is the real one after `start`."""

    def __init__(self, server: web.Server, address: Address) -> None:
        self._runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_S)
        self._address = address
        self.port = address.port

    async def start(self) -> None:
        """Listen. Raises `PlatformError` when the address is taken or not ours."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._address.host, self._address.port, backlog=BACKLOG)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            raise PlatformError(f"cannot listen on {self._address}: {error.strerror or error}") from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Take no new connections, finish the calls that run."""
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """How it is reached on this machine."""
        return f"http://{self._address.host}:{self.port}"
