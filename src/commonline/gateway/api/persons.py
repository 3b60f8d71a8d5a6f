"""``/v1/persons``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from commonline.gateway.api.asked import USUAL, Asking, Cursor, Database, Limit, Looking, Name, Zone
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import persons
from commonline.gateway.queries.inventory import PersonDetail, PersonSeen
from commonline.gateway.queries.page import Ask, Page

router = APIRouter(prefix="/v1/persons", tags=["persons"])


@router.get("", response_model=Page[PersonSeen], responses=problems(401, 422))
def list_persons(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    *,
    name: Annotated[Name | None, Query(description="A part of a name or account.")] = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Persons who take part in what is seen here, whoever moved last first."""
    ask = Ask.of(limit, cursor, int, str)
    return told(request, viewer, zone, persons.listed(database, sight, ask, name=name))


@router.get("/{person}", response_model=PersonDetail, responses=problems(401, 404, 422))
def get_person(
    person: UUID, request: Request, viewer: Asking, database: Database, zone: Zone, sight: Looking
) -> Response:
    """One person, as feeds show it; for administrators with all accounts, and the evidence that joins them.

    The conversations: ``/v1/conversations?person=…``.
    """
    found = persons.detail(database, sight, str(person))
    if found is None:
        raise NotFoundError("person")
    return told(request, viewer, zone, found)
