"""Stands in for a Mastodon server at its HTTP edge: the user stream (WebSocket and SSE) and the home timeline.

The real product needs a cloud of its own; this speaks what its API documentation says (docs.joinmastodon.org, methods
streaming and timelines), in a thread with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

from aiohttp import WSMsgType, web

from commonline.demo.scene import Toot

HEARTBEAT_S = 5.0
START_S = 10.0


class Instance:
    """A server on a free loopback port. `url` is known after `start`."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="demo-mastodon", daemon=True)
        self._ready = threading.Event()
        self._listeners: set[asyncio.Queue[Toot]] = set()
        self._statuses: list[dict[str, Any]] = []
        self._stop: asyncio.Event | None = None
        self.url = ""

    @property
    def listeners(self) -> int:
        """Open streams."""
        return len(self._listeners)

    def start(self) -> None:
        """Serve."""
        self._thread.start()
        self._ready.wait(START_S)

    def stop(self) -> None:
        """End all streams and the server."""
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(START_S)

    def say(self, toot: Toot) -> None:
        """Send an event to every open stream; new statuses also stand in the home timeline."""
        self._loop.call_soon_threadsafe(self._say, toot)

    def _say(self, toot: Toot) -> None:
        if toot.event in ("update", "status.update"):
            status = json.loads(toot.payload)
            self._statuses = [one for one in self._statuses if one["id"] != status["id"]] + [status]
        for queue in self._listeners:
            queue.put_nowait(toot)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_get("/api/v1/streaming", self._websocket)
        app.router.add_get("/api/v1/streaming/{stream:.+}", self._events)
        app.router.add_get("/api/v1/timelines/{name:.+}", self._timeline)
        app.router.add_get("/api/v1/notifications", self._nothing)
        app.router.add_get("/api/v1/conversations", self._nothing)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def _allow(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self._token not in (given, request.query.get("access_token"), request.headers.get("Sec-WebSocket-Protocol")):
            raise web.HTTPUnauthorized(text=json.dumps({"error": "The access token is invalid"}))

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        self._allow(request)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
        await socket.prepare(request)
        queue: asyncio.Queue[Toot] = asyncio.Queue()
        self._listeners.add(queue)
        sender = asyncio.ensure_future(self._send(socket, queue))
        try:
            async for message in socket:
                if message.type == WSMsgType.ERROR:
                    break
        finally:
            sender.cancel()
            self._listeners.discard(queue)
        return socket

    async def _send(self, socket: web.WebSocketResponse, queue: asyncio.Queue[Toot]) -> None:
        while True:
            toot = await queue.get()
            await socket.send_json({"stream": ["user"], "event": toot.event, "payload": toot.payload})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self._allow(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[Toot] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            await response.write(b":)\n")
            while True:
                try:
                    toot = await asyncio.wait_for(queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    await response.write(b":thump\n")
                    continue
                await response.write(f"event: {toot.event}\ndata: {toot.payload}\n\n".encode())
        except ConnectionError:
            return response
        finally:
            self._listeners.discard(queue)

    async def _timeline(self, request: web.Request) -> web.Response:
        self._allow(request)
        since = request.query.get("min_id") or request.query.get("since_id") or "0"
        newer = [one for one in self._statuses if int(one["id"]) > int(since)]
        return web.json_response(sorted(newer, key=lambda one: int(one["id"]), reverse=True))

    async def _nothing(self, request: web.Request) -> web.Response:
        self._allow(request)
        return web.json_response([])
