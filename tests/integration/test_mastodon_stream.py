"""Mastodon's stream against a server that behaves as its documentation says: gaps, repeats, bad frames, refusals."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.mastodon_server import TOKEN, Town, status

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.mastodon.source import read
from commonline.errors import ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.mapping import Dead
from commonline.kit.replay import Result, trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.testing.connect import Installation

CONNECTOR = catalogue.connector("mastodon")
NOW = 1_772_442_000_000_000


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    server = Town()
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    yield server
    server.cut()
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def context(town: Town, http: aiohttp.ClientSession, token: str = TOKEN, **given: Any) -> Context:
    settings = {name: setting.default for name, setting in CONNECTOR.manifest.settings.items()}
    settings |= {"instance": town.url, "access_token": ResolvedSecret((token,)), **given}
    return Context("town", "acme", settings, http, since_us=NOW, clock=lambda: NOW)


class Reading:
    """A source being read, page by page."""

    def __init__(self, source: Context, cursor: Cursor | None = None) -> None:
        self.pages = read(source, cursor)
        self.cursor = cursor
        self.items: list[Item] = []

    async def until(self, done: Callable[[], bool]) -> None:
        """Take pages until it is so; the cursor goes through JSON as the log keeps it."""
        async with asyncio.timeout(10):
            while not done():
                page: Page = await anext(self.pages)
                self.items += page.items
                self.cursor = json.loads(json.dumps(page.cursor)) or self.cursor

    async def ready(self) -> None:
        await self.until(lambda: len(self.cursor or {}) >= 3)

    async def end(self) -> Exception:
        """What ends it."""
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the caller looks at it
            await self.until(lambda: False)
        return caught.value


def results(town: Town, items: list[Item]) -> list[Result]:
    source = trial(CONNECTOR, {"instance": town.url})
    made = []
    for item in items:
        sample = Sample("x", item.body, item.content_type, item.headers, item.request, item.transport)
        made += source.run(source.delivery(sample, NOW))
    return made


def texts(town: Town, items: list[Item]) -> list[str]:
    return [a.object.text or a.type for r in results(town, items) for a in r.activities]


@pytest.mark.parametrize("stream", ["websocket", "events"])
async def test_what_is_said_arrives_and_a_gap_is_filled(town: Town, http: aiohttp.ClientSession, stream: str) -> None:
    town.post(*(status(n) for n in range(3)))
    first = Reading(context(town, http, stream=stream))
    await first.ready()
    assert first.items == [], "what was before the beginning is not told"
    town.post(status(100), status(101))
    await first.until(lambda: len(first.items) >= 2)
    town.cut()
    assert isinstance(await first.end(), DisconnectedError)
    town.post(*(status(n) for n in range(102, 200)), tell=False)
    second = Reading(context(town, http, stream=stream), first.cursor)
    await second.until(lambda: len(texts(town, second.items)) >= 98)
    town.post(status(200))
    await second.until(lambda: "Toot 200" in texts(town, second.items[-1:]))
    told = texts(town, first.items) + texts(town, second.items)
    assert set(told) == {f"Toot {n}" for n in range(100, 201)}
    ids = {a.id for r in results(town, first.items + second.items) for a in r.activities}
    assert len(ids) == 101, "what was told twice has one id"
    await second.pages.aclose()  # type: ignore[attr-defined]


async def test_nothing_falls_between_stream_and_pages(town: Town, http: aiohttp.ClientSession) -> None:
    town.post(status(1))
    town.hold = asyncio.Event()
    reading = Reading(context(town, http), {"home": status(0)["id"], "notifications": "1", "conversations": "1"})
    task = asyncio.ensure_future(reading.until(lambda: "Toot 3" in texts(town, reading.items)))
    async with asyncio.timeout(10):
        while not town.reached:
            await asyncio.sleep(0.01)
    town.post(status(2), status(3))
    town.hold.set()
    await task
    assert texts(town, reading.items)[:3] == ["Toot 3", "Toot 2", "Toot 1"], "the page, newest first as it came"
    await reading.until(lambda: len(texts(town, reading.items)) == 5)
    assert reading.cursor is not None
    assert reading.cursor["home"] == status(3)["id"]


async def test_a_late_post_of_another_server_is_found_by_the_overlap(town: Town, http: aiohttp.ClientSession) -> None:
    town.timelines["home"] = [status(95), status(100)]
    known = {"home": status(100)["id"], "notifications": "0", "conversations": "0"}
    reading = Reading(context(town, http), known)
    await reading.until(lambda: bool(reading.items))
    assert texts(town, reading.items) == ["Toot 100", "Toot 95"]


async def test_a_bad_frame_is_a_dead_letter_and_the_stream_goes_on(town: Town, http: aiohttp.ClientSession) -> None:
    reading = Reading(context(town, http))
    await reading.ready()
    for bad in (
        b"{",
        b"[]",
        b'{"event":"update","payload":"{"}',
        b'{"event":"update","payload":"{\\"id\\":1}"}',
        b"\xc3\xa9",
    ):
        town.raw(bad)
    town.say("frobnicated", "{}")
    town.post(status(1))
    await reading.until(lambda: len(reading.items) == 7)
    outcomes = [result.outcome for result in results(town, reading.items)]
    assert [isinstance(one, Dead) for one in outcomes] == [True, False, True, True, True, False, False]
    assert reading.cursor is not None
    assert reading.cursor["home"] == status(1)["id"]


async def test_further_timelines_share_the_socket(town: Town, http: aiohttp.ClientSession) -> None:
    town.timelines["tag/kettle"] = [status(5)]
    reading = Reading(context(town, http, timelines=["user", "hashtag:kettle", "public:local"]))
    await reading.until(lambda: len(reading.cursor or {}) == 4)
    assert town.subscribed == ["user", "hashtag", "public:local"]
    assert reading.cursor is not None
    assert reading.cursor["hashtag:kettle"] == status(5)["id"]
    town.say("update", json.dumps(status(6)), ("hashtag", "kettle"))
    await reading.until(lambda: len(reading.items) == 1)
    assert reading.cursor["hashtag:kettle"] == status(6)["id"]
    assert reading.cursor["home"] == "0"


async def test_the_account_of_the_source_is_known(town: Town, http: aiohttp.ClientSession) -> None:
    reading = Reading(context(town, http))
    await reading.ready()
    mention = {"id": "1", "username": "acme", "acct": "acme", "url": f"{town.url}/@acme"}
    town.post(status(1, mentions=[mention]))
    await reading.until(lambda: bool(reading.items))
    (activity,) = results(town, reading.items)[0].activities
    assert (activity.direction, activity.our_account) == ("inbound", "https://town.example/users/acme")


async def test_history_goes_back_as_far_as_asked(town: Town, http: aiohttp.ClientSession) -> None:
    town.timelines["home"] = [status(n) for n in range(100)]
    source = context(town, http, page_size=10)
    asked = Context("town", "acme", source.settings, http, mode="backfill", since_us=NOW - (540 - 75) * 60_000_000)
    items: list[Item] = []
    places: list[Cursor | None] = []
    async with aclosing(read(asked, None)) as pages:  # type: ignore[type-var]
        async for page in pages:
            places.append(page.cursor)
            items += page.items
    assert texts(town, items) == [f"Toot {n}" for n in range(99, 69, -1)], "whole pages, down to minute 75"
    rest: list[Item] = []
    async with aclosing(read(asked, places[1])) as pages:  # type: ignore[type-var]
        async for page in pages:
            rest += page.items
    assert texts(town, rest) == [f"Toot {n}" for n in range(79, 69, -1)], "from the last page that was kept"


async def test_refusals(town: Town, http: aiohttp.ClientSession) -> None:
    wrong = await Reading(context(town, http, token="another")).end()
    assert isinstance(wrong, ConfigurationError)
    assert "access_token" in str(wrong)
    town.refusals["/api/v1/timelines/home"] = [web.Response(status=429, headers={"Retry-After": "17"})]
    later = await Reading(context(town, http)).end()
    assert isinstance(later, RetryLaterError)
    assert later.after_s == 17
    for path in ("/api/v1/timelines/home", "/api/v1/streaming"):
        town.refusals[path] = [web.Response(status=503)]
        assert isinstance(await Reading(context(town, http)).end(), DisconnectedError)
    town.refusals["/api/v1/timelines/home"] = [web.Response(status=403)]
    assert isinstance(await Reading(context(town, http)).end(), ConfigurationError)
    reading = Reading(context(town, http))
    await reading.ready()
    town.raw(b'{"error":"Missing tag name parameter","status":400}')
    assert isinstance(await reading.end(), ConfigurationError)


async def test_the_last_call_of_the_limit_is_kept_for_later(town: Town, http: aiohttp.ClientSession) -> None:
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-03-02T09:02:00.000Z"}
    town.refusals["/api/v1/timelines/home"] = [web.json_response([], headers=spent)]
    later = await Reading(context(town, http)).end()
    assert isinstance(later, RetryLaterError)
    assert later.after_s == 120


async def test_the_token_in_the_query_and_a_streaming_server_of_its_own(
    town: Town, http: aiohttp.ClientSession
) -> None:
    town.instance = {"configuration": {"urls": {"streaming": town.url.replace("http:", "ws:")}}}
    reading = Reading(context(town, http, stream_auth="query"))
    await reading.ready()
    assert f"/api/v1/streaming?stream=user&access_token={TOKEN}" in town.asked
    town.post(status(1))
    await reading.until(lambda: bool(reading.items))
    assert reading.items[0].request == "GET /api/v1/streaming?stream=user"


@pytest.mark.broker
async def test_through_the_real_runner(town: Town, installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    secret = f'access_token = {{ file = "{tmp_path / "token"}" }}'
    installation.configure(f'[sources.town]\nconnector = "mastodon"\ninstance = "{town.url}"\n{secret}')
    connect = await asyncio.to_thread(installation.start)
    async with asyncio.timeout(30):
        while not town.reached or not town.queues:
            await asyncio.sleep(0.05)
    town.post(status(1))
    await asyncio.to_thread(installation.until_deliveries, 1)
    town.cut()
    town.post(status(2), tell=False)
    await asyncio.to_thread(installation.until_deliveries, 2)
    town.raw(b'{"event":')
    town.post(status(3))

    def all_there() -> bool:
        return {b'{"event":', frame(3)} <= {one.body for one in installation.deliveries()}

    async with asyncio.timeout(30):
        while not await asyncio.to_thread(all_there):
            await asyncio.sleep(0.1)
    deliveries = await asyncio.to_thread(installation.deliveries)
    assert [one.transport for one in deliveries[:2]] == ["stream", "poll"]
    assert {one.authentication for one in deliveries} == {"session"}
    assert (deliveries[1].request or "").startswith("GET /api/v1/timelines/home?limit=40&min_id=")
    source = trial(CONNECTOR, {"instance": town.url})
    told = [result for one in deliveries for result in source.run(one)]
    assert {a.object.text for one in told for a in one.activities} == {"Toot 1", "Toot 2", "Toot 3"}
    assert sum(isinstance(one.outcome, Dead) for one in told) == 1
    assert all(TOKEN not in str(one) for one in deliveries)
    assert await asyncio.to_thread(connect.stop) == 0


def frame(number: int) -> bytes:
    """The frame that tells a status."""
    return json.dumps({"stream": ["user"], "event": "update", "payload": json.dumps(status(number))}).encode()
