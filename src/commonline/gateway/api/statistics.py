"""``/v1/statistics``: what a wall screen shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from commonline.clock import now_us
from commonline.gateway.api.asked import Asking, Database, Looking, Zone, moment_of
from commonline.gateway.api.problem import problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import volume
from commonline.gateway.queries.models import Busiest, Volumes
from commonline.gateway.queries.volume import By, Span

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])
DAY_US = 86_400_000_000


def span(
    since: Annotated[datetime | None, Query(description="Begin; by default a day before the end.")] = None,
    until: Annotated[datetime | None, Query(description="End; by default now.")] = None,
    bucket_s: Annotated[int, Query(ge=60, le=31 * 86_400, description="Length of a part, seconds.")] = 3600,
) -> Span:
    """The span of time that is asked for."""
    end = moment_of("until", until)
    end = now_us() if end is None else end
    begin = moment_of("since", since)
    begin = end - DAY_US if begin is None else begin
    if begin >= end:
        raise HTTPException(422, "query.since: it is not before the end")
    if (end - begin) // (bucket_s * 1_000_000) > volume.MOST_BUCKETS:
        raise HTTPException(422, f"query.bucket_s: the span would have more than {volume.MOST_BUCKETS} parts")
    return Span(begin, end, bucket_s * 1_000_000)


Spanning = Annotated[Span, Depends(span)]


@router.get("/volume", response_model=Volumes, responses=problems(401, 422))
def get_volume(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    over: Spanning,
    *,
    by: Annotated[By, Query(description="What is counted apart.")] = "channel",
) -> Response:
    """Volume and response time over time. Only what is seen here counts."""
    return told(request, viewer, zone, volume.volumes(database, sight, over, by))


@router.get("/busiest", response_model=Busiest, responses=problems(401, 422))
def get_busiest(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    over: Spanning,
    *,
    limit: Annotated[int, Query(ge=1, le=50, description="How many.")] = 10,
) -> Response:
    """Conversations in which most was said."""
    return told(request, viewer, zone, volume.busiest(database, sight, over, limit))
