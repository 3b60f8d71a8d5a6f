"""The application: the API, and what others add as routers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from commonline.gateway.api import (
    activities,
    conversations,
    exports,
    feeds,
    letters,
    persons,
    problem,
    statistics,
    webhooks,
)
from commonline.gateway.api.asked import Access, loopback_only
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

ABOUT = """\
What the departments of a workspace see of its conversations.

Who asks sees what its departments' feeds hold, up to its own visibility. What it may not see does not exist: not in
lists, not in counts, not by its id. Administrators see everything, unredacted unless they name a department.
"""
ROUTERS: tuple[APIRouter, ...] = (
    conversations.router,
    exports.router,
    activities.router,
    persons.router,
    feeds.router,
    statistics.router,
    letters.router,
    webhooks.router,
)
Check = Callable[[], str | None]


def make_app(
    store: Store,
    *,
    access: Access = loopback_only,
    metrics: Metrics | None = None,
    ready: Check = lambda: None,
    routers: Iterable[APIRouter] = (),
    routes: Iterable[BaseRoute] = (),
    lifespan: Lifespan[FastAPI] | None = None,
    state: Mapping[str, Any] | None = None,
) -> FastAPI:
    """The gateway on a store that is migrated.

    `access` says who asks. `ready` is what /readyz tells. `routers` are added to the API's own; what they need lies in
    `state`, by name, and is found at ``request.app.state``. `routes` are plain ASGI, as live streams are.
    """
    app = FastAPI(title="Commonline gateway", version=version("commonline"), description=ABOUT, lifespan=lifespan)
    app.state.store, app.state.access, app.state.metrics = store, access, metrics or Metrics()
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    problem.install(app)
    app.add_middleware(Measured, metrics=app.state.metrics)
    app.include_router(_health(ready))
    for router in (*ROUTERS, *routers):
        app.include_router(router)
    app.router.routes.extend(routes)
    return app


class Measured:
    """Counts requests and their time to the first byte. Plain ASGI: live streams pass through it, write by write."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; look at the head of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels = {"route": getattr(scope.get("route"), "path", "none"), "method": scope["method"]}
                seconds = time.perf_counter() - began
                self._metrics.histogram("commonline_gateway_request_seconds", labels).observe(seconds)
                counted = labels | {"status": str(message["status"])}
                self._metrics.counter("commonline_gateway_requests_total", counted).inc()
            await send(message)

        await self._app(scope, receive, told)


def _health(ready: Check) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    def _healthz() -> Response:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    def _readyz() -> Response:
        missing = ready()
        return PlainTextResponse(f"{missing or 'ok'}\n", 503 if missing else 200)

    @router.get("/metrics")
    def _metrics(request: Request) -> Response:
        metrics: Metrics = request.app.state.metrics
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
