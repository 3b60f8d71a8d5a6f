"""X beyond its fixtures: challenge and signature, the stream with its gaps, history."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.x import content, ingress, people, source
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request
from commonline.kit.source import Context, Cursor, Item, Page

CONNECTOR = catalogue.connector("x")
NOW = 1_768_996_800_000_000
BODY = b'{"for_user_id":"7300200100","tweet_create_events":[]}'


def hmac_by_hand(key: bytes, content: bytes) -> str:
    """RFC 2104 written out, so that the oracle shares no code with what it tests."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + content).digest()
    return "sha256=" + base64.b64encode(hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()).decode()


def test_signature() -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    for value, good in ((hmac_by_hand(b"new", BODY), True), (hmac_by_hand(b"other", BODY), False), ("sha256=", False)):
        call = Request("POST", "/in/x", "https://a.example/in/x", {"x-twitter-webhooks-signature": value}, BODY)
        if good:
            assert authenticate(webhook, lambda _: ("old", "new"), call, NOW) == "signature"
            continue
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("old", "new"), call, NOW)


def test_challenge_is_signed_and_other_calls_are_none() -> None:
    settings = {"consumer_secret": ResolvedSecret(("key", "old"))}
    answer = ingress.handshake(Request("GET", "/in/x?crc_token=abc%2B1&nonce=2", ""), settings, NOW)
    assert answer is not None
    assert json.loads(answer.body) == {"response_token": hmac_by_hand(b"key", b"abc+1")}
    assert answer.content_type == "application/json"
    assert ingress.handshake(Request("POST", "/in/x?crc_token=a", ""), settings, NOW) is None
    assert ingress.handshake(Request("GET", "/in/x", ""), settings, NOW) is None
    with pytest.raises(AuthenticationError):
        ingress.handshake(Request("GET", "/in/x?crc_token=a", ""), {"consumer_secret": None}, NOW)


def test_ids_tell_their_time() -> None:
    assert people.time_of("1578522401263919106") == 1_665_184_042_646_000
    assert people.time_of("20") is None, "counted, not made of the time"


def test_entities_are_found_by_what_they_are() -> None:
    marks = [
        content.Mark("#tea", "#tea", "hashtag", "tea"),
        content.Mark("https://t.co/1", "https://a.example/?a=1&b=2", "link", "https://a.example/?a=1&b=2"),
        content.Mark("https://t.co/2", "", "link", None),
    ]
    told = content.render("🫖 &lt;3 #teapot #Tea https://t.co/1 &amp; https://t.co/2", marks)
    assert told.text == "🫖 <3 #teapot #Tea https://a.example/?a=1&b=2 &"
    assert [told.text[span.start : span.end] for span in told.spans] == ["#Tea", "https://a.example/?a=1&b=2"]


