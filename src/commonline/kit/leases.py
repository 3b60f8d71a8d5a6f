"""What vendors grant for a time is renewed before it ends: subscriptions (Graph), channels (Google), hubs (WebSub).

A source whose ``source.py`` has ``renew(context, lease) -> Lease | None`` is kept renewed by one task beside its
reader. The lease is written to the topic of cursors under the source's name with `SUFFIX`, so that whoever takes the
source over goes on with it, and so that ``commonline status`` can show when it ends.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiohttp

from commonline.clock import Clock, now_us
from commonline.errors import ConfigurationError, RetryLaterError
from commonline.kit import cursors
from commonline.kit.backoff import Backoff
from commonline.kit.instance import Instance
from commonline.kit.runner import Keeper, Place
from commonline.kit.source import Context, Lease, Renewer
from commonline.logs import Throttle
from commonline.metrics import Metrics

log = logging.getLogger(__name__)
SUFFIX = "#lease"
"""A source's name has no ``#``, so that its lease can stand beside its cursor."""
SPENT = 2 / 3
"""The part of a lease after which it is renewed; up to a tenth earlier, so that many do not fall on one moment."""
JITTER = 0.1
_SECOND = 1_000_000


def due_us(lease: Lease, chance: float) -> int:
    """When a lease is to be renewed. `chance` is between 0 and 1."""
    life = max(lease.until - lease.since, 0)
    return lease.since + int(life * (SPENT - JITTER * chance))


def stored(lease: Lease) -> dict[str, object]:
    """As it stands in the topic of cursors."""
    return {"since": lease.since, "until": lease.until, "data": lease.data}


def restored(position: dict[str, object] | None) -> Lease | None:
    """The other way round; None for what is no lease."""
    if position is None:
        return None
    since, until, data = position.get("since"), position.get("until"), position.get("data")
    if not isinstance(since, int) or not isinstance(until, int) or not isinstance(data, dict):
        return None
    return Lease(since, until, data)


class LeaseKeeper:
    """Renews one source's lease until it is cancelled. `place` holds the lease, and goes to a successor."""

    def __init__(
        self,
        instance: Instance,
        renew: Renewer,
        sink: Keeper,
        place: Place,
        metrics: Metrics,
        *,
        callback: str | None = None,
        clock: Clock = now_us,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        backoff: Backoff | None = None,
    ) -> None:
        self._instance, self._renew, self._sink, self._place = instance, renew, sink, place
        self._metrics, self._callback, self._clock, self._sleep = metrics, callback, clock, sleep
        self._backoff = backoff or Backoff(5.0, 600.0)
        self._throttle = Throttle(60.0)
        self._until = metrics.gauge("commonline_lease_until_timestamp_seconds", {"source": instance.name})

    async def run(self) -> None:
        """Renew for ever. Returns only when the source is configured wrongly, or needs no lease."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
            while True:
                lease = restored(self._place.cursor)
                wait_s = 0.0
                if lease is not None:
                    self._until.set(lease.until / _SECOND)
                    wait_s = (due_us(lease, self._backoff.chance()) - self._clock()) / _SECOND
                if wait_s > 0:
                    await self._sleep(min(wait_s, 3600.0))
                    continue
                try:
                    granted = await self._renew(self._context(http), lease)
                    if granted is None:
                        return
                    await self._keep(granted)
                except ConfigurationError as error:
                    self._failed(error, "the lease is not renewed until the configuration is changed")
                    return
                except Exception as error:
                    after_s = error.after_s if isinstance(error, RetryLaterError) else 0.0
                    wait_s = max(self._backoff.wait_s(), after_s)
                    self._failed(error, f"the lease is not renewed, next try in {wait_s:.0f} s")
                    await self._sleep(wait_s)
                else:
                    self._backoff.reset()

    def _context(self, http: aiohttp.ClientSession) -> Context:
        instance = self._instance
        return Context(
            source=instance.name,
            workspace=instance.workspace,
            settings=instance.settings,
            http=http,
            clock=self._clock,
            sleep=self._sleep,
            callback=self._callback,
        )

    async def _keep(self, lease: Lease) -> None:
        """The lease is in the log before it counts: a successor that does not know it would ask for a second one."""
        instance, position = self._instance, stored(lease)
        name = instance.name + SUFFIX
        record = cursors.record(name, instance.workspace, self._place.generation, self._clock(), position)
        await self._sink.keep_cursor(record)
        self._place.cursor = position
        self._until.set(lease.until / _SECOND)
        log.info("lease renewed source=%s for_s=%d", instance.name, (lease.until - lease.since) // _SECOND)

    def _failed(self, error: Exception, what: str) -> None:
        cause = type(error).__name__
        self._metrics.counter("commonline_source_errors_total", {"source": self._instance.name, "cause": cause}).inc()
        if self._throttle.allows(cause):
            log.warning("source=%s %s: %s: %s", self._instance.name, what, cause, error)
