"""The edge of Docker: an engine's HTTP API on a Unix socket, whose only container is a real broker from packages.

What runs is the real code above that edge: the Docker library, testcontainers, and `DockerKafka`. Of the engine's API
(docs.docker.com/reference/api/engine) only what they call is answered; anything else is a 404 and fails the test.
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from commonline.local.artifacts import load_lock
from commonline.local.broker import Broker

IMAGE = f"apache/kafka:{load_lock('kafka').version}"
IDENTITY = "c" * 64


@dataclass
class Engine:
    """`calls` holds method and path of every request, `created` the body of the container's creation."""

    address: str
    broker: Broker | None = None
    broken: bool = False
    paused: bool = False
    calls: list[str] = field(default_factory=list)
    created: dict[str, Any] = field(default_factory=dict)

    def answer(self, call: str, body: dict[str, Any]) -> tuple[int, object]:
        """Status and JSON for one request; `call` without the API's version."""
        if self.broken:
            return 500, {"message": "the engine is unwell"}
        if call.startswith("POST /containers/create"):
            self.created = body
            return 201, {"Id": IDENTITY, "Warnings": []}
        match = re.match(rf"POST /containers/{IDENTITY}/(start|stop|kill|pause|unpause)\b", call)
        if match:
            self.act(match.group(1))
            return 204, None
        fixed: dict[str, tuple[int, object]] = {
            "GET /_ping": (200, "OK"),
            "GET /version": (200, {"ApiVersion": "1.45", "Version": "27.0", "Os": "linux", "Arch": "amd64"}),
            f"GET /images/{IMAGE}/json": (200, {"Id": "sha256:1", "RepoTags": [IMAGE]}),
            "GET /info": (200, {"OperatingSystem": "Linux", "ServerVersion": "27.0"}),
            f"GET /containers/{IDENTITY}/json": (200, self.container()),
        }
        if call.startswith(f"DELETE /containers/{IDENTITY}"):
            self.act("kill")
            return 204, None
        return fixed.get(call, (404, {"message": f"the fake engine does not know {call}"}))

    def act(self, what: str) -> None:
        """Do it to the broker."""
        if self.broker is None:
            return
        actions = {"unpause": self.broker.resume}
        actions.get(what, getattr(self.broker, what, self.broker.resume))()
        self.paused = what == "pause"

    def container(self) -> dict[str, Any]:
        """What ``docker inspect`` says."""
        alive = self.broker is not None and self.broker.alive
        status = "paused" if self.paused else "running" if alive else "exited"
        return {"Id": IDENTITY, "Name": "/kafka", "State": {"Status": status}, "Config": {"Image": "", "Labels": {}}}


@contextmanager
def serve(folder: Path) -> Iterator[Engine]:
    """An engine on a Unix socket in `folder`; `DOCKER_HOST` is its `address`."""
    path = folder / "docker.sock"
    engine = Engine(f"unix://{path}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def address_string(self) -> str:
            return "docker"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}") if length else {}
            call = f"{self.command} {re.sub(r'^/v[0-9.]+', '', self.path)}"
            engine.calls.append(call)
            status, value = engine.answer(call, body)
            data = b"" if value is None else value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who pings reads no further than the status
                self.wfile.write(data)

        do_GET = do_POST = do_DELETE = do_HEAD = handle_any

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    server = Server(str(path), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield engine
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