def post(number: int) -> dict[str, Any]:
    made = (NOW // 1000 - 1_288_834_974_657 + number * 1000) << 22
    return {"id": str(made), "text": f"Post {number}", "edit_history_tweet_ids": [str(made)]}


class World:
    """Posts, in the order in which they were written; streams; answers that are given instead."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.streams: list[asyncio.Queue[bytes | None]] = []
        self.asked: list[dict[str, str]] = []
        self.refusal: web.Response | None = None

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(source.STREAM, self.stream)
        app.router.add_get(source.RECENT, self.search)
        app.router.add_get(source.ARCHIVE, self.search)
        return app

    def say(self, number: int) -> None:
        self.posts.append(post(number))
        for stream in self.streams:
            stream.put_nowait(json.dumps({"data": self.posts[-1]}).encode())

    async def stream(self, request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] != "Bearer token":
            return web.Response(status=401)
        if self.refusal is not None:
            return self.refusal
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.streams.append(queue)
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"\r\n")
        while (line := await queue.get()) is not None:
            await answer.write(line + b"\r\n")
        return answer

    async def search(self, request: web.Request) -> web.Response:
        """Pages of two, newest first."""
        query = request.query
        self.asked.append(dict(query))
        since, until = int(query.get("since_id", "0")), int(query.get("until_id", str(2**63)))
        found = [one for one in reversed(self.posts) if since < int(one["id"]) < until]
        begin = int(query.get("next_token", "0"))
        page = found[begin : begin + 2]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        if begin + 2 < len(found):
            meta["next_token"] = str(begin + 2)
        return web.json_response({"data": page, "meta": meta} if page else {"meta": meta})


@pytest.fixture
async def world() -> AsyncIterator[tuple[World, str]]:
    made = World()
    async with serving(made.app()) as url:
        yield made, url
        for stream in made.streams:
            stream.put_nowait(None)


def context(http: aiohttp.ClientSession, url: str, **more: Any) -> Context:
    settings = {"bearer_token": ResolvedSecret((more.pop("token", "token"),)), "api_url": url, "query": "kettles"}
    settings |= {"full_archive": False, "backfill_minutes": 0} | more.pop("settings", {})
    return Context("x", "acme", settings, http, clock=lambda: NOW + 60_000_000, **more)


def reading(http: aiohttp.ClientSession, url: str, cursor: Cursor | None) -> AsyncGenerator[Page]:
    """The stream, read as the runner reads it."""
    return cast("AsyncGenerator[Page]", source.read(context(http, url), cursor))


def texts(items: list[Item]) -> list[str]:
    """What items say, in their order."""
    found: list[str] = []
    for item in items:
        data = json.loads(item.body)["data"]
        found += [one["text"] for one in (data if isinstance(data, list) else [data])]
    return found


async def test_the_stream_is_open_before_the_gap_is_searched(world: tuple[World, str]) -> None:
    x, url = world
    for number in range(1, 6):
        x.say(number)
    async with (
        aiohttp.ClientSession() as http,
        aclosing(reading(http, url, {"newest": post(2)["id"]})) as pages,
    ):
        found: list[Page] = [await anext(pages), await anext(pages)]
        x.say(6)
        found += [await anext(pages), await anext(pages)]
    assert [texts(page.items) for page in found] == [["Post 5", "Post 4"], ["Post 3"], [], ["Post 6"]]
    assert [page.cursor for page in found[:2]] == [None, None], "until all of the gap is kept"
    assert found[2].cursor == {"newest": post(5)["id"]}
    assert found[3].cursor == {"newest": post(6)["id"]}


async def test_a_stream_that_ends_is_told_after_what_it_said(world: tuple[World, str]) -> None:
    x, url = world
    async with aiohttp.ClientSession() as http, aclosing(reading(http, url, None)) as pages:
        waiting = asyncio.ensure_future(anext(pages))
        while not x.streams:
            await asyncio.sleep(0.01)
        x.say(1)
        x.streams[0].put_nowait(None)
        assert texts((await waiting).items) == ["Post 1"]
        with pytest.raises(DisconnectedError):
            await anext(pages)
    assert x.asked == [], "the first time there is no gap"


async def test_what_is_older_than_search_reaches_is_not_asked_for_by_id(world: tuple[World, str]) -> None:
    x, url = world
    old = post(-8 * 24 * 3600)["id"]
    x.say(1)
    async with aiohttp.ClientSession() as http, aclosing(reading(http, url, {"newest": old})) as pages:
        await anext(pages)
    assert "since_id" not in x.asked[0]
    assert x.asked[0]["start_time"] == "2026-01-14T12:03:00Z"


async def test_history_goes_back_and_can_be_gone_on_with(world: tuple[World, str]) -> None:
    x, url = world
    for number in range(1, 6):
        x.say(number)
    async with aiohttp.ClientSession() as http:
        whole = context(http, url, mode="backfill", since_us=NOW)
        found = [page async for page in source.read(whole, None)]
        again = [page async for page in source.read(whole, found[0].cursor)]
    assert [texts(page.items) for page in found] == [["Post 5", "Post 4"], ["Post 3", "Post 2"], ["Post 1"]]
    assert [texts(page.items) for page in again] == [["Post 3", "Post 2"], ["Post 1"]]


async def test_refusals(world: tuple[World, str]) -> None:
    x, url = world
    async with aiohttp.ClientSession() as http:
        with pytest.raises(AuthenticationError):
            await anext(source.read(context(http, url, token="wrong"), None))
        x.refusal = web.Response(status=429, headers={"Retry-After": "7"})
        with pytest.raises(RetryLaterError) as waits:
            await anext(source.read(context(http, url), None))
        assert waits.value.after_s == 7
        with pytest.raises(ConfigurationError, match="query"):
            await anext(source.read(context(http, url, mode="backfill", settings={"query": None}), None))
