"""The gateway as a process: projects in a thread, serves HTTP in the main one."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from commonline import logs
from commonline.bus.process import ProcessSettings
from commonline.errors import PlatformError
from commonline.gateway.app import make_app
from commonline.gateway.project.projector import Projector, drop
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

log = logging.getLogger(__name__)
GRACE_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the gateway listens, its database and the configuration file."""

    process: ProcessSettings
    database: str
    host: str
    port: int
    config: Path | None = None


class Gateway:
    """Store, projector and application of one process."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.database)
        self.projector = Projector(self.store, settings.process, self.metrics)
        self.app = make_app(self.store, metrics=self.metrics, ready=self.projector.ready, state=self._state())
        self._failure: BaseException | None = None
        self._server = uvicorn.Server(self._http())

    def _state(self) -> Mapping[str, Any]:
        return {"settings": self.settings}

    def _http(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.app,
            host=self.settings.host,
            port=self.settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises what projecting ended with, `PlatformError` when the port is taken."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)  # uvicorn catches them while it serves, and gives them back when it ends
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.store.migrate()
        thread = threading.Thread(target=self._project, name="commonline-projector")
        thread.start()
        try:
            self._server.run()
        except SystemExit as error:  # uvicorn's way to say that it cannot listen
            where = f"{self.settings.host}:{self.settings.port}"
            raise PlatformError(f"cannot listen at {where}: choose another --listen") from error
        finally:
            self.projector.stop()
            thread.join()
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


def run(settings: GatewaySettings) -> None:
    """Run until SIGINT or SIGTERM."""
    logs.configure()
    Gateway(settings).run()


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
