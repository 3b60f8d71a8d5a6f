"""Mastodon's API as far as the connector reads it: streams (WebSocket, server-sent events), paging, limits."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

TOKEN = "token-of-acme-kettles"
ACME = {"id": "1", "username": "acme", "acct": "acme", "uri": "https://town.example/users/acme"}
ANA = {"id": "7", "username": "ana", "acct": "ana@brew.example", "uri": "https://brew.example/users/ana"}
FIRST = 115_480_000_000_000_000


def status(number: int, **more: Any) -> dict[str, Any]:
    """The status of that number; a minute lies between two."""
    return {
        "id": str(FIRST + number * (60_000 << 16)),
        "created_at": f"2026-03-02T{number // 60:02}:{number % 60:02}:00.000Z",
        "visibility": "public",
        "content": f"<p>Toot {number}</p>",
        "account": ANA,
        **more,
    }


class Town:
    """A server's state: timelines (newest last), open streams, and answers that it gives instead."""

    def __init__(self) -> None:
        self.timelines: dict[str, list[dict[str, Any]]] = {"home": [], "notifications": [], "conversations": []}
        self.refusals: dict[str, list[web.Response]] = {}
        self.asked: list[str] = []
        self.queues: list[asyncio.Queue[bytes | None]] = []
        self.subscribed: list[str] = []
        self.opened = 0
        self.hold: asyncio.Event | None = None
        self.url = ""
        self.instance: dict[str, Any] | None = None
        self.reached = False

    def post(self, *statuses: dict[str, Any], tell: bool = True) -> None:
        """New statuses; `tell` says them on the stream too."""
        for one in statuses:
            self.timelines["home"].append(one)
            if tell:
                self.say("update", json.dumps(one))

    def say(self, event: str, payload: str, stream: tuple[str, ...] = ("user",)) -> None:
        """An event on all streams."""
        self.raw(json.dumps({"stream": list(stream), "event": event, "payload": payload}).encode())

    def raw(self, data: bytes) -> None:
        """A frame as it is."""
        for queue in self.queues:
            queue.put_nowait(data)

    def cut(self) -> None:
        """Close all streams."""
        for queue in self.queues:
            queue.put_nowait(None)
        self.queues.clear()

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application(middlewares=[self.gate])
        app.router.add_get("/api/v1/streaming", self.websocket)
        app.router.add_get("/api/v1/streaming/{stream:.+}", self.events)
        app.router.add_get("/api/v1/timelines/{name:.+}", self.page)
        app.router.add_get("/api/v1/{name:notifications|conversations}", self.page)
        app.router.add_get("/api/v1/accounts/verify_credentials", self.who)
        app.router.add_get("/api/v2/instance", self.about)
        return app

    @web.middleware
    async def gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """The token, and answers that were prepared."""
        self.asked.append(request.path_qs)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.query.get("access_token")
        if token != TOKEN:
            return web.json_response({"error": "The access token is invalid"}, status=401)
        waiting = self.refusals.get(request.path)
        if waiting:
            return waiting.pop(0)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def who(self, _: web.Request) -> web.Response:
        return web.json_response(ACME)

    async def about(self, _: web.Request) -> web.Response:
        return web.json_response(self.instance or {}, status=200 if self.instance else 404)

    async def page(self, request: web.Request) -> web.Response:
        """Newest first; `min_id` gives those just above it, `max_id` those just below."""
        self.reached = True
        if self.hold is not None:
            await self.hold.wait()
        found = self.timelines.get(request.match_info["name"], [])
        limit, after, before = int(request.query["limit"]), request.query.get("min_id"), request.query.get("max_id")
        if after is not None:
            found = [one for one in found if int(one["id"]) > int(after)][:limit]
        else:
            found = [one for one in found if before is None or int(one["id"]) < int(before)][-limit:]
        found = found[::-1]
        headers = {"X-RateLimit-Remaining": "250", "X-RateLimit-Reset": "2026-03-02T12:00:00.000Z"}
        if found:
            base = f"{self.url}{request.path}"
            headers["Link"] = (
                f'<{base}?max_id={found[-1]["id"]}>; rel="next", <{base}?min_id={found[0]["id"]}>; rel="prev"'
            )
        return web.json_response(found, headers=headers)

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        queue = self._open()
        self.subscribed.append(request.query["stream"])
        sender = asyncio.ensure_future(self._send(socket, queue))
        async for message in socket:
            self.subscribed.append(json.loads(message.data)["stream"])
        sender.cancel()
        return socket

    async def _send(self, socket: web.WebSocketResponse, queue: asyncio.Queue[bytes | None]) -> None:
        while (data := await queue.get()) is not None:
            await socket.send_str(data.decode())
        await socket.close()

    async def events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue = self._open()
        await response.write(b":)\n")
        while (data := await queue.get()) is not None:
            told = json.loads(data)
            if "/".join(told["stream"]) != request.match_info["stream"]:
                continue
            await response.write(f":thump\nevent: {told['event']}\ndata: {told['payload']}\n\n:thump\n".encode())
        return response

    def _open(self) -> asyncio.Queue[bytes | None]:
        self.opened += 1
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.queues.append(queue)
        return queue


@contextmanager
def running(town: Town) -> Iterator[asyncio.AbstractEventLoop]:
    """The town on a free port, in a thread of its own, for programs that are not asynchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mastodon", daemon=True)
    thread.start()

    async def begin() -> web.AppRunner:
        runner = web.AppRunner(town.app(), shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        town.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    runner = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(town.cut)
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
