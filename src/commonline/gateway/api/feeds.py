"""``/v1/feeds`` and ``/v1/sources``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import RootModel

from commonline.gateway.api.asked import Asking, Database, Log, Looking, Zone
from commonline.gateway.api.problem import problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import feeds, health
from commonline.gateway.queries.inventory import Feed, Sources

router = APIRouter(prefix="/v1", tags=["feeds"])


@router.get("/feeds", response_model=tuple[Feed, ...], responses=problems(401, 422))
def list_feeds(request: Request, viewer: Asking, database: Database, zone: Zone, sight: Looking) -> Response:
    """Feeds of the departments that exist for who asks; for administrators with rules and policies."""
    configured = getattr(request.app.state, "configuration", None)
    found = feeds.listed(database, sight, configured)
    return told(request, viewer, zone, RootModel[tuple[Feed, ...]](tuple(found)))


@router.get("/sources", response_model=Sources, tags=["sources"], responses=problems(401, 422, 503))
def list_sources(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    log: Log,
    *,
    deliveries: Annotated[
        bool,
        Query(description="With what became of deliveries (administrators). The first time all that is kept is read."),
    ] = False,
) -> Response:
    """Sources of which something is seen here, how fresh they are, and until when they are complete."""
    report = log.report() if deliveries and viewer.administrator else None
    return told(request, viewer, zone, health.sources(database, sight, log.told(), report))
