"""GitHub beyond its fixtures: failed deliveries are fetched, and are the same facts as those that came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.github import source
from commonline.errors import ConfigurationError
from commonline.kit import catalogue
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Page

HOOK = "repos/acme/kettle-two/hooks/77"
NOW = 1_772_445_600_000_000
FIXTURES = Path(source.__file__).parent / "fixtures"


class Record:
    """GitHub's record of a webhook's deliveries, newest first, in pages of two."""

    def __init__(self) -> None:
        self.deliveries: list[dict[str, Any]] = []
        self.payloads: dict[int, bytes] = {}
        self.asked: list[str] = []

    def sent(self, number: int, guid: str, status: int, payload: bytes = b"{}") -> None:
        """A delivery, and what it was answered."""
        at = f"2026-03-02T09:{number:02}:00Z"
        told = {"id": number, "guid": guid, "delivered_at": at, "status_code": status, "event": "issues"}
        self.deliveries.insert(0, told)
        self.payloads[number] = payload

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        begin = int(request.query.get("cursor", "0"))
        page = self.deliveries[begin : begin + 2]
        headers = {}
        if begin + 2 < len(self.deliveries):
            headers["Link"] = f'<{request.url.with_query(cursor=str(begin + 2))}>; rel="next"'
        return web.json_response(page, headers=headers)

    async def whole(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        payload = self.payloads[int(request.match_info["number"])]
        return web.Response(body=b'{"request": {"headers": {}, "payload": %s}}' % payload)


@pytest.fixture
async def record() -> AsyncIterator[tuple[Record, str]]:
    made = Record()
    app = web.Application()
    app.router.add_get(f"/{HOOK}/deliveries", made.listed)
    app.router.add_get(f"/{HOOK}/deliveries/{{number}}", made.whole)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def pages(
    url: str, cursor: dict[str, Any] | None = None, hook: str = HOOK, since: int | None = None
) -> list[Page]:
    settings = {"access_token": ResolvedSecret(("token",)), "api_url": url, "hooks": [hook]}
    async with aiohttp.ClientSession() as http:
        context = Context("github", "acme", settings, http, since_us=since)
        return [page async for page in source.read(context, cursor)]


async def test_only_what_nobody_took_is_fetched(record: tuple[Record, str]) -> None:
    github, url = record
    for number, guid, status in ((1, "a", 200), (2, "b", 502), (3, "c", 0), (4, "b", 200), (5, "d", 504)):
        github.sent(number, guid, status)
    (page,) = await pages(url, since=0)
    assert [item.vendor_id for item in page.items] == ["c", "d"], "b was delivered again by somebody"
    assert page.cursor == {HOOK: 5}
    github.sent(6, "e", 500)
    (page,) = await pages(url, page.cursor)
    assert [item.vendor_id for item in page.items] == ["e"]
    assert github.asked[-2] == f"/{HOOK}/deliveries?per_page=100", "one page is enough"


async def test_a_fetched_delivery_is_the_same_fact(record: tuple[Record, str]) -> None:
    github, url = record
    body = (FIXTURES / "issues__opened.json").read_bytes()
    github.sent(9, "x", 502, body)
    (page,) = await pages(url, since=0)
    item, made = page.items[0], trial(catalogue.connector("github"), {})
    polled = Sample("polled", item.body, headers=item.headers, request=item.request, transport="poll")
    posted = Sample("posted", body, headers={"x-github-event": "issues"})
    found = [made.run(made.delivery(one, NOW)) for one in (polled, posted)]
    ids = [[activity.id for result in results for activity in result.activities] for results in found]
    assert ids[0] == ids[1] != []


@pytest.mark.parametrize("hook", ["acme/kettle-two", "repos/../../admin/hooks/1", "repos/acme/other/hooks/1"])
async def test_a_webhook_that_is_none(record: tuple[Record, str], hook: str) -> None:
    with pytest.raises(ConfigurationError, match="hooks"):
        await pages(record[1], hook=hook)
