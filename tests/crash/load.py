"""The load generator: lanes that post signed webhooks one after another, and remember what was acknowledged."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future

import aiohttp

from tests.crash.page import headers
from tests.crash.traffic import Delivery

GIVE_UP_S = 240.0
TIMEOUT_S = 10.0


class Load:
    """Posts what the lanes yield. A lane repeats a delivery until it gets a 2xx, then sends its next.

    `room` says how many facts may be sent now: the load stays a little ahead of the outputs, so that all stages are at
    work when something strikes. `acknowledged` grows as answers come; `posted` are all that were ever sent.
    """

    def __init__(
        self, urls: Mapping[str, str], lanes: list[Iterator[Delivery]], room: Callable[[int], bool] = lambda _sent: True
    ) -> None:
        self.acknowledged: list[Delivery] = []
        self.facts = 0
        self.retries = 0
        self._urls, self._lanes, self._room = urls, lanes, room
        self._done: Future[None] = Future()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="load", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether everything was sent."""
        return self._done.done()

    def result(self) -> list[Delivery]:
        """Wait for the end. Raises what a lane raised."""
        self._done.result(GIVE_UP_S * 2)
        return self.acknowledged

    def stop(self) -> None:
        """Give up what is not sent."""
        self._stopping = True
        self._thread.join(TIMEOUT_S * 2)

    def _run(self) -> None:
        try:
            asyncio.run(self._all())
        except BaseException as error:
            self._done.set_exception(error)
        else:
            self._done.set_result(None)

    async def _all(self) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as client:
            await asyncio.gather(*(self._lane(client, lane) for lane in self._lanes))

    async def _lane(self, client: aiohttp.ClientSession, lane: Iterator[Delivery]) -> None:
        for delivery in lane:
            while not self._room(self.facts):
                await asyncio.sleep(0.02)
                if self._stopping:
                    return
            self.facts += len(delivery.facts)
            if not await self._post(client, delivery):
                return
            self.acknowledged.append(delivery)
            if delivery.again:
                await self._post(client, delivery)

    async def _post(self, client: aiohttp.ClientSession, delivery: Delivery) -> bool:
        deadline = time.monotonic() + GIVE_UP_S
        url, told = self._urls[delivery.workspace], headers(delivery.body)
        while not self._stopping:
            try:
                async with client.post(url, data=delivery.body, headers=told) as answer:
                    if answer.ok:
                        return True
            except (aiohttp.ClientError, TimeoutError):
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"delivery {delivery.number} was not taken within {GIVE_UP_S:.0f} s")
            self.retries += 1
            await asyncio.sleep(0.1)
        return False
