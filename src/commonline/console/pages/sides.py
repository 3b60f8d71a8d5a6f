"""A conversation side by side, for those who are of several departments, and for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from commonline.console.frame import render
from commonline.console.pages.conversation import head_of
from commonline.console.pages.known import departments_of, feeds_of
from commonline.console.pages.missing import missing
from commonline.console.view.sides import facts
from commonline.gateway.api.asked import Asking, Database
from commonline.gateway.queries import conversations, entries, history
from commonline.gateway.queries.models import ConversationDetail
from commonline.gateway.queries.page import LARGEST, Ask
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer

router = APIRouter(include_in_schema=False)


@router.get("/conversations/{conversation}/sides")
def page(conversation: UUID, request: Request, viewer: Asking, database: Database) -> Response:
    """The page."""
    found = conversations.detail(database, Sight(viewer), str(conversation), Ask(1))
    if found is None:
        return missing(request, viewer, "conversation")
    told = {"head": head_of(found), **_sides(database, viewer, found)}
    departments = departments_of(feeds_of(database, viewer))
    return render(request, viewer, "sides.html", departments=departments, page="conversations", **told)


@router.get("/conversations/{conversation}/sides/table")
def part(conversation: UUID, request: Request, viewer: Asking, database: Database) -> Response:
    """The table alone, for a page that hears that something moved."""
    found = conversations.detail(database, Sight(viewer), str(conversation), Ask(1))
    if found is None:
        return Response(status_code=404)
    departments = departments_of(feeds_of(database, viewer))
    return render(request, viewer, "_sides.html", departments=departments, **_sides(database, viewer, found))


def _sides(database: Connection, viewer: Viewer, found: ConversationDetail) -> dict[str, Any]:
    told = {}
    for department in found.departments:
        sight = Sight(viewer, found.workspace, department)
        feed = history.feed_of(database, found.workspace, department)
        newest = entries.timeline(database, sight, feed, str(found.id), Ask(LARGEST), newest=True)
        told[department] = newest.items
    return {"departments_shown": sorted(told), "facts": facts(told)}
