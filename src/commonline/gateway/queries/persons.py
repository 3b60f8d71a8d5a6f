"""Persons: for administrators with all accounts and the links that join them; for departments as their feeds have them.

The id of a person in a feed is good for that feed only: it says that two entries are by the same person, and nothing
that another feed could be compared with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from commonline.gateway.queries import people
from commonline.gateway.queries.inventory import PersonDetail, PersonSeen
from commonline.gateway.queries.links import between
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.gateway.store.tables import appearances, feeds, persons, versions
from commonline.gateway.store.visible import Sight, present_or_at

MOST_MERGES = 1000


def listed(connection: Connection, sight: Sight, ask: Ask, *, name: str | None = None) -> Page[PersonSeen]:
    """Persons who take part in what the viewer sees, whoever moved last first. `name`: a part of a name or account."""
    v, a = versions.c, appearances.c
    last, where = func.max(v.moved), [sight.rows(versions), present_or_at(versions, None)]
    asked = (
        select(a.feed, a.person, last.label("moved"), func.count(v.conversation.distinct()).label("conversations"))
        .join(versions, v.content == a.content)
        .where(*where)
        .group_by(a.feed, a.person)
    )
    if name is not None:
        part = f"%{_escaped(name.lower())}%"
        told = or_(func.lower(a.name).like(part, escape="\\"), func.lower(a.account).like(part, escape="\\"))
        fitting = select(a.feed, a.person).join(versions, v.content == a.content).where(*where, told).subquery()
        asked = asked.where(
            select(fitting.c.person).where(fitting.c.feed == a.feed, fitting.c.person == a.person).exists()
        )
    if ask.after is not None:
        moved, person = ask.after
        asked = asked.having(or_(last < moved, and_(last == moved, a.person > person)))
    rows = connection.execute(asked.order_by(last.desc(), a.person).limit(ask.limit + 1)).mappings().all()
    more, rows = len(rows) > ask.limit, rows[: ask.limit]
    return Page[PersonSeen](
        items=tuple(_seen(connection, sight, rows)),
        next=cursor(rows[-1]["moved"], rows[-1]["person"]) if more else None,
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _seen(connection: Connection, sight: Sight, rows: Sequence[Any]) -> list[PersonSeen]:
    """The rows with names and accounts, as far as the viewer sees them."""
    if not rows:
        return []
    v, a = versions.c, appearances.c
    asked = (
        select(a.feed, a.person, a.account, a.name, a.side, feeds.c.workspace, feeds.c.department, func.max(v.moved))
        .join(versions, v.content == a.content)
        .join(feeds, feeds.c.id == a.feed)
        .where(sight.rows(versions), present_or_at(versions, None), a.person.in_({row["person"] for row in rows}))
        .group_by(a.feed, a.person, a.account, a.name, a.side, feeds.c.workspace, feeds.c.department)
        .order_by(func.max(v.moved).desc(), a.account)
    )
    told: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for one in connection.execute(asked):
        told[one.feed, one.person].append(one)
    found = []
    for row in rows:
        known = told[row["feed"], row["person"]]
        found.append(
            PersonSeen(
                id=row["person"],
                workspace=known[0].workspace,
                department=known[0].department or None,
                name=next((one.name for one in known if one.name), None),
                side=next((one.side for one in known if one.side != "unknown"), "unknown"),
                accounts=tuple(dict.fromkeys(one.account for one in known)),
                moved=row["moved"],
                conversations=row["conversations"],
            )
        )
    return found


def detail(connection: Connection, sight: Sight, person: str) -> PersonDetail | None:
    """One person; None when there is none to be seen."""
    same = same_person(connection, sight, person)
    v, a = versions.c, appearances.c
    asked = (
        select(
            a.feed,
            a.person,
            func.max(v.moved).label("moved"),
            func.count(v.conversation.distinct()).label("conversations"),
        )
        .join(versions, v.content == a.content)
        .where(sight.rows(versions), present_or_at(versions, None), a.person.in_(same))
        .group_by(a.feed, a.person)
        .order_by(a.feed, a.person)
    )
    seen = _seen(connection, sight, connection.execute(asked).mappings().all())
    whole = sight.viewer.administrator and sight.department is None
    record = people.record(connection, same[0]) if whole else None
    if record is not None and sight.workspace not in (None, record.workspace):
        record = None
    if not seen and record is None:
        return None
    accounts = [one.account for one in record.accounts] if record is not None else []
    evidence = between(connection, record.workspace, "account", accounts) if record is not None else []
    return PersonDetail(id=same[0], seen=tuple(seen), record=record, links=tuple(evidence))


def same_person(connection: Connection, sight: Sight, person: str) -> tuple[str, ...]:
    """All ids under which entries name a person, the present one first: for administrators merged ones as well."""
    if not sight.viewer.administrator:
        return (person,)
    c = persons.c
    while into := connection.execute(select(c.merged_into).where(c.id == person)).scalar_one_or_none():
        person = into
    found, new = [person], [person]
    while new and len(found) < MOST_MERGES:
        new = list(connection.execute(select(c.id).where(c.merged_into.in_(new)).order_by(c.id)).scalars())
        found += [one for one in new if one not in found]
    return tuple(found)
