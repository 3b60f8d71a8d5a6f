"""``/v1/activities``."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response

from commonline.gateway.api.asked import (
    USUAL,
    Asking,
    AtMoment,
    Cursor,
    Database,
    Limit,
    Looking,
    Narrowed,
    Zone,
    moment_of,
)
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import activities
from commonline.gateway.queries.models import Entry
from commonline.gateway.queries.page import Ask, Page

router = APIRouter(prefix="/v1/activities", tags=["activities"])


@router.get("", response_model=Page[Entry], responses=problems(401, 422))
def list_activities(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    which: Narrowed,
    *,
    as_of: AtMoment = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Entries of all conversations, newest first; each object once, in the feed that takes least away from it."""
    which = replace(which, as_of=moment_of("as_of", as_of))
    ask = Ask.of(limit, cursor, int, str)
    return told(request, viewer, zone, activities.listed(database, sight, which, ask))


@router.get("/{activity}", response_model=Entry, responses=problems(401, 404, 422))
def get_activity(
    activity: UUID,
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    *,
    as_of: AtMoment = None,
) -> Response:
    """The entry that tells this activity now, or told it at a moment."""
    found = activities.one(database, sight, str(activity), as_of=moment_of("as_of", as_of))
    if found is None:
        raise NotFoundError("activity")
    return told(request, viewer, zone, found)
