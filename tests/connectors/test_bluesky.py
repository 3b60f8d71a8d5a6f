"""Bluesky beyond its fixtures: Jetstream over a real WebSocket, what is taken of it, history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, Polled, serving

from commonline.connectors.bluesky import content, source
from commonline.connectors.bluesky.payload import Facet, Feature, Post, Slice
from commonline.errors import ConfigurationError, DisconnectedError
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

US, ANA, LEO = "did:plc:acme", "did:plc:ana", "did:plc:leo"
POST = "app.bsky.feed.post"


def frame(number: int, did: str, text: str | None, *, operation: str = "create", key: str | None = None) -> bytes:
    """A post's frame; a second lies between two."""
    commit: dict[str, Any] = {
        "operation": operation,
        "collection": POST,
        "rkey": key or f"k{number}",
        "rev": str(number),
    }
    if text is not None:
        commit |= {"cid": f"c{number}", "record": {"$type": POST, "text": text, "createdAt": "2026-06-01T11:00:00Z"}}
    return json.dumps({"did": did, "time_us": NOW + number * times.SECOND, "kind": "commit", "commit": commit}).encode()


def written(number: int) -> dict[str, Any]:
    """A post as the AppView lists it, thousands of minutes old."""
    indexed = times.from_micros(NOW - number * 1000 * MINUTE).isoformat()
    post = {"uri": f"at://{US}/{POST}/h{number}", "author": {"did": US}, "record": {"$type": POST, "text": "x"}}
    return {"post": post | {"indexedAt": indexed}}


