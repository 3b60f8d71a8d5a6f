"""``/v1/conversations``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import RootModel

from commonline.gateway.api.asked import (
    USUAL,
    Administrator,
    Asking,
    AtMoment,
    Cursor,
    Database,
    Limit,
    Looking,
    Narrowed,
    Writing,
    Zone,
    moment_of,
)
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.api.told import told
from commonline.gateway.queries import conversations, links, marks
from commonline.gateway.queries.models import Conversation, ConversationDetail
from commonline.gateway.queries.page import Ask, Page
from commonline.gateway.store.engine import Store
from commonline.gateway.store.visible import Sight
from commonline.schemas.models import Link
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
    order: Annotated[
        conversations.Order, Query(description="moved: newest movement first. waits: who waits longest first.")
    ] = "moved",
    as_of: AtMoment = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Conversations, newest movement first.

    What is asked of an entry must hold for one and the same entry. `state`, `waiting` and the order `waits` are of the
    present: they cannot be asked with `as_of`.
    """
    if as_of is not None and (state is not None or waiting is not None or order != "moved"):
        raise HTTPException(422, "query.as_of: state, waiting and order=waits can be asked of the present only")
    which = replace(which, state=state, waiting=waiting, as_of=moment_of("as_of", as_of))
    ask = Ask.of(limit, cursor, int, str)
    return told(request, viewer, zone, conversations.listed(database, sight, which, ask, order))


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


@router.put("/{conversation}/read", status_code=204, responses=problems(401, 404, 422))
def mark_as_read(conversation: UUID, store: Writing, sight: Looking) -> None:
    """Mark what is there now as read, for whoever asks."""
    _mark(store, sight, conversation, read=True)


@router.delete("/{conversation}/read", status_code=204, responses=problems(401, 404, 422))
def mark_as_unread(conversation: UUID, store: Writing, sight: Looking) -> None:
    """Mark it as unread, for whoever asks."""
    _mark(store, sight, conversation, read=False)


def _mark(store: Store, sight: Sight, conversation: UUID, *, read: bool) -> None:
    with store.writing() as connection:
        found = conversations.detail(connection, sight, str(conversation), Ask(1))
        if found is None:
            raise NotFoundError("conversation")
        if read:
            marks.mark(connection, sight.viewer, found)
        else:
            marks.forget(connection, sight.viewer, found)


@router.get("/{conversation}/links", response_model=tuple[Link, ...], responses=problems(401, 404, 422))
def get_links(
    conversation: UUID, request: Request, viewer: Administrator, database: Database, zone: Zone, sight: Looking
) -> Response:
    """Why its threads are one conversation: the links between them, with their evidence (administrators)."""
    found = conversations.detail(database, sight, str(conversation), Ask(1))
    if found is None:
        raise NotFoundError("conversation")
    threads = links.threads_of(database, found.workspace, str(found.id))
    between = links.between(database, found.workspace, "thread", threads)
    return told(request, viewer, zone, RootModel[tuple[Link, ...]](tuple(between)))
