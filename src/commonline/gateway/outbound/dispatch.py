"""Sends what is due: conversations side by side, each in its order; not too many calls to one host at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from commonline.clock import now_us
from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.queue import Delivery
from commonline.gateway.outbound.schedule import Outcome, Verdict, decide
from commonline.gateway.outbound.sender import TIMEOUT_S, Sender
from commonline.gateway.outbound.signing import signed
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

log = logging.getLogger(__name__)
PER_HOST = 4
"""Calls to one host at once."""
AT_ONCE = 64
TICK_S = 0.25
AGAIN_S = 1.0
LOOK_S = 5.0
PRUNE_S = 3600.0


Judge = Callable[[Outcome, int, int, int, float], Verdict]
"""As `commonline.gateway.outbound.schedule.decide`."""


class Dispatcher:
    """Calls receivers until it is stopped. One of its kind, or several on one database: a delivery is claimed."""

    def __init__(
        self, store: Store, sender: Sender, metrics: Metrics, timeout_s: float = TIMEOUT_S, judge: Judge = decide
    ) -> None:
        self._store = store
        self._sender = sender
        self._metrics = metrics
        self._judge = judge
        self._lease_us = int((timeout_s * 1.5 + 1) * 1e6)
        self._chance = random.SystemRandom().random
        self._tasks: set[asyncio.Task[None]] = set()
        self._hosts: Counter[str] = Counter()
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`; then what is under way ends first."""
        loop = asyncio.get_running_loop()
        looked = pruned = -PRUNE_S
        while not self._stopping:
            self._wake.clear()
            try:
                if loop.time() - looked > LOOK_S:
                    looked = loop.time()
                    self._tell()
                if loop.time() - pruned > PRUNE_S:
                    pruned = loop.time()
                    self._prune()
                for delivery, found in self._claimed():
                    self._begin(delivery, found)
            except SQLAlchemyError as error:
                log.error("webhooks wait for the database: %s", error)
                await asyncio.sleep(AGAIN_S)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), TICK_S)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _prune(self) -> None:
        with self._store.writing() as connection:
            queue.prune(connection, now_us())

    def _begin(self, delivery: Delivery, found: Subscription) -> None:
        host = _host(found.url)
        self._hosts[host] += 1
        task = asyncio.create_task(self._deliver(delivery, found, host))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what became of a webhook was not written down, it is sent again", exc_info=error)

    def _tell(self) -> None:
        with self._store.reading() as connection:
            found = queue.totals(connection)
        self._metrics.gauge("commonline_webhook_pending", {}).set(found.get("pending", 0))
        self._metrics.gauge("commonline_webhook_dead", {}).set(found.get("dead", 0))

    def _claimed(self) -> list[tuple[Delivery, Subscription]]:
        """What is tried now, as far as there is room; it counts as tried from this moment."""
        room, now = AT_ONCE - len(self._tasks), now_us()
        with self._store.reading() as connection:
            due = queue.ready(connection, now) if room > 0 else []
            known = {one.id: one for one in subscriptions.every(connection)} if due else {}
        hosts = Counter(self._hosts)
        taken: list[tuple[Delivery, Subscription]] = []
        claimed: list[tuple[Delivery, Subscription]] = []
        for delivery in due:
            found = known.get(delivery.webhook)
            if found is None or len(taken) >= room or hosts[_host(found.url)] >= PER_HOST:
                continue
            hosts[_host(found.url)] += 1
            taken.append((delivery, found))
        if taken:
            with self._store.writing() as connection:
                claimed = [each for each in taken if queue.claim(connection, each[0], now, self._lease_us)]
        return claimed

    async def _deliver(self, delivery: Delivery, found: Subscription, host: str) -> None:
        try:
            outcome = await call(self._sender, found, delivery.id, delivery.body.encode())
        finally:
            self._hosts[host] -= 1
        now = now_us()
        verdict = self._judge(outcome, delivery.attempts + 1, delivery.first or now, now, self._chance())
        with self._store.writing() as connection:
            queue.settle(connection, delivery, verdict, outcome, now)
        self._metrics.counter("commonline_webhook_attempts_total", {"fate": verdict.fate}).inc()
        self._metrics.histogram("commonline_webhook_seconds", {}).observe(outcome.took_s)
        if verdict.fate != "delivered":
            log.warning("webhook %s of %s to %s: %s, %s", delivery.id, found.feed, host, outcome.error, verdict.fate)
        self._wake.set()


async def call(sender: Sender, found: Subscription, identifier: str, body: bytes) -> Outcome:
    """One signed call to a subscription, now."""
    now = now_us()
    headers = signed(found.keys(now), identifier, now // 1_000_000, body)
    return await sender.post(found.url, headers, body)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
