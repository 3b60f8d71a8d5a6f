"""Live streams as a process: ``python -m tests.gateway.live.served <port>``, settings by environment.

Who asks is said by the query: ``?as=<visibility>``, an administrator without it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import uvicorn
from prometheus_client import generate_latest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from commonline.gateway.live.endpoints import Endpoints
from commonline.gateway.live.hub import Hub
from commonline.gateway.live.listener import Limits
from commonline.gateway.live.log import Log
from commonline.gateway.live.position import Seal
from commonline.gateway.viewer import FeedName, Viewer
from commonline.metrics import Metrics
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Visibility
from commonline.settings import KafkaSettings
from commonline.topics import Topics

KEY = bytes(range(32))
FEEDS = frozenset({FeedName("acme", "service"), FeedName("acme", "pr")})


def who(connection: HTTPConnection) -> Viewer:
    visibility = connection.query_params.get("as")
    if visibility is None:
        return Viewer("root", administrator=True)
    return Viewer("ana", FEEDS, cast("Visibility", visibility))


def application() -> Starlette:
    kafka = KafkaSettings.from_environ()
    assert kafka is not None
    metrics = Metrics()
    limits = Limits(**json.loads(os.environ.get("TEST_LIMITS", "{}")))
    source = Log(kafka, Topics(os.environ["TEST_PREFIX"]), SchemaIds.bundled(), metrics, int(os.environ["TEST_KEEP"]))
    holder: dict[str, Hub] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        holder["hub"].run()
        yield
        await holder["hub"].close()

    hub = holder["hub"] = Hub(source, Seal(KEY), metrics, limits)
    routes = Endpoints(hub, who, lambda _, conversation: conversation).routes()
    told = Route("/metrics", lambda _: PlainTextResponse(generate_latest(metrics.registry)))
    return Starlette(routes=[*routes, told], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        application(),
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
