"""Sources that are polled, tried against a small real server on loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
from aiohttp import web

from commonline.kit import catalogue
from commonline.kit.mapping import Dead
from commonline.kit.readers import reader
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Cursor, Item
from commonline.schemas.records import Activity

NOW = 1_780_315_200_000_000
"""2026-06-01T12:00:00Z."""
SECOND = 1_000_000
MINUTE = 60 * SECOND


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The address at which `app` answers."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Polled:
    """A source of a connector with its settings; `waited` are the seconds that it was asked to wait."""

    connector: str
    settings: dict[str, Any]
    since: int | None = NOW - 60 * MINUTE
    mode: Literal["live", "sweep", "backfill"] = "live"
    now: int = NOW
    waited: list[float] = field(default_factory=list)

    async def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def round(self, cursor: Cursor | None = None) -> tuple[list[Item], Cursor | None]:
        """The items of one round, and the cursor behind it as it comes back from its topic."""
        items: list[Item] = []
        async with aiohttp.ClientSession() as http:
            context = Context(
                source=f"acme-{self.connector}",
                workspace="acme",
                settings=self.settings,
                http=http,
                mode=self.mode,
                since_us=self.since,
                clock=lambda: self.now,
                sleep=self._wait,
            )
            async for page in reader(self.connector)(context, cursor):
                items += page.items
                cursor = page.cursor
        return items, json.loads(json.dumps(cursor))

    def mapped(self, items: list[Item]) -> list[Activity]:
        """What items become; none may be a dead letter."""
        connector = catalogue.connector(self.connector)
        declared = connector.manifest.settings
        given = {n: v for n, v in self.settings.items() if n in declared and declared[n].mapping}
        source = trial(connector, given)
        found: list[Activity] = []
        for item in items:
            sample = Sample("item", item.body, item.content_type, item.headers, item.request, item.transport or "poll")
            for result in source.run(source.delivery(sample, self.now)):
                assert not isinstance(result.outcome, Dead), result.outcome
                found += result.activities
        return found


def posted(connector: str, body: bytes, headers: dict[str, str] | None = None, **settings: Any) -> list[Activity]:
    """What a webhook's body becomes."""
    source = trial(catalogue.connector(connector), settings)
    sample = Sample("posted", body, headers=headers or {}, transport="webhook")
    results = source.run(source.delivery(sample, NOW))
    return [activity for result in results for activity in result.activities]
