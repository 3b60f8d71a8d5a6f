"""The load generator: posts signed comments, repeats what was not acknowledged, remembers what was."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.crash.page import comment, headers

CLIENTS = 8
GIVE_UP_S = 90.0


class Load:
    """Posts comments 0 … `total` - 1 with some clients at once; `acknowledged` are the numbers that got a 2xx."""

    def __init__(self, url: str, total: int, posts: int) -> None:
        self.acknowledged: set[int] = set()
        self._url, self._total, self._posts = url, total, posts
        self._next = 0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(CLIENTS)
        self._runs = [self._pool.submit(self._client) for _ in range(CLIENTS)]

    @property
    def done(self) -> bool:
        """Whether everything was sent."""
        return all(run.done() for run in self._runs)

    @property
    def progress(self) -> float:
        """Part that is acknowledged, 0 to 1."""
        return len(self.acknowledged) / self._total

    def result(self) -> set[int]:
        """Wait for the end. Raises what a client raised."""
        for run in self._runs:
            run.result(GIVE_UP_S * 4)
        self._pool.shutdown()
        return self.acknowledged

    def _take(self) -> int | None:
        with self._lock:
            number = self._next
            self._next += 1
        return number if number < self._total else None

    def _client(self) -> None:
        with httpx.Client(timeout=10, trust_env=False) as client:
            while (number := self._take()) is not None:
                self._post(client, number)

    def _post(self, client: httpx.Client, number: int) -> None:
        body = comment(number, self._posts)
        deadline = time.monotonic() + GIVE_UP_S
        while time.monotonic() < deadline:
            try:
                if client.post(self._url, content=body, headers=headers(body)).is_success:
                    self.acknowledged.add(number)
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"comment {number} was not taken within {GIVE_UP_S} s")
