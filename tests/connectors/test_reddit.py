"""Reddit beyond its fixtures: listings by pages, tokens, the budget that its headers tell."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError


def thing(number: int, minutes_ago: float, kind: str = "t1", **more: Any) -> dict[str, Any]:
    created = (NOW - int(minutes_ago * MINUTE)) / SECOND
    data = {
        "name": f"{kind}_{number}",
        "author": "ana",
        "body": f"Text {number}",
        "created_utc": created,
        "edited": False,
    }
    return {"kind": kind, "data": data | {"subreddit": "kettles", "subreddit_type": "public", "link_id": "t3_1"} | more}


class Site:
    """Listings by path, newest first, in pages of two."""

    def __init__(self) -> None:
        self.listings: dict[str, list[dict[str, Any]]] = {"/r/kettles/new": [], "/r/kettles/comments": []}
        self.asked: list[str] = []
        self.grants: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.status = 200

    async def token(self, request: web.Request) -> web.Response:
        self.grants.append(dict(await request.post()))
        return web.json_response({"access_token": "day", "expires_in": 86400})

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer day" or self.status != 200:
            return web.json_response({}, status=self.status if self.status != 200 else 401, headers=self.headers)
        self.asked.append(request.path)
        found = self.listings.get(request.path)
        if found is None:
            return web.json_response({"error": 404}, status=404)
        begin = int(request.query.get("after", "0"))
        more = str(begin + 2) if begin + 2 < len(found) else None
        listing = {"kind": "Listing", "data": {"children": found[begin : begin + 2], "after": more}}
        return web.json_response(listing, headers=self.headers)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, Polled]]:
    made = Site()
    app = web.Application()
    app.router.add_post("/api/v1/access_token", made.token)
    app.router.add_get("/{path:.*}", made.answer)
    async with serving(app) as url:
        settings = {
            "communities": ["kettles"],
            "search": [],
            "account": "acmekettles",
            "client_id": "app",
            "client_secret": ResolvedSecret(("secret",)),
            "password": None,
            "api_url": url,
            "token_url": f"{url}/api/v1/access_token",
        }
        yield made, Polled("reddit", settings)


def names(items: list[Any]) -> list[str]:
    return [json.loads(item.body)["data"]["name"] for item in items]


async def test_only_what_is_new_is_read(site: tuple[Site, Polled]) -> None:
    reddit, source = site
    reddit.listings["/r/kettles/comments"] = [thing(n, n * 10) for n in range(1, 10)]
    items, cursor = await source.round()
    assert names(items) == [f"t1_{n}" for n in range(1, 7)], "an hour"
    assert len(reddit.asked) == 1 + 4, "no page beyond the one that is too old"
    again, cursor = await source.round(cursor)
    assert again == []
    reddit.listings["/r/kettles/comments"].insert(0, thing(20, 0))
    reddit.listings["/r/kettles/comments"][1]["data"]["edited"] = NOW / SECOND - 60.0
    items, _ = await source.round(cursor)
    assert names(items) == ["t1_20", "t1_1"], "an edit is news"
    assert [one.type for one in source.mapped(items)] == ["Create", "Create", "Update"]


async def test_the_inbox_needs_the_password(site: tuple[Site, Polled]) -> None:
    reddit, source = site
    await source.round()
    assert reddit.grants == [{"grant_type": "client_credentials"}]
    assert "/message/inbox" not in reddit.asked
    source.settings["password"] = ResolvedSecret(("p&ss",))
    reddit.listings["/message/inbox"] = [thing(5, 5, "t4", dest="acmekettles", was_comment=False, link_id=None)]
    reddit.listings["/message/sent"] = []
    items, _ = await source.round()
    assert reddit.grants[-1] == {"grant_type": "password", "username": "acmekettles", "password": "p&ss"}
    (message,) = source.mapped(items)
    assert (message.channel, message.visibility, message.direction) == ("direct_message", "customer", "inbound")


async def test_the_budget_that_headers_tell(site: tuple[Site, Polled]) -> None:
    reddit, source = site
    reddit.headers = {"X-Ratelimit-Remaining": "0.0", "X-Ratelimit-Reset": "30", "X-Ratelimit-Used": "100"}
    with pytest.raises(TimeoutError):
        await _limited(source)
    assert source.waited[0] == pytest.approx(30, abs=1)


async def _limited(source: Polled) -> None:
    """The first wait is enough: nobody waits in earnest."""

    async def stop(seconds: float) -> None:
        source.waited.append(seconds)
        raise TimeoutError

    source._wait = stop  # type: ignore[method-assign]
    await source.round()


async def test_refusals(site: tuple[Site, Polled]) -> None:
    reddit, source = site
    source.settings["communities"] = ["kettles", "nothing"]
    with pytest.raises(ConfigurationError, match="/r/nothing/new"):
        await source.round()
    for status, error in ((403, AuthenticationError), (503, RetryLaterError)):
        reddit.status = status
        with pytest.raises(error):
            await source.round()
    source.settings |= {"communities": [], "search": []}
    with pytest.raises(ConfigurationError, match="say what is read"):
        await source.round()
