"""A webhook server on real sockets whose broker is played by a test, and callers of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from commonline.errors import CommonlineError
from commonline.kit import signature
from commonline.kit.ingress.handler import Ingress
from commonline.kit.ingress.server import Listener
from commonline.kit.manifest import Signature
from commonline.kit.request import Request
from commonline.metrics import Metrics
from commonline.schemas.records import Delivery

NOW = 1_764_000_000_000_000
BODY = b'{"event_id":"Ev1"}'
WAIT_S = 10.0
Told = Callable[[CommonlineError | None], None]


@dataclass
class Broker:
    """Acknowledges at once where it is `quick`, else when the test does."""

    quick: bool = True
    refuses: Exception | None = None
    kept: list[Delivery] = field(default_factory=list)
    due: list[Told] = field(default_factory=list)
    tasks: int = 0

    def begin(self, delivery: Delivery, told: Told) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.kept.append(delivery)
        if self.quick:
            told(None)
        else:
            self.due.append(told)

    async def keep(self, delivery: Delivery) -> None:
        self.tasks += 1
        done: asyncio.Future[CommonlineError | None] = asyncio.get_running_loop().create_future()
        self.begin(delivery, done.set_result)
        if error := await done:
            raise error

    async def until_due(self, count: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while len(self.due) < count:
                await asyncio.sleep(0.005)


@dataclass
class Caller:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def says(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()
            await asyncio.sleep(0.01)

    async def hears(self) -> int:
        """The status of the next answer."""
        async with asyncio.timeout(WAIT_S):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"Content-Length: (\d+)", head)
            await self.reader.readexactly(int(length[1]) if length else 0)
        return int(head.split()[1])

    async def is_closed(self) -> bool:
        async with asyncio.timeout(WAIT_S):
            return await self.reader.read(1) == b""


@dataclass
class Site:
    """A server that listens, and calls to it."""

    broker: Broker
    ingress: Ingress
    metrics: Metrics
    listener: Listener
    scheme: Signature
    callers: list[Caller] = field(default_factory=list)

    def call(self, body: bytes = BODY, *lines: str, secret: str = "kettle", target: str = "/in/desk") -> bytes:
        made = signature.sign(self.scheme, secret, Request("POST", target, "", {}, body), NOW)
        head = [f"POST {target} HTTP/1.1", "Host: a", "Content-Type: application/json"]
        head += [f"{name}: {value}" for name, value in made.items()]
        if not any(line.startswith(("Transfer-Encoding", "Content-Length")) for line in lines):
            head.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*head, *lines, "", ""]).encode() + body

    async def caller(self) -> Caller:
        made = Caller(*await asyncio.open_connection("127.0.0.1", self.listener.port))
        self.callers.append(made)
        return made

    def counted(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def refused(self, reason: str) -> float:
        return self.counted("commonline_requests_refused_total", source="desk", reason=reason)

    async def until_no_body_is_held(self) -> None:
        async with asyncio.timeout(WAIT_S):
            while self.ingress.budget.used:
                await asyncio.sleep(0.005)
