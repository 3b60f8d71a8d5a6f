"""One poll or stream source at work: read, keep, then move the cursor (protocol F8)."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol

import aiohttp

from commonline.clock import Clock, now_us
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    PlatformError,
    RetryLaterError,
    TooLargeError,
)
from commonline.kit import cursors
from commonline.kit.backoff import Backoff
from commonline.kit.deliver import from_item
from commonline.kit.instance import Instance
from commonline.kit.source import Context, Item, Page, Reader
from commonline.kit.source import Cursor as Position
from commonline.logs import Throttle
from commonline.metrics import Metrics
from commonline.schemas.records import Cursor, Delivery

log = logging.getLogger(__name__)
Mode = Literal["live", "sweep", "backfill"]
ITEM_LIMIT = 64 * 1024 * 1024
"""Largest item, in bytes (protocol F17: mails); of a larger one the head is kept as a dead letter."""
WINDOW_BYTES = 16 * 1024 * 1024
WINDOW_ITEMS = 500
DENIED_S = 300.0
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=90)
_PASSING = (DisconnectedError, aiohttp.ClientError, OSError, TimeoutError)


class Keeper(Protocol):
    """What a runner needs of `commonline.kit.sink.Sink`."""

    async def keep(self, delivery: Delivery) -> None: ...

    async def keep_cursor(self, cursor: Cursor) -> None: ...

    async def bury(self, delivery: Delivery, limit: int) -> None: ...


@dataclass(slots=True)
class Place:
    """How far a source has been read, and the generation of who reads it."""

    generation: int
    cursor: Position | None


class Runner:
    """Runs one source until it is cancelled. `place` is kept current: a successor in this process goes on
    there.

    `sleep` and `clock` are for tests.
    """

    def __init__(
        self,
        instance: Instance,
        read: Reader,
        sink: Keeper,
        place: Place,
        metrics: Metrics,
        *,
        clock: Clock = now_us,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        self._instance, self._read, self._sink, self._place = instance, read, sink, place
        self._metrics, self._clock = metrics, clock
        self._sleep = sleep
        self._backoff = backoff or Backoff()
        self._throttle = Throttle(60.0)
        self._secrets = instance.live_secrets
        self._swept: float | None = None
        poll = instance.manifest.poll
        self._look_back_s = poll.look_back_s if poll and "poll" in instance.manifest.transports else 0.0
        self._interval_s = float(instance.settings.get("interval_s") or (poll.interval_s if poll else 60.0))
        self._up = metrics.gauge("commonline_source_up", {"source": instance.name})

    async def run(self) -> None:
        """Read for ever.

        Returns only when the source is configured wrongly: then until it is configured anew.
        """
        log.info("reading begins source=%s generation=%d", self._instance.name, self._place.generation)
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
                while True:
                    try:
                        wait_s = await self._once(http)
                    except ConfigurationError as error:
                        self._failed(error, "reading stops until the configuration is changed")
                        return
                    await self._sleep(wait_s)
        finally:
            self._up.set(0)

    async def history(self, since_us: int) -> None:
        """Read what there is since then, once, in mode ``backfill``; after a failure that passes, from the last page.

        Raises `AuthenticationError`, `ConfigurationError` and what is a defect.
        """
        async with aiohttp.ClientSession(timeout=TIMEOUT) as http:
            while True:
                try:
                    await self._round(http, "backfill", since_us)
                    return
                except RetryLaterError as error:
                    wait_s = max(error.after_s, self._backoff.wait_s())
                    self._failed(error, f"asked to wait, next try in {wait_s:.0f} s")
                except _PASSING as error:
                    wait_s = self._backoff.wait_s()
                    self._failed(error, f"not connected, next try in {wait_s:.1f} s")
                await self._sleep(wait_s)

    async def _once(self, http: aiohttp.ClientSession) -> float:
        """One round of reading. Returns how long to wait, in seconds."""
        try:
            if self._sweep_is_due():
                await self._round(http, "sweep")
                self._swept = time.monotonic()
            await self._round(http, "live")
        except RetryLaterError as error:
            wait_s = max(error.after_s, self._backoff.wait_s())
            self._failed(error, f"asked to wait, next try in {wait_s:.0f} s")
        except AuthenticationError as error:
            wait_s = DENIED_S
            self._failed(error, "credentials are not accepted; correct them and send SIGHUP")
        except _PASSING as error:
            wait_s = self._backoff.wait_s()
            self._failed(error, f"not connected, next try in {wait_s:.1f} s")
        except ConfigurationError:
            raise
        except Exception as error:
            wait_s = self._backoff.wait_s()
            self._failed(error, f"a defect of the connector, next try in {wait_s:.1f} s", trace=True)
        else:
            if "poll" not in self._instance.manifest.transports:
                wait_s = self._backoff.wait_s()
                self._failed(DisconnectedError("the stream ended"), f"next try in {wait_s:.1f} s")
            else:
                wait_s = self._interval_s
                self._works()
        return wait_s

    async def _round(self, http: aiohttp.ClientSession, mode: Mode, since_us: int | None = None) -> None:
        cursor = self._place.cursor if mode != "sweep" else None
        if cursor is None and mode != "backfill":
            since_us = self._clock() - int(self._look_back_s * 1_000_000)
        context = Context(
            source=self._instance.name,
            workspace=self._instance.workspace,
            settings=self._instance.settings,
            http=http,
            mode=mode,
            since_us=since_us,
            clock=self._clock,
        )
        pages = self._read(context, cursor)
        async with aclosing(pages):  # type: ignore[type-var]  # an async generator in all connectors
            async for page in pages:
                await self._take(page, mode)

    async def _take(self, page: Page, mode: Mode) -> None:
        """Keep a page's items, all of them acknowledged, then its cursor."""
        last = len(page.items) - 1
        after = json.dumps(page.cursor) if page.cursor is not None else None
        batch: list[Delivery] = []
        size = 0
        for index, item in enumerate(page.items):
            batch.append(self._delivery(item, mode, after if index == last else None))
            size += len(item.body)
            if size >= WINDOW_BYTES or len(batch) >= WINDOW_ITEMS or index == last:
                await self._keep_all(batch)
                batch, size = [], 0
        if page.cursor is not None and mode != "sweep":
            await self._keep_cursor(page.cursor)
        self._works()

    def _delivery(self, item: Item, mode: Mode, after: str | None) -> Delivery:
        return from_item(self._instance, item, received=self._clock(), mode=mode, cursor=after, secrets=self._secrets)

    async def _keep_all(self, batch: list[Delivery]) -> None:
        """Try until the broker has all of them: what is read already need not be asked for again."""
        patience = Backoff(0.5, 30.0)
        while batch:
            results = await asyncio.gather(*(self._keep(one) for one in batch), return_exceptions=True)
            failures = [result for result in results if isinstance(result, BaseException)]
            for failure in failures:
                if not isinstance(failure, (RetryLaterError, PlatformError)):
                    raise failure
            batch = [one for one, result in zip(batch, results, strict=True) if result is not None]
            if failures:
                wait_s = patience.wait_s()
                self._failed(failures[0], f"{len(batch)} items are not kept yet, next try in {wait_s:.1f} s")
                await self._sleep(wait_s)

    async def _keep(self, delivery: Delivery) -> None:
        try:
            if delivery.body_size > ITEM_LIMIT:
                raise TooLargeError("item", ITEM_LIMIT)
            await self._sink.keep(delivery)
        except TooLargeError as error:
            log.error("item too large source=%s bytes=%d", delivery.source, delivery.body_size)
            await self._sink.bury(delivery, error.limit)

    async def _keep_cursor(self, position: Position) -> None:
        patience = Backoff(0.5, 30.0)
        instance = self._instance
        while True:
            record = cursors.record(instance.name, instance.workspace, self._place.generation, self._clock(), position)
            try:
                await self._sink.keep_cursor(record)
            except RetryLaterError as error:
                wait_s = patience.wait_s()
                self._failed(error, f"the cursor is not kept yet, next try in {wait_s:.1f} s")
                await self._sleep(wait_s)
            else:
                self._place.cursor = position
                return

    def _sweep_is_due(self) -> bool:
        if not self._look_back_s or self._place.cursor is None:
            return False
        return self._swept is None or time.monotonic() - self._swept >= self._look_back_s / 2

    def _works(self) -> None:
        self._up.set(1)
        self._backoff.reset()

    def _failed(self, error: BaseException, what: str, *, trace: bool = False) -> None:
        cause = type(error).__name__
        self._up.set(0)
        self._metrics.counter("commonline_source_errors_total", {"source": self._instance.name, "cause": cause}).inc()
        if self._throttle.allows(cause):
            log.warning("source=%s %s: %s: %s", self._instance.name, what, cause, error, exc_info=trace)
