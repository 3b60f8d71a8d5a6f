"""The application: the API, and what others add as routers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from commonline.gateway.api import conversations, problem
from commonline.gateway.api.asked import Access, loopback_only
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

ABOUT = """\
What the departments of a workspace see of its conversations.

Who asks sees what its departments' feeds hold, up to its own visibility. What it may not see does not exist: not in
lists, not in counts, not by its id. Administrators see everything, unredacted unless they name a department.
"""
ROUTERS: tuple[APIRouter, ...] = (conversations.router,)
Check = Callable[[], str | None]


def make_app(
    store: Store,
    *,
    access: Access = loopback_only,
    metrics: Metrics | None = None,
    ready: Check = lambda: None,
    routers: Iterable[APIRouter] = (),
    state: Mapping[str, Any] | None = None,
) -> FastAPI:
    """The gateway on a store that is migrated.

    `access` says who asks. `ready` is what /readyz tells. `routers` are added to the API's own; what they need lies in
    `state`, by name, and is found at ``request.app.state``.
    """
    app = FastAPI(title="Commonline gateway", version=version("commonline"), description=ABOUT)
    app.state.store, app.state.access, app.state.metrics = store, access, metrics or Metrics()
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    problem.install(app)
    app.middleware("http")(_measured)
    app.include_router(_health(ready))
    for router in (*ROUTERS, *routers):
        app.include_router(router)
    return app


async def _measured(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    route = request.scope.get("route")
    labels = {"route": getattr(route, "path", "none"), "method": request.method}
    metrics: Metrics = request.app.state.metrics
    metrics.histogram("commonline_gateway_request_seconds", labels).observe(time.perf_counter() - began)
    metrics.counter("commonline_gateway_requests_total", labels | {"status": str(response.status_code)}).inc()
    return response


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
