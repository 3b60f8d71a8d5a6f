"""Mattermost beyond its fixtures: the WebSocket and the pages of a server that speaks its API; tokens in bodies."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import NOW, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.mattermost import ingress, source
from commonline.errors import AuthenticationError, DisconnectedError
from commonline.kit.request import Request
from commonline.kit.source import Context, Cursor, Page

TOKEN = "bot-token"
FIXTURES = Path(source.__file__).parent / "fixtures"


def post(number: int, at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"p{number:025}",
        "channel_id": "support",
        "user_id": "dora",
        "create_at": at,
        "update_at": at,
        "message": f"post {number}",
        **more,
    }


class Server:
    """A Mattermost of one channel; `frames` are told to whoever listens, then the connection is closed."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.app = web.Application()
        self.app.router.add_get("/api/v4/websocket", self.listen)
        self.app.router.add_get("/api/v4/users/me/teams", self.teams)
        self.app.router.add_get("/api/v4/users/me/teams/acme/channels", self.channels)
        self.app.router.add_get("/api/v4/channels/support/posts", self.listed)
        self.app.router.add_post("/api/v4/users/ids", self.users)

    async def listen(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        challenge = await socket.receive_json()
        assert challenge["action"] == "authentication_challenge"
        if challenge["data"]["token"] != TOKEN:
            await socket.send_json({"status": "FAIL", "error": {"message": "no"}, "seq_reply": 1})
            return socket
        await socket.send_json({"event": "hello", "data": {"connection_id": "c"}, "broadcast": {}, "seq": 0})
        await socket.send_json({"status": "OK", "seq_reply": 1})
        for frame in self.frames:
            await socket.send_json(frame)
        await socket.close()
        return socket

    async def teams(self, request: web.Request) -> web.Response:
        fits = request.headers["Authorization"] == f"Bearer {TOKEN}"
        return web.json_response([{"id": "acme"}], status=200 if fits else 401)

    async def channels(self, request: web.Request) -> web.Response:
        channel = {"id": "support", "type": "O", "name": "support", "display_name": "Support", "team_id": "acme"}
        return web.json_response([channel])

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(request.query_string)
        newest_first = sorted(self.posts, key=lambda one: -one["create_at"])
        if "since" in request.query:
            found = [one for one in newest_first if one["update_at"] >= int(request.query["since"])]
        else:
            page, size = int(request.query["page"]), int(request.query["per_page"])
            found = newest_first[page * size : (page + 1) * size]
        return web.json_response({"order": [one["id"] for one in found], "posts": {one["id"]: one for one in found}})

    async def users(self, request: web.Request) -> web.Response:
        return web.json_response([{"id": one, "username": one, "first_name": "Dora"} for one in await request.json()])


def frame(number: int, told: dict[str, Any], event: str = "posted") -> dict[str, Any]:
    data = {"post": json.dumps(told), "channel_type": "O", "channel_name": "support", "sender_name": "@dora"}
    return {"event": event, "data": data, "broadcast": {"channel_id": "support"}, "seq": number}


def settings(url: str, token: str = TOKEN) -> dict[str, Any]:
    return {"server": url, "access_token": ResolvedSecret((token,)), "channels": [], "partner_channels": []}


async def listened(url: str, cursor: Cursor | None = None, token: str = TOKEN) -> tuple[list[Page], Exception | None]:
    """All pages of one connection, and what ended it."""
    pages: list[Page] = []
    async with aiohttp.ClientSession() as http:
        context = Context("chat", "acme", settings(url, token), http, clock=lambda: NOW)
        try:
            async with asyncio.timeout(20), aclosing(source.read(context, cursor)) as reading:  # type: ignore[type-var]
                async for page in reading:
                    pages.append(page)  # noqa: PERF401 - what was read counts although it ends with an error
        except Exception as error:
            return pages, error
    return pages, None


async def test_frames_are_heard_and_a_gap_is_filled() -> None:
    server, at = Server(), NOW // 1000
    async with serving(server.app) as url:
        server.frames = [frame(1, post(1, at + 1000)), {"event": "typing", "data": {}, "seq": 2}]
        pages, end = await listened(url)
        assert isinstance(end, DisconnectedError)
        cursor = pages[-1].cursor
        assert cursor == {"since": at + 1000}
        server.posts = [
            post(1, at + 1000),
            post(2, at + 2000),
            post(3, at + 3000, update_at=at + 4000, edit_at=at + 4000),
        ]
        server.frames = []
        pages, _ = await listened(url, cursor)
        one = Polled("mattermost", settings(url))
        found = one.mapped([item for page in pages for item in page.items])
        assert [(a.event, a.object.text) for a in found] == [
            ("posted", "post 1"),
            ("posted", "post 2"),
            ("post_edited", "post 3"),
        ]
        assert {a.actor.name for a in found if a.actor} == {"Dora"}
        assert pages[-1].cursor == {"since": at + 4000}
        assert server.asked[-1] == f"since={at + 1000 - 60_000}"
        assert TOKEN not in str(pages)


async def test_a_frame_that_is_left_out_ends_the_connection() -> None:
    server = Server()
    async with serving(server.app) as url:
        server.frames = [frame(1, post(1, NOW // 1000)), frame(4, post(2, NOW // 1000))]
        pages, end = await listened(url)
        assert "left out frames 2 to 3" in str(end)
        assert len([item for page in pages for item in page.items]) == 1


async def test_a_page_and_a_frame_tell_the_same_fact() -> None:
    server = Server()
    async with serving(server.app) as url:
        told = post(1, NOW // 1000 + 10)
        server.posts, server.frames = [told], [frame(1, told)]
        pages, _ = await listened(url, {"since": NOW // 1000})
        one = Polled("mattermost", settings(url))
        ids = [a.id for a in one.mapped([item for page in pages for item in page.items])]
        assert len(ids) == 2
        assert len(set(ids)) == 1


async def test_history_by_pages() -> None:
    server, at = Server(), NOW // 1000
    async with serving(server.app) as url:
        server.posts = [post(n, at - n * 1000) for n in range(450)]
        one = Polled("mattermost", settings(url), mode="backfill", since=NOW - 300 * 1_000_000)
        items, _ = await one.round()
        assert len(items) == 301
        assert server.asked == ["page=0&per_page=200", "page=1&per_page=200"]


async def test_a_wrong_token() -> None:
    server = Server()
    async with serving(server.app) as url:
        _, end = await listened(url, token="guess")
        assert isinstance(end, AuthenticationError)
        assert "guess" not in str(end)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_the_token_of_a_webhook_stands_in_its_body(kind: str) -> None:
    def call(token: str) -> Request:
        fields = {"token": token, "text": "hello", "post_id": "p"}
        body = json.dumps(fields) if kind == "application/json" else urlencode(fields)
        return Request("POST", "/in/chat", "https://x.example/in/chat", {"content-type": kind}, body.encode())

    secret = {"webhook_token": ResolvedSecret(("new-token", "old-token"))}
    assert ingress.verify(call("old-token"), secret, NOW).authentication == "token"
    for wrong in (call("guess"), call(""), Request("POST", "/", "", {"content-type": kind}, b"\xff{")):
        with pytest.raises(AuthenticationError):
            ingress.verify(wrong, secret, NOW)
    with pytest.raises(AuthenticationError, match="no-secret"):
        ingress.verify(call("old-token"), {}, NOW)
