"""Activities: entries of all conversations, newest first, and one by its id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from commonline.gateway.queries import entries
from commonline.gateway.queries.filters import Filter, matching
from commonline.gateway.queries.models import Entry
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.gateway.store.tables import contents, versions
from commonline.gateway.store.visible import Sight


def listed(connection: Connection, sight: Sight, which: Filter, ask: Ask) -> Page[Entry]:
    """Entries that are all that is asked, each object once, in the feed that takes least away from it."""
    found = _best(sight, which, connection.dialect.name).subquery()
    keys = select(found.c.feed, found.c.object, found.c.began_seq, found.c.moved).where(found.c.place == 1)
    if ask.after is not None:
        moved, name = ask.after
        keys = keys.where(or_(found.c.moved < moved, and_(found.c.moved == moved, found.c.object > name)))
    chosen = keys.order_by(found.c.moved.desc(), found.c.object).limit(ask.limit + 1).subquery()
    v = versions.c
    asked = entries.select_entries().join(
        chosen,
        and_(v.feed == chosen.c.feed, v.object == chosen.c.object, v.began_seq == chosen.c.began_seq),
    )
    rows = connection.execute(asked.order_by(v.moved.desc(), v.object)).mappings().all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page[Entry](
        items=tuple(entries.told(connection, sight, rows)),
        next=cursor(rows[-1]["moved"], rows[-1]["object"]) if more else None,
    )


def _best(sight: Sight, which: Filter, dialect: str) -> Any:
    found = matching(sight, which, dialect).subquery()
    place = func.row_number().over(partition_by=found.c.object, order_by=(found.c.redactions, found.c.feed))
    return select(found, place.label("place"))


def one(connection: Connection, sight: Sight, activity: str, *, as_of: int | None = None) -> Entry | None:
    """The entry that tells this activity, in the feed that takes least away; None when there is none to be seen."""
    found = matching(sight, Filter(as_of=as_of), connection.dialect.name).subquery()
    v = versions.c
    asked = entries.select_entries().join(
        found, and_(v.feed == found.c.feed, v.object == found.c.object, v.began_seq == found.c.began_seq)
    )
    asked = asked.where(contents.c.activity == activity).order_by(v.redactions, v.feed).limit(1)
    rows = connection.execute(asked).mappings().all()
    return entries.told(connection, sight, rows)[0] if rows else None
