"""One conversation: its timeline, who is in it, why its threads are one. It counts as read once it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from commonline.console.frame import render, zone_of
from commonline.console.pages.known import departments_of, feeds_of
from commonline.console.pages.missing import missing
from commonline.console.view import timeline
from commonline.console.view.entries import short
from commonline.console.view.links import Reason, reason
from commonline.console.view.rows import row, who
from commonline.gateway.api.asked import Asking, Database
from commonline.gateway.queries import conversations, entries, history, links, marks, people
from commonline.gateway.queries.models import ConversationDetail
from commonline.gateway.queries.page import LARGEST, Ask
from commonline.gateway.store.engine import Store
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer

router = APIRouter(include_in_schema=False)
TITLE_LENGTH = 90
EXPORTS = (("vcon", "vCon"), ("activitystreams", "ActivityStreams"), ("mbox", "mbox"))
Cursor = Annotated[str | None, Query(max_length=500)]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part, as the column beside the timeline shows them."""

    name: str
    side: str
    path: str
    accounts: list[str]


@router.get("/conversations/{conversation}")
def page(conversation: UUID, request: Request, viewer: Asking, database: Database, cursor: Cursor = None) -> Response:
    """The page; opening it marks the conversation as read."""
    found = _found(database, viewer, conversation)
    if found is None:
        return missing(request, viewer, "conversation")
    store: Store = request.app.state.store
    with store.writing() as writing:
        marks.mark(writing, viewer, found)
    feeds = feeds_of(database, viewer)
    return render(
        request,
        viewer,
        "conversation.html",
        departments=departments_of(feeds),
        page="conversations",
        head=head_of(found),
        people=_people(database, viewer, found),
        evidence=_evidence(database, viewer, found),
        exports=[(word, f"/v1/conversations/{found.id}/export?format={name}") for name, word in EXPORTS],
        **_timeline(database, request, viewer, found, cursor),
    )


@router.get("/conversations/{conversation}/timeline")
def part(conversation: UUID, request: Request, viewer: Asking, database: Database, cursor: Cursor = None) -> Response:
    """The timeline alone, for a page that is open and hears that something moved."""
    found = _found(database, viewer, conversation)
    if found is None:
        return Response(status_code=404)
    told = _timeline(database, request, viewer, found, cursor)
    return render(request, viewer, "_timeline.html", departments=[], **told)


def _found(database: Connection, viewer: Viewer, conversation: UUID) -> ConversationDetail | None:
    return conversations.detail(database, Sight(viewer), str(conversation), Ask(1))


def head_of(found: ConversationDetail) -> dict[str, Any]:
    """What stands above every page of a conversation."""
    shown = row(found)
    title = found.first_text or who(found.people)
    seen_as = f"{found.department}, up to {found.visibility}" if found.department else "the whole, nothing hidden"
    return {
        "id": found.id,
        "title": title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…",
        "state": found.state,
        "seen_as": seen_as,
        "row": shown,
    }


def _timeline(
    database: Connection, request: Request, viewer: Viewer, found: ConversationDetail, cursor: str | None
) -> dict[str, Any]:
    """The newest entries, or those before `cursor`, oldest first."""
    sight, feed = Sight(viewer), history.feed_of(database, found.workspace, found.department)
    ask = Ask.of(LARGEST, cursor, int, str)
    told = entries.timeline(database, sight, feed, str(found.id), ask, newest=True)
    past = history.earlier(database, sight, feed, [one.object for one in told.items if one.edited])
    first = told.items[-1].at if told.next else datetime.min.replace(tzinfo=UTC)
    gone = [one for one in history.gone(database, sight, feed, str(found.id)) if one.at >= first]
    shown = timeline.entries(told.items, past, [] if cursor else gone)
    zone = zone_of(request, viewer)
    further = told.next and f"/conversations/{found.id}?cursor={told.next}"
    return {"days": timeline.days(shown, zone, datetime.now(UTC)), "earlier": further, "later": cursor is not None}


def _people(database: Connection, viewer: Viewer, found: ConversationDetail) -> list[Person]:
    known = people.accounts_of(database, [one.person for one in found.people]) if viewer.administrator else {}
    return [
        Person(
            one.name or _unnamed(known.get(one.person)), one.side, f"/people/{one.person}", known.get(one.person, [])
        )
        for one in found.people
    ]


def _unnamed(accounts: list[str] | None) -> str:
    return short(accounts[0]) if accounts else "Nobody named"


def _evidence(database: Connection, viewer: Viewer, found: ConversationDetail) -> list[Reason] | None:
    """Why the threads are one; None for those who do not see accounts."""
    if not viewer.administrator:
        return None
    threads = links.threads_of(database, found.workspace, str(found.id))
    return [reason(link) for link in links.between(database, found.workspace, "thread", threads)]
