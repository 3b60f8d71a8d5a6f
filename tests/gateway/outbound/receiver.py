"""A receiver of webhooks on loopback: verifies by the specification's own package, and behaves as it is told."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import Connection, insert, select
from standardwebhooks import Webhook

from commonline.gateway.store.tables import feeds
from commonline.gateway.viewer import FeedName

Answer = int | str | tuple[int, dict[str, str]]
"""A status, a status with headers, or ``hang`` or ``reset``."""


@dataclass
class Receiver:
    """What came, in the order in which it came. `behave` says what to answer to a body, before it counts as taken."""

    secret: str = ""
    behave: Callable[[dict[str, Any]], Answer] = lambda _: 204
    attempts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    port: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def seqs(self) -> list[int]:
        """Numbers of the records that were taken, without repeats of one webhook-id."""
        with self.lock:
            found = {identifier: body["data"]["seq"] for identifier, body in self.taken if body["type"] != "ping"}
        return list(found.values())

    def wait(self, condition: Callable[[], bool], timeout_s: float = 60) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline, f"{len(self.attempts)} attempts, {len(self.taken)} taken"
            time.sleep(0.02)


def there(connection: Connection) -> FeedName:
    """A feed that the gateway has met."""
    if connection.execute(select(feeds.c.id)).first() is None:
        values = {"id": 1, "workspace": "acme", "department": "service", "seq": 0, "known": 0, "exact_since": 0}
        connection.execute(insert(feeds).values(values))
    return FeedName("acme", "service")


class Server(ThreadingHTTPServer):
    """Serves one receiver."""

    daemon_threads = True

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.receiver = receiver
        receiver.port = self.server_address[1]

    def handle_error(self, *_: object) -> None:
        """Connections that were reset on purpose, or by a sender that was killed."""


class Handler(BaseHTTPRequestHandler):
    """Takes a call, verifies it, and answers as the receiver behaves."""

    server: Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["content-length"]))
        if receiver.secret:
            Webhook(receiver.secret).verify(body, dict(self.headers.items()))
        told = json.loads(body)
        with receiver.lock:
            receiver.at_once += 1
            receiver.most_at_once = max(receiver.most_at_once, receiver.at_once)
            receiver.attempts.append((self.headers["webhook-id"], told))
        try:
            self._answer(told, receiver.behave(told))
        finally:
            with receiver.lock:
                receiver.at_once -= 1

    def _answer(self, told: dict[str, Any], answer: Answer) -> None:
        if answer == "hang":
            time.sleep(2.5)
            return
        if answer == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        assert isinstance(status, int)
        if status < 300:
            with self.server.receiver.lock:
                self.server.receiver.taken.append((self.headers["webhook-id"], told))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    """A receiver that listens until the end of the block."""
    server = Server(receiver)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
