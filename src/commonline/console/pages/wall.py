"""The command centre: what moves, who waits, where it comes from; for a screen on a wall."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from commonline.clock import now_us
from commonline.console.frame import render, zone_of
from commonline.console.pages.known import departments_of, feeds_of
from commonline.console.view import charts
from commonline.console.view.charts import Chart
from commonline.console.view.rows import row
from commonline.console.view.sources import fresh
from commonline.gateway.api.asked import Asking, Database
from commonline.gateway.queries import conversations, feeds, volume
from commonline.gateway.queries.filters import Filter
from commonline.gateway.queries.models import Volumes
from commonline.gateway.queries.page import Ask
from commonline.gateway.queries.volume import Span
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer

router = APIRouter(include_in_schema=False)
SPANS = {1: 300, 6: 900, 24: 3600, 72: 3 * 3600}
"""Hours that can be shown, and the seconds of a part of each."""
RANKED = 6


def shown(hours: Annotated[int, Query(ge=0, le=10_000)] = 24) -> int:
    """Hours that are asked for, if they can be shown; else a day."""
    return hours if hours in SPANS else 24


Hours = Annotated[int, Depends(shown)]


@router.get("/wall")
def page(request: Request, viewer: Asking, database: Database, hours: Hours) -> Response:
    """The page."""
    over = _span(hours)
    by_channel = volume.volumes(database, Sight(viewer), over, "channel")
    return render(
        request,
        viewer,
        "wall.html",
        departments=departments_of(feeds_of(database, viewer)),
        page="wall",
        spans=list(SPANS),
        hours=hours,
        charts=_charts(database, viewer, over, by_channel, zone_of(request, viewer)),
        **_figures(database, viewer, over, by_channel, hours),
    )


@router.get("/wall/figures")
def part(request: Request, viewer: Asking, database: Database, hours: Hours) -> Response:
    """Figures and lists alone, for a page that hears that something moved."""
    over = _span(hours)
    by_channel = volume.volumes(database, Sight(viewer), over, "channel")
    told = _figures(database, viewer, over, by_channel, hours)
    return render(request, viewer, "_figures.html", departments=[], **told)


@router.get("/wall/charts")
def drawn(request: Request, viewer: Asking, database: Database, hours: Hours) -> Response:
    """Charts alone: a screen on a wall asks for them again every minute."""
    over = _span(hours)
    by_channel = volume.volumes(database, Sight(viewer), over, "channel")
    told = _charts(database, viewer, over, by_channel, zone_of(request, viewer))
    return render(request, viewer, "_charts.html", departments=[], charts=told)


def _charts(database: Connection, viewer: Viewer, over: Span, by_channel: Volumes, zone: str) -> list[Chart]:
    by_department = volume.volumes(database, Sight(viewer), over, "department")
    return [
        charts.volume("Volume by channel", by_channel, zone, channels=True),
        charts.volume("Volume by department", by_department, zone),
        charts.replies("Time to our answer by channel, median", by_channel, zone, channels=True),
        charts.replies("Time to our answer by department, median", by_department, zone),
    ]


def _span(hours: int) -> Span:
    bucket, now = SPANS[hours] * 1_000_000, now_us()
    return Span((now - hours * 3_600_000_000) // bucket * bucket, now, bucket)


def _figures(database: Connection, viewer: Viewer, over: Span, moved: Volumes, hours: int) -> dict[str, Any]:
    sight = Sight(viewer)
    waiting = Filter(waiting=True)
    longest = conversations.listed(database, sight, waiting, Ask(RANKED), "waits").items
    busiest = volume.busiest(database, sight, over, RANKED).items
    counted = charts.Counted(
        hours=hours,
        conversations=conversations.count(database, sight, Filter(since=over.since)),
        waiting=conversations.count(database, sight, waiting),
        longest=longest[0].waits_since if longest else None,
    )
    now = datetime.now(UTC)
    return {
        "figures": charts.figures(counted, moved, now),
        "longest": [row(one) for one in longest],
        "busiest": [(row(one.conversation), one.messages) for one in busiest],
        "sources": [fresh(one["source"], one["moved"], now) for one in feeds.sources(database, sight)],
    }
