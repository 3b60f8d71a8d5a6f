"""The list: newest movement first, a row asked for alone when it moved."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from commonline.console.frame import render
from commonline.console.pages.asked import Asked, asked
from commonline.console.pages.known import departments_of, feeds_of
from commonline.console.view.rows import row
from commonline.gateway.api.asked import Asking, Database
from commonline.gateway.queries import conversations, entries
from commonline.gateway.queries.page import USUAL, Ask

router = APIRouter(include_in_schema=False)
Narrowed = Annotated[Asked, Depends(asked)]
Cursor = Annotated[str | None, Query(max_length=500)]


@router.get("/")
def page(request: Request, viewer: Asking, database: Database, narrowed: Narrowed, cursor: Cursor = None) -> Response:
    """The list with its filters; with `cursor`, further rows of it."""
    found = conversations.listed(database, narrowed.sight(viewer), narrowed.filter(), Ask.of(USUAL, cursor, int, str))
    feeds = feeds_of(database, viewer)
    further = found.next and narrowed.address("/", cursor=found.next)
    return render(
        request,
        viewer,
        "_rows.html" if request.headers.get("HX-Request") else "conversations.html",
        departments=departments_of(feeds),
        page="conversations",
        asked=narrowed,
        feeds=[str(one) for one in feeds],
        rows=[row(one) for one in found.items],
        more=further,
    )


@router.get("/rows/{conversation}")
def moved(conversation: UUID, request: Request, viewer: Asking, database: Database, narrowed: Narrowed) -> Response:
    """One row, as the list with these filters has it; 204 when it has it not."""
    which = narrowed.filter(conversation=entries.kept(database, narrowed.sight(viewer), str(conversation)))
    found = conversations.listed(database, narrowed.sight(viewer), which, Ask(1))
    if not found.items:
        return Response(status_code=204)
    feeds = feeds_of(database, viewer)
    return render(request, viewer, "_row.html", departments=departments_of(feeds), row=row(found.items[0]))
