"""Conversations: the list, newest movement first, and one with its timeline.

A viewer of several departments sees a conversation through the one of its feeds that shows most of it; a department
that is asked for shows it through that one's.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, literal, not_, or_, select, tuple_

from commonline.clock import now_us
from commonline.gateway.project.mood import mood
from commonline.gateway.project.summary import Entry as Seen
from commonline.gateway.project.summary import summaries as summed
from commonline.gateway.queries import entries, past
from commonline.gateway.queries.filters import Filter, matching
from commonline.gateway.queries.models import Conversation, ConversationDetail, Participant
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.gateway.store.tables import WHOLE, appearances, contents, feeds, read_marks, summaries, versions
from commonline.gateway.store.visible import Sight, present_or_at
from commonline.kit.place import TIGHTNESS

MOST_PEOPLE = 8
LEVELS = tuple(TIGHTNESS)


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation in a feed, as its summary has it."""

    feed: int
    workspace: str
    department: str
    conversation: str
    values: dict[str, Any]


Order = Literal["moved", "waits"]


def listed(connection: Connection, sight: Sight, which: Filter, ask: Ask, order: Order = "moved") -> Page[Conversation]:
    """Conversations in which an entry is all that `which` says: newest movement first, or who waits longest."""
    rows = _rows(connection, _chosen(sight, which, connection.dialect.name), ask, order)
    more = rows[ask.limit :]
    rows = rows[: ask.limit]
    if which.as_of is not None:
        rows = _then(connection, sight, rows, which.as_of)
    last = rows[-1] if more else None
    return Page[Conversation](
        items=tuple(_told(connection, sight, rows, which.as_of)),
        next=cursor(last.values[_KEYS[order]], last.conversation) if last else None,
    )


def count(connection: Connection, sight: Sight, which: Filter) -> int:
    """How many conversations `listed` has."""
    chosen = _chosen(sight, which, connection.dialect.name).subquery()
    found = select(func.count()).select_from(chosen).where(chosen.c.place == 1)
    return int(connection.execute(found).scalar_one())


def detail(
    connection: Connection, sight: Sight, conversation: str, ask: Ask, *, as_of: int | None = None
) -> ConversationDetail | None:
    """One conversation with a page of its timeline; None when it does not exist for the viewer."""
    which = Filter(conversation=entries.kept(connection, sight, conversation, as_of), as_of=as_of)
    rows = _rows(connection, _chosen(sight, which, connection.dialect.name), Ask(1))
    if as_of is not None:
        rows = _then(connection, sight, rows, as_of)
    if not rows:
        return None
    row = rows[0]
    timeline = entries.timeline(connection, sight, row.feed, row.conversation, ask, as_of=as_of)
    told = _told(connection, sight, rows, as_of)[0]
    about = past.as_of(connection, [row.feed], as_of) if as_of is not None else None
    return ConversationDetail(**dict(told), as_of=about, timeline=timeline.items, next=timeline.next)


def _chosen(sight: Sight, which: Filter, dialect: str) -> Select[Any]:
    """Every conversation once a feed, `place` 1 in the feed that shows most of it."""
    if which.as_of is None:
        s = summaries.c
        base = select(s.feed, s.conversation, s.moved, s.entries, *(c for c in s if c.name not in _SORT))
        base = base.where(sight.rows(summaries), *_of_summary(sight, which))
        if which.of_entries:
            inner = matching(sight, which, dialect).subquery()
            base = base.where(tuple_(s.feed, s.conversation).in_(select(inner.c.feed, inner.c.conversation)))
    else:
        v = versions.c
        there = present_or_at(versions, which.as_of)
        base = select(v.feed, v.conversation, func.max(v.moved).label("moved"), func.count().label("entries"))
        base = base.where(sight.rows(versions), there).group_by(v.feed, v.conversation)
        if which.conversation:
            base = base.where(v.conversation == which.conversation)
        if which.of_entries:
            inner = matching(sight, which, dialect).subquery()
            base = base.where(tuple_(v.feed, v.conversation).in_(select(inner.c.feed, inner.c.conversation)))
    found = base.subquery()
    place = func.row_number().over(partition_by=found.c.conversation, order_by=(found.c.entries.desc(), found.c.feed))
    return select(found, place.label("place"))


_KEYS = {"moved": "moved", "waits": "waits_since"}
_SORT = frozenset(("feed", "conversation", "moved", "entries"))


def _of_summary(sight: Sight, which: Filter) -> list[ColumnElement[bool]]:
    s, m = summaries.c, read_marks.c
    where: list[ColumnElement[bool]] = []
    if which.unread is not None:
        mine = m.viewer == sight.viewer.name
        read = exists().where(mine, m.conversation == s.conversation, m.until >= s.newest)
        where.append(not_(read) if which.unread else read)
    if which.conversation:
        where.append(s.conversation == which.conversation)
    if which.conversations:
        where.append(s.conversation.in_(which.conversations))
    if which.state:
        where.append(s.state == which.state)
    if which.waiting is not None:
        where.append(s.waits_since.is_not(None) if which.waiting else s.waits_since.is_(None))
    return where


