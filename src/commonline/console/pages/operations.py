"""Operations: sources, dead letters with edit and replay, stages, versions. For administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from commonline.console.frame import render
from commonline.console.pages.missing import missing
from commonline.console.view.sources import health
from commonline.gateway.access.routes import posted
from commonline.gateway.api.asked import Administrator, Database, Log
from commonline.gateway.operations import Operations
from commonline.gateway.queries import health as sources
from commonline.gateway.queries import letters
from commonline.gateway.queries.inventory import LetterDetail
from commonline.gateway.queries.page import USUAL, Ask
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer
from commonline.letters.letterbox import Filter
from commonline.schemas.records import DeadLetter

router = APIRouter(include_in_schema=False, prefix="/operations")
NEWEST = 8
VERSIONS = ("commonline", "confluent-kafka", "faust-streaming", "fastapi", "sqlalchemy")
SAID = {
    "replayed": ("good", "Given to the line once more."),
    "edited": ("good", "What you edited was given to the line."),
    "lost": ("bad", "Nobody has the original any more: nothing was replayed."),
}
EDITABLE = 256 * 1024
"""Bytes of a payload that can be edited here."""


@router.get("")
def page(request: Request, viewer: Administrator, database: Database, log: Log) -> Response:
    """The page."""
    told = _parts(database, viewer, log)
    return render(request, viewer, "operations.html", departments=[], page="operations", **told)


@router.get("/parts")
def part(request: Request, viewer: Administrator, database: Database, log: Log) -> Response:
    """What is on it, for a page that hears that something moved."""
    return render(request, viewer, "_operations.html", departments=[], **_parts(database, viewer, log))


def _parts(database: Connection, viewer: Viewer, log: Operations) -> dict[str, Any]:
    now = datetime.now(UTC)
    found = sources.sources(database, Sight(viewer), log.told(), log.report())
    newest = letters.listed(log.letters(), Filter(), Ask(NEWEST), again=True)
    unsettled = [one for one in log.told().findings.values() if one.unsettled]
    stages = [
        ("complete, as audited", "not yet" if found.audited is None else found.audited),
        ("unsettled findings", len(unsettled)),
        ("on their way", sum(one.on_their_way or 0 for one in found.items)),
    ]
    return {
        "sources": [health(one, now) for one in found.items],
        "letters": newest.items,
        "stages": stages,
        "versions": [(name, version(name)) for name in VERSIONS],
    }


@router.get("/dead-letters")
def listed(
    request: Request,
    viewer: Administrator,
    log: Log,
    source: Annotated[str, Query(max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """All of them, or those of one source, the newest first."""
    which = Filter(source=source or None)
    found = letters.listed(log.letters(), which, Ask.of(USUAL, cursor, int, str), again=True)
    return render(
        request,
        viewer,
        "dead_letters.html",
        departments=[],
        page="operations",
        letters=found.items,
        source=source,
        more=found.next and f"?cursor={found.next}",
    )


@router.get("/dead-letters/{letter}")
def shown(
    letter: UUID, request: Request, viewer: Administrator, log: Log, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """One with its payload, the failed place marked."""
    found = log.letters().by_id.get(str(letter))
    if found is None:
        return missing(request, viewer, "dead letter")
    told = letters.detail(found, log.letters(), *log.original(found))
    return render(
        request,
        viewer,
        "dead_letter.html",
        departments=[],
        page="operations",
        letter=told,
        said=SAID.get(said),
        editable=_editable(found, told),
    )


def _editable(letter: DeadLetter, told: LetterDetail) -> bool:
    """Text of a delivery that came through whole: bytes that are no UTF-8 cannot be edited as text."""
    whole = told.body is not None and "\ufffd" not in told.body and len(told.body) <= EDITABLE
    return whole and (told.request is not None or letter.step == "map")


@router.post("/dead-letters/{letter}/replay", dependencies=[Depends(posted)])
def replay(
    letter: UUID, request: Request, viewer: Administrator, log: Log, body: Annotated[str | None, Form()] = None
) -> Response:
    """Give it to the line again; with `body`, that instead of what was delivered."""
    found = log.letters().by_id.get(str(letter))
    if found is None:
        return missing(request, viewer, "dead letter")
    if body is None:
        count, _ = log.replay([found])
        said = "replayed" if count else "lost"
    else:
        said = "edited" if log.replay_edited(found, body.replace("\r\n", "\n").encode()) else "lost"
    return RedirectResponse(f"/operations/dead-letters/{letter}?said={said}", status_code=303)
