"""A client of Server-Sent Events as the WHATWG's text has it, and the gateway's process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from commonline.local.ports import free_port
from commonline.settings import KafkaSettings
from tests.integration.pulse_run import WARNINGS

ROOT = Path(__file__).parents[3]
Heard = list[dict[str, Any]]


class Served:
    """``tests.gateway.live.served`` as a process; started again it keeps its port."""

    def __init__(self, kafka: KafkaSettings, prefix: str, *, keep: int = 5000, **limits: float) -> None:
        self._environ = os.environ | kafka.environ()
        self._environ |= {"TEST_PREFIX": prefix, "TEST_KEEP": str(keep), "TEST_LIMITS": json.dumps(limits)}
        self._environ |= {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        self.port = free_port()
        self.start()

    def start(self) -> None:
        argv = [sys.executable, *WARNINGS, "-m", "tests.gateway.live.served", str(self.port)]
        self.process = subprocess.Popen(argv, env=self._environ, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/", timeout=5)
                return
            except httpx.TransportError:
                assert self.process.poll() is None
                time.sleep(0.05)
        raise AssertionError("the gateway did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(20)

    @property
    def feed(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/feeds/acme/service/stream"

    def metric(self, sample: str) -> float:
        """The value of a sample such as ``name{label="value"}``; 0 where there is none."""
        lines = httpx.get(f"http://127.0.0.1:{self.port}/metrics").text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample)), 0.0)

    def conversation(self, which: str) -> str:
        return f"http://127.0.0.1:{self.port}/v1/conversations/{which}/stream"


@dataclass
class EventSource:
    """Keeps the last event id over connections, as a browser does. Only whole events count."""

    url: str
    last: str = ""
    heard: Heard = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)
    positions: int = 0

    async def connect(self, **query: str) -> AsyncIterator[None]:
        """Yields after each event, until the connection ends."""
        headers = {"Last-Event-ID": self.last} if self.last else {}
        async with (
            httpx.AsyncClient(timeout=30) as http,
            http.stream("GET", self.url, params=query, headers=headers) as response,
        ):
            assert response.status_code == 200, await response.aread()
            name, data, new = "message", list[str](), self.last
            async for line in response.aiter_lines():
                key, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if key == "id":
                    new = value
                elif key == "data" and line:
                    data.append(value)
                elif key == "event":
                    name = value
                elif not line:
                    self._dispatch(name, "\n".join(data), new)
                    name, data = "message", []
                    yield

    def _dispatch(self, name: str, data: str, new: str) -> None:
        self.positions += not data and new != self.last
        self.last = new
        if data and name == "message":
            self.heard.append(json.loads(data))
        elif data:
            self.notices.append((name, json.loads(data)["detail"]))
            if name == "reset":
                self.heard.clear()

    async def until(self, done: Callable[[], bool], **query: str) -> None:
        """Listen until something holds; connect again when the connection ends."""
        async with asyncio.timeout(60):
            while not done():
                try:
                    async for _ in self.connect(**query):
                        if done():
                            return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)

    @property
    def seqs(self) -> list[int]:
        return [one["seq"] for one in self.heard]
