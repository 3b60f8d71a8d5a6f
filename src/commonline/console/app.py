"""The console as routers of the gateway's application."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from commonline.console.frame import STATIC
from commonline.console.news import News
from commonline.console.pages import conversation, conversations, operations, people, sides, wall
from commonline.gateway.api.asked import Asking
from commonline.gateway.store.engine import Store

KEPT = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Static files are asked for with their digest, so that what is kept is never stale."""


def routers(store: Store) -> tuple[APIRouter, ...]:
    """All pages. Those that post forms need the application's `entrance` (see `commonline.gateway.access`)."""
    pages = (conversations, sides, conversation, people, wall, operations)
    return (_static(), _news(News(store)), *(page.router for page in pages))


def _news(news: News) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/news")
    async def _listen(viewer: Asking) -> Response:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(news.listen(viewer), media_type="text/event-stream", headers=headers)

    return router


def _static() -> APIRouter:
    files = {str(path.relative_to(STATIC)): path for path in STATIC.rglob("*.*")}
    router = APIRouter(include_in_schema=False)

    @router.get("/static/{path:path}")
    def _file(path: str, request: Request) -> Response:
        found = files.get(path)
        if found is None:
            return Response(status_code=404)
        return FileResponse(found, headers=KEPT if request.url.query else {"Cache-Control": "no-cache"})

    return router