class Jetstream:
    """Repeats from the cursor on what it has, then tells what is new."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.asked: list[Any] = []
        self.listeners: list[asyncio.Queue[bytes | None]] = []
        self.feeds: dict[str, list[dict[str, Any]]] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(source.SUBSCRIBE, self.subscribe)
        app.router.add_get(source.FEED, self.feed)
        return app

    def say(self, *frames: bytes) -> None:
        self.frames += frames
        for listener in self.listeners:
            for one in frames:
                listener.put_nowait(one)

    async def subscribe(self, request: web.Request) -> web.WebSocketResponse:
        self.asked.append(request.query)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.listeners.append(queue)
        begin = request.query.get("cursor")
        for one in self.frames:
            if begin is not None and json.loads(one)["time_us"] >= int(begin):
                await socket.send_str(one.decode())
        while (one_more := await queue.get()) is not None:
            await socket.send_str(one_more.decode())
        await socket.close()
        return socket

    async def feed(self, request: web.Request) -> web.Response:
        """Pages of two, newest first."""
        found = self.feeds.get(request.query["actor"])
        if found is None:
            return web.json_response({"error": "InvalidRequest"}, status=400)
        begin = int(request.query.get("cursor", "0"))
        body: dict[str, Any] = {"feed": found[begin : begin + 2]}
        return web.json_response(body | ({"cursor": str(begin + 2)} if begin + 2 < len(found) else {}))


@pytest.fixture
async def jetstream() -> AsyncIterator[tuple[Jetstream, dict[str, Any]]]:
    made = Jetstream()
    async with serving(made.app()) as url:
        settings = {"account": US, "dids": [], "match": ["kettle"], "collections": [POST], "rewind_s": 10.0}
        yield made, settings | {"jetstream_url": url.replace("http", "ws", 1), "api_url": url}
        for listener in made.listeners:
            listener.put_nowait(None)


def reading(http: aiohttp.ClientSession, settings: dict[str, Any], cursor: Cursor | None) -> AsyncGenerator[Page]:
    context = Context("sky", "acme", settings, http, clock=lambda: NOW)
    return cast("AsyncGenerator[Page]", source.read(context, cursor))


def texts(items: list[Item]) -> list[str]:
    return [json.loads(item.body)["commit"].get("record", {}).get("text", "gone") for item in items]


async def to_the_end(pages: AsyncGenerator[Page]) -> None:
    async for _ in pages:
        pass


async def until(jetstream: Jetstream, count: int) -> None:
    while len(jetstream.listeners) < count:
        await asyncio.sleep(0.01)


async def test_what_concerns_us_is_taken(jetstream: tuple[Jetstream, dict[str, Any]]) -> None:
    server, settings = jetstream
    told = [
        frame(1, ANA, "A KETTLE"),
        frame(2, LEO, "Nothing of ours"),
        frame(3, US, "Tea"),
        frame(4, LEO, f"Hello {US}"),
        frame(5, LEO, None, operation="delete", key="k2"),
        frame(6, ANA, None, operation="delete", key="k1"),
    ]
    async with aiohttp.ClientSession() as http, aclosing(reading(http, settings, None)) as pages:
        coming = asyncio.ensure_future(anext(pages))
        await until(server, 1)
        server.say(*told)
        found = [await coming]
        while sum(len(page.items) for page in found) < 4:
            found.append(await anext(pages))
        assert [text for page in found for text in texts(page.items)] == ["A KETTLE", "Tea", f"Hello {US}", "gone"]
        assert found[-1].cursor == {"time_us": NOW + 6 * times.SECOND}
        assert found[0].items[0].body == told[0], "byte for byte"
    assert "wantedDids" not in server.asked[0], "who names us may be anybody"


async def test_a_connection_begins_before_the_last_frame(jetstream: tuple[Jetstream, dict[str, Any]]) -> None:
    server, settings = jetstream
    server.frames = [frame(n, US, f"Post {n}") for n in range(1, 30)]
    async with aiohttp.ClientSession() as http:
        pages = reading(http, settings, {"time_us": NOW + 20 * times.SECOND})
        async with aclosing(pages):
            found: list[Item] = []
            while len(found) < 20:
                found += (await anext(pages)).items
            assert texts(found) == [f"Post {n}" for n in range(10, 30)]
            server.listeners[0].put_nowait(None)
            with pytest.raises(DisconnectedError):
                await to_the_end(pages)
    assert server.asked[0]["cursor"] == str(NOW + 10 * times.SECOND)


async def test_listed_accounts_alone_are_chosen_by_the_server(jetstream: tuple[Jetstream, dict[str, Any]]) -> None:
    server, settings = jetstream
    settings |= {"account": None, "match": [], "dids": [ANA, LEO]}
    async with aiohttp.ClientSession() as http, aclosing(reading(http, settings, None)) as pages:
        coming = asyncio.ensure_future(anext(pages))
        await until(server, 1)
        server.say(frame(1, ANA, "Anything"))
        assert texts((await coming).items) == ["Anything"]
    assert server.asked[0].getall("wantedDids") == [ANA, LEO]
    assert server.asked[0].getall("wantedCollections") == [POST]


async def test_what_is_no_frame_is_kept(jetstream: tuple[Jetstream, dict[str, Any]]) -> None:
    server, settings = jetstream
    async with aiohttp.ClientSession() as http, aclosing(reading(http, settings, None)) as pages:
        coming = asyncio.ensure_future(anext(pages))
        await until(server, 1)
        server.listeners[0].put_nowait(b"oh no")
        page = await coming
        assert [item.body for item in page.items] == [b"oh no"]


async def test_history(jetstream: tuple[Jetstream, dict[str, Any]]) -> None:
    server, settings = jetstream
    server.feeds[US] = [written(n) for n in range(1, 7)]
    server.frames = [frame(-60, ANA, "kettles"), frame(60, ANA, "kettles later")]
    source_ = Polled("bluesky", settings, since=NOW - 3500 * MINUTE, mode="backfill")
    items, cursor = await source_.round()
    assert [len(json.loads(item.body).get("feed", [])) for item in items if b'"feed"' in item.body] == [2, 2]
    assert texts([item for item in items if b'"feed"' not in item.body])[0] == "kettles"
    assert cursor is not None
    assert cursor["done"] == [US]
    again, _ = await source_.round({"done": [], "did": US, "after": "2"})
    assert len([item for item in again if b'"feed"' in item.body]) == 1, "it goes on where it was"
    settings["account"] = LEO
    with pytest.raises(ConfigurationError):
        await source_.round()


@pytest.mark.parametrize("settings", [{"account": None, "match": []}, {"account": "acme.example"}, {"dids": ["ana"]}])
async def test_nothing_to_read(jetstream: tuple[Jetstream, dict[str, Any]], settings: dict[str, Any]) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(ConfigurationError, match="account, dids"):
            await anext(reading(http, jetstream[1] | settings, None))


def test_facets_count_bytes() -> None:
    text = "🫖é #tea"
    begin = text.encode().index(b"#")
    tag = Feature(kind="app.bsky.richtext.facet#tag", tag="tea")
    whole = Facet(Slice(begin, begin + 4), [tag])
    cut = Facet(Slice(1, 3), [tag])
    told = content.text_of(Post(text=text, facets=[cut, whole, Facet(Slice(5, 400), [tag])]))
    assert [told.text[span.start : span.end] for span in told.spans] == ["#tea"]
