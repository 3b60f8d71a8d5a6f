"""The addresses of live streams, for Server-Sent Events and WebSocket alike.

``/v1/feeds/{workspace}/{department}/stream`` and ``/v1/conversations/{conversation}/stream``. Where a stream begins:
``Last-Event-ID`` (header), ``after`` or ``from`` (query).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from commonline.errors import MalformedPayloadError
from commonline.gateway.api.asked import Access
from commonline.gateway.api.problem import answer
from commonline.gateway.live import plan
from commonline.gateway.live.connection import Connection, opened
from commonline.gateway.live.framing import Transport
from commonline.gateway.live.hub import Hub
from commonline.gateway.live.listener import Listener
from commonline.gateway.live.position import Position
from commonline.gateway.live.sight import HIGHEST
from commonline.gateway.live.stream import Stream
from commonline.gateway.viewer import FeedName, Viewer
from commonline.kit.place import TIGHTNESS

MOST_LISTENERS = 10_000
Resolve = Callable[[Viewer, str], str | None]
"""The id that a conversation goes by now; None where it does not exist for the viewer."""


class Endpoints:
    """Makes the routes. `access` and `resolve` may wait for a database: they are called in a thread."""

    def __init__(self, hub: Hub, access: Access, resolve: Resolve) -> None:
        self._hub = hub
        self._access = access
        self._resolve = resolve

    def routes(self) -> list[BaseRoute]:
        """Plain ASGI routes: no framework stands between a stream and its socket."""
        found: list[BaseRoute] = []
        for path, serve in (
            ("/v1/feeds/{workspace}/{department}/stream", self._feed),
            ("/v1/conversations/{conversation}/stream", self._conversation),
        ):
            endpoint = _Endpoint(path, serve)
            found += [Route(path, endpoint, methods=["GET"]), WebSocketRoute(path, endpoint)]
        return found

    async def _feed(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer, start = await self._asked(scope)
        parts = scope["path_params"]
        feed = FeedName(parts["workspace"], parts["department"])
        await self._hub.primed.wait()
        if not viewer.reads(feed) or feed not in self._hub.rings:
            raise HTTPException(404, "there is no such feed")
        if isinstance(start, Position) and feed not in start.offsets:
            raise HTTPException(400, "Last-Event-ID: this event id is of another stream")
        listener = Listener(_rank(viewer), _transport(scope), viewer.reads)
        await self._listen(scope, receive, send, viewer, listener, [feed], start)

    async def _conversation(self, scope: Scope, receive: Receive, send: Send) -> None:
        viewer, start = await self._asked(scope)
        try:
            asked = str(UUID(scope["path_params"]["conversation"]))
        except ValueError:
            asked = ""
        now = await run_in_threadpool(self._resolve, viewer, asked) if asked else None
        await self._hub.primed.wait()
        feeds = [feed for feed in self._hub.rings if viewer.reads(feed)]
        if now is None or not feeds:
            raise HTTPException(404, "there is no such conversation")
        survivor = start.conversation or now if isinstance(start, Position) else now
        listener = Listener(_rank(viewer), _transport(scope), viewer.reads, asked, survivor)
        listener.follow(feeds)
        await self._listen(scope, receive, send, viewer, listener, feeds, start)

    async def _asked(self, scope: Scope) -> tuple[Viewer, plan.Start]:
        connection = HTTPConnection(scope)
        viewer = await run_in_threadpool(self._access, connection)
        if scope["type"] == "websocket":
            _same_origin(connection)
        if len(self._hub.listeners) >= MOST_LISTENERS:
            raise HTTPException(503, f"{MOST_LISTENERS} streams are open already; try later", {"Retry-After": "30"})
        try:
            start = plan.start(
                self._hub.seal,
                last_event_id=connection.headers.get("last-event-id"),
                after=connection.query_params.get("after"),
                begin=connection.query_params.get("from"),
            )
        except MalformedPayloadError as error:
            raise HTTPException(400, f"{error.path}: {error}") from error
        return viewer, start

    async def _listen(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        viewer: Viewer,
        listener: Listener,
        feeds: list[FeedName],
        start: plan.Start,
    ) -> None:
        async def still() -> str | None:
            try:
                now = await run_in_threadpool(self._access, HTTPConnection(scope))
            except HTTPException:
                return "the credentials of this stream are no longer valid"
            changed = (now.feeds, now.administrator, _rank(now)) != (viewer.feeds, viewer.administrator, _rank(viewer))
            return "what you may see has changed; connect again" if changed else None

        await opened(scope, receive, send)
        if scope.get("method") == "HEAD":
            await send({"type": "http.response.body"})
            return
        await Connection(self._hub, listener, still, receive, send).run(
            Stream(self._hub, listener, feeds).pieces(start)
        )


class _Endpoint:
    """An ASGI application of one method: Starlette wraps functions, and leaves objects alone.

    What is refused before a WebSocket is accepted is answered over HTTP, as everything else.
    """

    def __init__(self, path: str, serve: Callable[[Scope, Receive, Send], Any]) -> None:
        self.path = path
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self  # as FastAPI does: metrics are told by pattern
        try:
            await self._serve(scope, receive, send)
        except HTTPException as error:
            if scope["type"] == "http":
                raise
            await answer(error.status_code, error.detail, error.headers)(scope, receive, send)


def _same_origin(connection: HTTPConnection) -> None:
    """A page of somebody else must not open a WebSocket with this browser's cookies: browsers send `Origin`."""
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise HTTPException(403, f"a page of {origin} may not open this stream")


def _rank(viewer: Viewer) -> int:
    return HIGHEST if viewer.administrator else TIGHTNESS[viewer.visibility]


def _transport(scope: Scope) -> Transport:
    return Transport.SSE if scope["type"] == "http" else Transport.WEBSOCKET
