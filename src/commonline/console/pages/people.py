"""People: those who take part in what the viewer sees; one of them with accounts, links and conversations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from commonline.console.frame import render
from commonline.console.pages.known import departments_of, feeds_of
from commonline.console.pages.missing import missing
from commonline.console.view.links import Reason, reason
from commonline.console.view.rows import row
from commonline.gateway.api.asked import Asking, Database
from commonline.gateway.queries import conversations, persons
from commonline.gateway.queries.filters import Filter
from commonline.gateway.queries.inventory import PersonDetail
from commonline.gateway.queries.page import USUAL, Ask
from commonline.gateway.store.visible import Sight

router = APIRouter(include_in_schema=False)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Account:
    """An account, how much it is trusted, and what brought it."""

    account: str
    trust: str
    why: str


@dataclass(frozen=True, slots=True)
class Someone:
    """A row of the list."""

    path: str
    name: str
    department: str | None
    side: str
    accounts: int
    conversations: int
    last_seen: datetime


@router.get("/people")
def page(
    request: Request,
    viewer: Asking,
    database: Database,
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """The list, whoever moved last first."""
    asked = text.replace("\0", "").strip()
    found = persons.listed(database, Sight(viewer), Ask.of(USUAL, cursor, int, str), name=asked or None)
    told = [
        Someone(
            path=f"/people/{one.id}",
            name=one.name or "Nobody named",
            department=one.department,
            side=one.side,
            accounts=len(one.accounts),
            conversations=one.conversations,
            last_seen=one.moved,
        )
        for one in found.items
    ]
    further = found.next and f"/people?{urlencode({'text': asked, 'cursor': found.next})}"
    departments = departments_of(feeds_of(database, viewer))
    return render(
        request, viewer, "people.html", departments=departments, page="people", people=told, text=asked, more=further
    )


@router.get("/people/{person}")
def one(person: str, request: Request, viewer: Asking, database: Database) -> Response:
    """One of them."""
    sight = Sight(viewer)
    found = persons.detail(database, sight, person)
    if found is None:
        return missing(request, viewer, "person")
    which = Filter(persons=persons.same_person(database, sight, person))
    talks = conversations.listed(database, sight, which, Ask(USUAL))
    departments = departments_of(feeds_of(database, viewer))
    return render(
        request,
        viewer,
        "person.html",
        departments=departments,
        page="people",
        name=next((seen.name for seen in found.seen if seen.name), None) or "Nobody named",
        side=next((seen.side for seen in found.seen), "unknown"),
        accounts=_accounts(found),
        rows=[row(talk) for talk in talks.items],
        evidence=[reason(link) for link in found.links] if found.record is not None else None,
    )


def _accounts(found: PersonDetail) -> list[Account]:
    """With trust and reason where the viewer sees the record, else as the feeds show them."""
    if found.record is None:
        return [Account(account, "", "") for account in dict.fromkeys(a for seen in found.seen for a in seen.accounts)]
    by_id: dict[object, Reason] = {link.id: reason(link) for link in found.links}
    told = []
    for account in found.record.accounts:
        link = by_id.get(account.link)
        told.append(Account(account.account, account.trust, link.why if link else "where the person began"))
    return told