def _rows(connection: Connection, chosen: Select[Any], ask: Ask, order: Order = "moved") -> list[Row]:
    found = chosen.subquery()
    asked = select(found, feeds.c.workspace, feeds.c.department).join(feeds, feeds.c.id == found.c.feed)
    asked = asked.where(found.c.place == 1)
    key = found.c[_KEYS[order]]
    if order == "waits":
        asked = asked.where(key.is_not(None))
    if ask.after is not None:
        last, conversation = ask.after
        further = key > last if order == "waits" else key < last
        asked = asked.where(or_(further, and_(key == last, found.c.conversation > conversation)))
    ordered = key.asc() if order == "waits" else key.desc()
    asked = asked.order_by(ordered, found.c.conversation).limit(ask.limit + 1)
    return [
        Row(row["feed"], row["workspace"], row["department"], row["conversation"], dict(row))
        for row in connection.execute(asked).mappings()
    ]


def _then(connection: Connection, sight: Sight, rows: Sequence[Row], at: int) -> list[Row]:
    """The rows with summaries as they were at a moment."""
    v = versions.c
    seen: dict[tuple[int, str], list[Seen]] = defaultdict(list)
    asked = select(v.feed, v.conversation, *(v[name] for name in Seen._fields)).where(
        sight.rows(versions), present_or_at(versions, at), v.conversation.in_([row.conversation for row in rows])
    )
    for feed, conversation, *values in connection.execute(asked):
        seen[feed, conversation].append(Seen(*values))
    return [
        Row(
            row.feed,
            row.workspace,
            row.department,
            row.conversation,
            summed(row.feed, row.conversation, seen[row.feed, row.conversation])[-1],
        )
        for row in rows
    ]


def _told(connection: Connection, sight: Sight, rows: Sequence[Row], as_of: int | None) -> list[Conversation]:
    """The rows as the gateway answers them."""
    if not rows:
        return []
    texts = _texts(connection, rows)
    people = _people(connection, sight, rows, as_of)
    departments = _departments(connection, sight, rows, as_of)
    marks = _marks(connection, sight, rows)
    now = now_us() if as_of is None else as_of
    told = []
    for row in rows:
        one = row.values
        since = one["waits_since"]
        told.append(
            Conversation(
                id=row.conversation,  # type: ignore[arg-type]
                workspace=row.workspace,
                department=None if row.department == WHOLE else row.department,
                departments=tuple(departments[row.conversation]),
                opened=one["opened"],
                moved=one["moved"],
                known=one["newest"],
                entries=one["entries"],
                messages=one["messages"],
                channels=json.loads(one["channels"]),
                state=one["state"],
                visibility=LEVELS[one["tightness"]],
                waits_since=since,
                waits_s=None if since is None else max(0, now - since) / 1e6,
                glad=one["glad"],
                sorry=one["sorry"],
                mood=mood(one["glad"], one["sorry"]),
                first_text=texts.get(one["first"]),
                last_text=texts.get(one["last"]),
                people=tuple(people[row.conversation]),
                unread=one["newest"] > marks.get(row.conversation, -1),
            )
        )
    return told


def _texts(connection: Connection, rows: Sequence[Row]) -> dict[int, str | None]:
    wanted = {row.values[name] for row in rows for name in ("first", "last")}
    found = connection.execute(select(contents.c.id, contents.c.text).where(contents.c.id.in_(wanted)))
    return dict(found.all())


def _people(
    connection: Connection, sight: Sight, rows: Sequence[Row], as_of: int | None
) -> dict[str, list[Participant]]:
    """Who takes part, as the feed through which each conversation is seen has it."""
    v, a = versions.c, appearances.c
    last = func.max(v.moved)
    side = func.coalesce(func.min(case((a.side != "unknown", a.side))), "unknown")  # told in any of the entries
    asked = (
        select(v.conversation, a.person, side, func.max(a.name).label("name"), last.label("last"))
        .join(appearances, a.content == v.content)
        .where(sight.rows(versions), present_or_at(versions, as_of), _these(rows))
        .group_by(v.conversation, a.person)
        .order_by(last.desc(), a.person)
    )
    found: dict[str, list[Participant]] = defaultdict(list)
    for conversation, person, whose, name, _ in connection.execute(asked):
        known = found[conversation]
        if len(known) < MOST_PEOPLE:
            known.append(Participant(person=person, name=name, side=whose))
    return found


def _these(rows: Sequence[Row]) -> ColumnElement[bool]:
    return tuple_(versions.c.feed, versions.c.conversation).in_([(row.feed, row.conversation) for row in rows])


def _departments(connection: Connection, sight: Sight, rows: Sequence[Row], as_of: int | None) -> dict[str, list[str]]:
    """Departments that have each conversation, of those that exist for the viewer."""
    names, v = sight.names().subquery(), versions.c
    asked = (
        select(v.conversation, names.c.department)
        .join(names, names.c.id == v.feed)
        .where(v.tightness <= literal(sight.ceiling), present_or_at(versions, as_of))
        .where(v.conversation.in_([row.conversation for row in rows]))
        .distinct()
        .order_by(names.c.department)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for conversation, department in connection.execute(asked):
        found[conversation].append(department)
    return found


def _marks(connection: Connection, sight: Sight, rows: Sequence[Row]) -> dict[str, int]:
    c = read_marks.c
    asked = select(c.conversation, c.until).where(
        c.viewer == sight.viewer.name, c.conversation.in_([row.conversation for row in rows])
    )
    return dict(connection.execute(asked).all())
