"""The gateway as a process: projects in a thread, serves HTTP in the main one."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI

from commonline import logs
from commonline.bus.process import ProcessSettings
from commonline.configuration.model import Configuration
from commonline.errors import PlatformError
from commonline.gateway.access import routes as login
from commonline.gateway.access import tokens
from commonline.gateway.access.entrance import Entrance
from commonline.gateway.access.headers import SecurityHeaders
from commonline.gateway.access.keys import key_ring
from commonline.gateway.app import make_app
from commonline.gateway.live.endpoints import Endpoints
from commonline.gateway.live.hub import Hub
from commonline.gateway.live.log import Log
from commonline.gateway.live.position import Seal
from commonline.gateway.operations import Operations
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.service import Outbound
from commonline.gateway.project.projector import Projector, drop
from commonline.gateway.queries.conversations import count
from commonline.gateway.queries.entries import kept
from commonline.gateway.queries.filters import Filter
from commonline.gateway.store.engine import Store
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer
from commonline.metrics import Metrics

log = logging.getLogger(__name__)
GRACE_S = 5
Pages = Callable[[Store], Iterable[APIRouter]]
"""Makes the routers that show the store to people: the console stands above the gateway, and is given to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway listens, its database, and the configuration file's content, where there is one.

    `folder`: where files with secrets are sought.
    """

    process: ProcessSettings
    database: str
    host: str
    port: int
    configuration: Configuration | None = None
    folder: Path | None = None


class Gateway:
    """Store, projector and application of one process."""

    def __init__(self, settings: GatewaySettings, pages: Pages = lambda _: ()) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.database)
        self.store.migrate()
        self.operations = Operations(settings.process)
        self.projector = Projector(self.store, settings.process, self.metrics)
        self.live = self._live()
        configuration = settings.configuration or Configuration()
        self.entrance = Entrance(self.store, configuration, settings.folder or Path.cwd(), self.metrics)
        endpoints = Endpoints(self.live, self.entrance.gate, partial(now_known_as, self.store))
        self.allowed = Allowed.from_environ()
        self.outbound = Outbound(self.store, settings.process, self.metrics, self.allowed)
        self.app = make_app(
            self.store,
            access=self.entrance.gate,
            metrics=self.metrics,
            ready=self.projector.ready,
            routes=endpoints.routes(),
            lifespan=self._lifespan,
            state=self._state(),
            routers=[login.router, *pages(self.store)],
        )
        login.install(self.app)
        self.app.add_middleware(SecurityHeaders, secure=self.entrance.secure)
        self._failure: BaseException | None = None
        self._server = _Server(self._http(), self.live)

    def _live(self) -> Hub:
        process = self.settings.process
        log = Log(process.kafka, process.topics, process.ids, self.metrics)
        return Hub(log, Seal(key_ring(self.store, "events")[0]), self.metrics)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        self.live.run()
        try:
            yield
        finally:
            await self.live.close()

    def _state(self) -> Mapping[str, Any]:
        """What routes find at ``request.app.state``."""
        return {
            "settings": self.settings,
            "operations": self.operations,
            "configuration": self.settings.configuration,
            "entrance": self.entrance,
            "csrf": self.entrance.csrf,
            "webhooks_allowed": self.allowed,
        }

    def _http(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.app,
            host=self.settings.host,
            port=self.settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # who claims to be somebody else's proxy is not believed
            timeout_graceful_shutdown=GRACE_S,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,  # the bytes of a record are made once for all listeners
        )

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises what projecting ended with, `PlatformError` when the port is taken."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)  # uvicorn catches them while it serves, and gives them back when it ends
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        thread = threading.Thread(target=self._project, name="commonline-projector")
        thread.start()
        self.outbound.start()
        try:
            self._server.run()
        except SystemExit as error:  # uvicorn's way to say that it cannot listen
            where = f"{self.settings.host}:{self.settings.port}"
            raise PlatformError(f"cannot listen at {where}: choose another --listen") from error
        finally:
            self.projector.stop()
            self.outbound.stop()
            thread.join()
            self.operations.close()
            self.store.close()
        if self._failure is not None:
            raise self._failure
        log.info("gateway stopped")

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._server.should_exit = True

    def _project(self) -> None:
        try:
            self.projector.run()
        except BaseException as error:
            self._failure = error
            self._server.should_exit = True


class _Server(uvicorn.Server):
    """Ends live streams before it waits for connections to end: by themselves they never would."""

    def __init__(self, config: uvicorn.Config, live: Hub) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say good-bye, then end."""
        self._live.dismiss()
        await super().shutdown(sockets)


def now_known_as(store: Store, viewer: Viewer, conversation: str) -> str | None:
    """The id that a conversation goes by now; None where it does not exist for the viewer."""
    sight = Sight(viewer)
    with store.reading() as connection:
        found = kept(connection, sight, conversation)
        return found if count(connection, sight, Filter(conversation=found)) else None


def run(settings: GatewaySettings, pages: Pages) -> None:
    """Run until SIGINT or SIGTERM."""
    logs.configure()
    gateway = Gateway(settings, pages)
    if (token := tokens.first(gateway.store)) is not None:
        sys.stdout.write(f"The administrator's token, shown this once: {token}\n")
        sys.stdout.flush()
    gateway.run()


def rebuild(settings: GatewaySettings, progress: Callable[[int, int], None]) -> int:
    """Forget what was projected and read the log again to its end; returns how many records were read."""
    store = Store(settings.database)
    try:
        store.migrate()
        drop(store)
        projector = Projector(store, settings.process, Metrics())
        projector.catch_up(progress)
        return projector.read
    finally:
        store.close()
