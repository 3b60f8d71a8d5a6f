"""``/v1/conversations/{id}/export``: one conversation as a file, with what the viewer may see of it and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from commonline.gateway.api.asked import LARGEST, AtMoment, Database, Looking, moment_of
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.export import activitystreams
from commonline.gateway.export import mbox as mailbox
from commonline.gateway.export import vcon as container
from commonline.gateway.export.transcript import Said, Transcript
from commonline.gateway.queries import conversations
from commonline.gateway.queries.models import Entry
from commonline.gateway.queries.page import Ask
from commonline.gateway.store.visible import Sight

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Format = Literal["vcon", "activitystreams", "mbox"]


@dataclass(frozen=True, slots=True)
class Writer:
    """How a format is written, and what its files are called."""

    media_type: str
    suffix: str
    write: Callable[[Transcript], bytes]


WRITERS: dict[Format, Writer] = {
    "vcon": Writer(container.MEDIA_TYPE, "vcon.json", lambda one: json.dumps(container.vcon(one)).encode()),
    "activitystreams": Writer(
        activitystreams.MEDIA_TYPE, "as2.json", lambda one: json.dumps(activitystreams.collection(one)).encode()
    ),
    "mbox": Writer(mailbox.MEDIA_TYPE, "mbox", mailbox.mbox),
}
_FILES = {writer.media_type: {"schema": {"type": "string", "format": "binary"}} for writer in WRITERS.values()}


@router.get(
    "/{conversation}/export",
    response_class=Response,
    responses={200: {"description": "The file", "content": _FILES}, **problems(401, 404, 422)},
)
def export_conversation(
    conversation: UUID,
    database: Database,
    sight: Looking,
    *,
    wanted: Annotated[
        Format, Query(alias="format", description="vCon (IETF draft), ActivityStreams 2.0 (W3C), or mbox (RFC 4155).")
    ],
    as_of: AtMoment = None,
) -> Response:
    """One conversation as a file: all its entries, redacted exactly as this viewer sees them."""
    found = transcript(database, sight, str(conversation), moment_of("as_of", as_of))
    if found is None:
        raise NotFoundError("conversation")
    writer = WRITERS[wanted]
    headers = {
        "Content-Disposition": f'attachment; filename="conversation-{found.id}.{writer.suffix}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(writer.write(found), media_type=writer.media_type, headers=headers)


def transcript(database: Connection, sight: Sight, conversation: str, as_of: int | None = None) -> Transcript | None:
    """The whole conversation as the viewer sees it; None when it does not exist for the viewer."""
    ask, entries = Ask(LARGEST), list[Entry]()
    while True:
        page = conversations.detail(database, sight, conversation, ask, as_of=as_of)
        if page is None:
            return None
        entries += page.timeline
        if page.next is None:
            break
        ask = Ask.of(LARGEST, page.next, int, str)
    persons = {one.account: one.person for entry in entries for one in entry.persons}
    said = tuple(
        Said(one.at, one.visibility, one.item, bool(one.redactions)) for one in entries if one.item is not None
    )
    return Transcript(page.id, page.workspace, said, tuple(persons.items()))
