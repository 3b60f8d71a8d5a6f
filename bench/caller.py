"""Webhooks on the wire: signed calls as Zendesk sends them, over kept connections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, cycle
from urllib.parse import urlsplit

from bench.deliveries import SECRET, bodies

from commonline.kit import catalogue, signature
from commonline.kit.request import Request

READY = 2000
"""Calls that are made beforehand and sent in turn; each is sent with an id of its own."""
ID = b"01K0INVOCATION%012d"


def calls(path: str, size: int = 0, number: int = READY, first: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Heads and bodies of so many different calls, of comments from `first` + 1 on.

    The signature's time is now; it holds for five minutes.
    """
    webhook = catalogue.manifest("zendesk").webhook
    assert webhook is not None
    now_us = time.time_ns() // 1000
    for body in bodies(number, first):
        value = body.ljust(size)
        signed = signature.sign(webhook.signature[0], SECRET, Request("POST", path, "", {}, value), now_us)
        lines = [f"POST {path} HTTP/1.1", "Host: commonline.example", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(value)}", "Accept: */*", "User-Agent: Zendesk Webhook"]
        lines += ["X-Zendesk-Account-Id: 12514403", "X-Zendesk-Webhook-Id: 01K0WEBHOOK"]
        lines += [f"{name}: {text}" for name, text in signed.items()]
        yield "\r\n".join(lines).encode(), value


@dataclass
class Load:
    """What all connections share. `took` holds pairs of the moment of an answer and the seconds it needed."""

    ready: list[tuple[bytes, bytes]]
    took: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    number: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._turn = cycle(self.ready)

    def next(self) -> bytes:
        """A call, ready for the wire."""
        head, body = next(self._turn)
        return b"%s\r\nX-Zendesk-Webhook-Invocation-Id: %s\r\n\r\n%s" % (head, ID % next(self.number), body)


class Connection(asyncio.Protocol):
    """One kept connection: a call, its answer, and then what `then` says."""

    def __init__(self, load: Load, then: Callable[[Connection], None]) -> None:
        self.load = load
        self._then = then
        self._transport: asyncio.Transport | None = None
        self.began = 0.0
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Told by the calls that are not answered."""
        self._transport = None

    def call(self) -> None:
        """Send the next call."""
        if self._transport is not None:
            self.began = time.perf_counter()
            self._transport.write(self.load.next())

    def data_received(self, data: bytes) -> None:
        """An answer has no body that is longer than a line, so its head is all that is waited for."""
        self._read += data
        if b"\r\n\r\n" not in self._read:
            return
        now = time.perf_counter()
        if self._read.startswith(b"HTTP/1.1 2"):
            self.load.took.append((now, now - self.began))
        else:
            self.load.refused += 1
        self._read = b""
        self._then(self)

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()


async def connect(url: str, load: Load, then: Callable[[Connection], None], connections: int) -> list[Connection]:
    """Open so many connections."""
    loop, where = asyncio.get_running_loop(), urlsplit(url)
    host, port = where.hostname or "", where.port or 0
    made = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(lambda: Connection(load, then), host, port)
        made.append(protocol)
    return made
