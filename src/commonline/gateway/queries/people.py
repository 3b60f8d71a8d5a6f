"""People as a viewer's feeds know them, whoever moved last first.

In a department's feed a person has an id that is good for that feed only; in the whole, which administrators see, the
person's own id, by which accounts and links are found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from commonline.gateway.queries.page import Ask
from commonline.gateway.store.tables import WHOLE, accounts, appearances, feeds, persons, versions
from commonline.gateway.store.visible import Sight, present_or_at
from commonline.schemas.model import moment
from commonline.schemas.models import Person


@dataclass(frozen=True, slots=True)
class Known:
    """A person in a feed."""

    person: str
    workspace: str
    department: str | None
    name: str | None
    side: str
    accounts: int
    conversations: int
    moved: datetime


def listed(
    connection: Connection, sight: Sight, ask: Ask, *, text: str | None = None, person: str | None = None
) -> list[Known]:
    """Those whose name holds a text (administrators: or an account's URI); `ask.after` is how many to skip."""
    v, a, f = versions.c, appearances.c, feeds.c
    moved = func.max(v.moved).label("moved")
    asked = (
        select(
            a.person,
            f.workspace,
            f.department,
            func.max(a.name),
            func.max(a.side),
            func.count(a.account.distinct()),
            func.count(v.conversation.distinct()),
            moved,
        )
        .join(appearances, a.content == v.content)
        .join(feeds, f.id == v.feed)
        .where(sight.rows(versions), present_or_at(versions, None))
        .group_by(a.person, f.workspace, f.department)
        .order_by(moved.desc(), a.person)
    )
    if text:
        like = f"%{_literal(text)}%"
        told = (a.name, a.account) if sight.viewer.administrator else (a.name,)
        asked = asked.where(or_(*(column.ilike(like, escape="\\") for column in told)))
    if person is not None:
        asked = asked.where(a.person == person)
    skip = ask.after[0] if ask.after else 0
    return [
        Known(who, workspace, None if department == WHOLE else department, name, side, count, talks, moment(last))
        for who, workspace, department, name, side, count, talks, last in connection.execute(
            asked.offset(skip).limit(ask.limit)
        )
    ]


def accounts_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Account URIs of persons. For administrators."""
    found: dict[str, list[str]] = defaultdict(list)
    asked = select(accounts.c.person, accounts.c.account).where(accounts.c.person.in_(ids))
    for person, account in connection.execute(asked.order_by(accounts.c.account)):
        found[person].append(account)
    return found


def record(connection: Connection, person: str) -> Person | None:
    """All that is known of a person; None for an id that is none. For administrators."""
    told = connection.execute(select(persons.c.record).where(persons.c.id == person)).scalar_one_or_none()
    return None if told is None else Person.model_validate_json(told)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
