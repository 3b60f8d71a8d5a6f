"""``/v1/conversations``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response

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
from commonline.gateway.queries import conversations
from commonline.gateway.queries.models import Conversation, ConversationDetail
from commonline.gateway.queries.page import Ask, Page
from commonline.schemas.records import ThreadState

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("", response_model=Page[Conversation], responses=problems(401, 422))
def list_conversations(
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    which: Narrowed,
    *,
    state: Annotated[ThreadState | None, Query(description="In this state now.")] = None,
    waiting: Annotated[bool | None, Query(description="Whether somebody waits for an answer now.")] = None,
    as_of: AtMoment = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Conversations, newest movement first.

    What is asked of an entry must hold for one and the same entry. `state` and `waiting` are of the present: they
    cannot be asked with `as_of`.
    """
    if as_of is not None and (state is not None or waiting is not None):
        raise HTTPException(422, "query.as_of: state and waiting can be asked of the present only")
    which = replace(which, state=state, waiting=waiting, as_of=moment_of("as_of", as_of))
    ask = Ask.of(limit, cursor, int, str)
    return told(request, viewer, zone, conversations.listed(database, sight, which, ask))


@router.get("/{conversation}", response_model=ConversationDetail, responses=problems(401, 404, 422))
def get_conversation(
    conversation: UUID,
    request: Request,
    viewer: Asking,
    database: Database,
    zone: Zone,
    sight: Looking,
    *,
    as_of: AtMoment = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """One conversation with its timeline, oldest entry first.

    The id of a conversation that was merged leads to the one that it is part of now. With `as_of` it is as it could be
    seen at that moment; `as_of.exact` says whether that is all.
    """
    ask = Ask.of(limit, cursor, int, str)
    at = moment_of("as_of", as_of)
    found = conversations.detail(database, sight, str(conversation), ask, as_of=at)
    if found is None:
        raise NotFoundError("conversation")
    return told(request, viewer, zone, found)
