"""The sockets: aiohttp's low-level server, with our caps, and silent about what it could not read."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from commonline.configuration.addresses import Address
from commonline.errors import PlatformError
from commonline.kit.ingress.handler import ALWAYS, Ingress

log = logging.getLogger(__name__)
BACKLOG = 1024
LINGER_S = 1.0
SHUTDOWN_S = 10.0


class Connection(RequestHandler):
    """One connection: answers what the parser refused in our words and counts it."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Beyond the cap a connection is closed before anything is read."""
        super().connection_made(transport)
        manager = self._manager
        if isinstance(manager, Server) and manager.is_full:
            manager.ingress.count_refused("", "too-many-connections")
            self.force_close()

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
