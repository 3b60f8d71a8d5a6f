"""``/metrics``, ``/healthz`` and ``/readyz`` of a process, served from a thread.

Health and readiness are functions that return None when all is well, else a sentence that says what is not;
the answer is then 503 with that sentence. Not healthy means: end me and start me anew. Not ready means: not
yet, or not now.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from importlib.metadata import version
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

from commonline.bus.wire import records
from commonline.errors import PlatformError
from commonline.metrics import Metrics
from commonline.schemas import compiled

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Check = Callable[[], str | None]
HOST = "127.0.0.1"
_REUSE = (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def always() -> None:
    """The check of a process that is well as long as it answers."""


class MetricsServer:
    """Serves one process's metrics and health. `port` 0 takes a free one: see `port` after `start`.

    `about` adds to a ready process's answer what an operator wants to know beside it.
    """

    def __init__(
        self,
        metrics: Metrics,
        *,
        port: int = 0,
        host: str = HOST,
        healthy: Check = always,
        ready: Check = always,
        about: Callable[[], str] | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self._tell_build(metrics)
        self._checks = {"/healthz": healthy, "/readyz": ready}
        self._about = about
        self._metrics: Any = make_wsgi_app(metrics.registry)
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    @staticmethod
    def _tell_build(metrics: Metrics) -> None:
        labels = {
            "version": version("commonline"),
            "codec": compiled.form().name,
            "producer": records.form().name,
        }
        metrics.gauge("commonline_build_info", labels).set(1)

    @property
    def url(self) -> str:
        """Address without path."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Listen. Raises `PlatformError` when the port is taken."""
        try:
            server = make_server(self.host, self.port, self._answer, server_class=_Server, handler_class=_Silent)
        except OSError as error:
            raise PlatformError(
                f"metrics cannot be served at {self.host}:{self.port}: {error.strerror or error}; "
                "choose another --metrics-port (0: any free one)"
            ) from error
        self._server = server
        self.port = server.server_port
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.1,), name="commonline-metrics", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End. Safe to call twice."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> MetricsServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start_response)
            return answer
        check = self._checks.get(path)
        if check is None:
            return _text(start_response, "404 Not Found", "there are /metrics, /healthz and /readyz")
        try:
            fault = check()
        except Exception as error:
            fault = f"the check failed: {error}"
        if fault:
            return _text(start_response, "503 Service Unavailable", fault)
        told = f" {self._about()}" if self._about is not None and path == "/readyz" else ""
        return _text(start_response, "200 OK", f"ok{told}")


def _text(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = text.encode() + b"\n"
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        """As the parent, without asking the resolver for this machine's name: that can take seconds."""
        self.socket.setsockopt(*_REUSE)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()


class _Silent(WSGIRequestHandler):
    """A probe every few seconds is not worth a line."""

    timeout = 10

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        pass
