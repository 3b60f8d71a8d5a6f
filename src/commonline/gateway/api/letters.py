"""``/v1/dead-letters`` and ``/v1/findings``: for administrators; for others they do not exist."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from commonline.gateway.api.asked import USUAL, Administrator, Cursor, Limit, Log, Name, Zone
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import letters
from commonline.gateway.queries.inventory import Findings, Letter, LetterDetail, Replayed
from commonline.gateway.queries.page import Ask, Page
from commonline.letters.letterbox import Filter
from commonline.schemas.models import Finding
from commonline.schemas.records import DeadLetter, Step

router = APIRouter(prefix="/v1", tags=["operations"])


@router.get("/dead-letters", response_model=Page[Letter], responses=problems(401, 404, 422, 503))
def list_dead_letters(
    request: Request,
    viewer: Administrator,
    zone: Zone,
    log: Log,
    *,
    workspace: Annotated[Name | None, Query(description="Only of this workspace.")] = None,
    source: Annotated[Name | None, Query(description="Only of this source.")] = None,
    step: Annotated[Step | None, Query(description="Only of this step.")] = None,
    cause: Annotated[Name | None, Query(description="Only where the cause contains this.")] = None,
    path: Annotated[Name | None, Query(description="Only where the path contains this.")] = None,
    again: Annotated[bool, Query(description="Those, too, that were replayed already.")] = False,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Dead letters, the newest first."""
    ask = Ask.of(limit, cursor, int, str)
    which = Filter(workspace, source, step, cause, path)
    return told(request, viewer, zone, letters.listed(log.letters(), which, ask, again=again))


@router.get("/dead-letters/{letter}", response_model=LetterDetail, responses=problems(401, 404, 422, 503))
def get_dead_letter(letter: UUID, request: Request, viewer: Administrator, zone: Zone, log: Log) -> Response:
    """One dead letter with its payload, and the place that failed marked."""
    found = _found(log, letter)
    return told(request, viewer, zone, letters.detail(found, log.letters(), *log.original(found)))


@router.post("/dead-letters/{letter}/replay", response_model=Replayed, responses=problems(401, 404, 422, 503))
def replay_dead_letter(letter: UUID, request: Request, viewer: Administrator, zone: Zone, log: Log) -> Response:
    """Give its delivery to the line once more, with the same ids: twice is harmless. Mend the cause first."""
    count, lost = log.replay([_found(log, letter)])
    return told(request, viewer, zone, Replayed(deliveries=count, lost=len(lost)))


def _found(log: Log, letter: UUID) -> DeadLetter:
    found = log.letters().by_id.get(str(letter))
    if found is None:
        raise NotFoundError("dead letter")
    return found


@router.get("/findings", response_model=Findings, responses=problems(401, 404, 422, 503))
def list_findings(request: Request, viewer: Administrator, zone: Zone, log: Log) -> Response:
    """Where an independent reading of the topics does not agree with the stages' ledgers."""
    found = sorted(log.told().findings.values(), key=lambda one: (not one.unsettled, -one.found, one.id))
    return told(request, viewer, zone, Findings(items=tuple(Finding.model_validate(one.record()) for one in found)))
