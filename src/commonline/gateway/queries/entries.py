"""Entries: objects of a conversation as a feed shows them, now or at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, and_, func, or_, select

from commonline.gateway.queries.models import Entry
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.gateway.store.tables import WHOLE, contents, feeds, merges, versions
from commonline.gateway.store.visible import Sight, present_or_at
from commonline.kit.place import TIGHTNESS
from commonline.schemas.models import Activity, PartyPerson, Redaction
from commonline.schemas.records import ConversationActivity, FeedActivity

LEVELS = tuple(TIGHTNESS)
_whole = msgspec.json.Decoder(ConversationActivity)
_feed = msgspec.json.Decoder(FeedActivity)


def timeline(
    connection: Connection,
    sight: Sight,
    feed: int,
    conversation: str,
    ask: Ask,
    *,
    as_of: int | None = None,
    newest: bool = False,
) -> Page[Entry]:
    """A page of a conversation's entries in one feed, in the order in which they happened; `newest`: the last first."""
    v = versions.c
    asked = select_entries().where(
        sight.rows(versions), v.feed == feed, v.conversation == conversation, present_or_at(versions, as_of)
    )
    if ask.after is not None:
        moved, name = ask.after
        tied = and_(v.moved == moved, v.object < name if newest else v.object > name)
        asked = asked.where(or_(v.moved < moved if newest else v.moved > moved, tied))
    order = (v.moved.desc(), v.object.desc()) if newest else (v.moved, v.object)
    rows = connection.execute(asked.order_by(*order).limit(ask.limit + 1)).mappings().all()
    more = len(rows) > ask.limit
    rows = rows[: ask.limit]
    return Page[Entry](
        items=tuple(told(connection, sight, rows)),
        next=cursor(rows[-1]["moved"], rows[-1]["object"]) if more else None,
    )


def select_entries() -> Select[Any]:
    """Versions with their content and the name of their feed: what `told` takes."""
    record, name = contents.c.record, (feeds.c.workspace, feeds.c.department)
    return (
        select(*versions.c, record, *name)
        .join(feeds, feeds.c.id == versions.c.feed)
        .outerjoin(contents, contents.c.id == versions.c.content)
    )


def told(connection: Connection, sight: Sight, rows: Sequence[Any]) -> list[Entry]:
    """Rows of `versions`, with their content and feed, as the gateway answers them."""
    earlier = _earlier(connection, sight, rows)
    return [_entry(row, edited=(row["feed"], row["object"]) in earlier, numbered=sight.everything) for row in rows]


def _earlier(connection: Connection, sight: Sight, rows: Iterable[Any]) -> set[tuple[int, str]]:
    """Objects that the viewer could see with another content before the version that is told."""
    begins = {(row["feed"], row["object"]): (row["began_seq"], row["content"]) for row in rows}
    if not begins:
        return set()
    v = versions.c
    asked = select(v.feed, v.object, v.content, func.min(v.began_seq)).where(
        sight.rows(versions),
        v.feed.in_({feed for feed, _ in begins}),
        v.object.in_({name for _, name in begins}),
        v.content.is_not(None),
    )
    found = connection.execute(asked.group_by(v.feed, v.object, v.content))
    return {
        (feed, name)
        for feed, name, content, began in found
        if (feed, name) in begins and began < begins[feed, name][0] and content != begins[feed, name][1]
    }


def _entry(row: Any, *, edited: bool, numbered: bool) -> Entry:
    whole = row["department"] == WHOLE
    record: Any = None
    if row["record"] is not None:
        record = (_whole if whole else _feed).decode(row["record"])
    item = None if record is None else record.activity if whole else record.item
    return Entry(
        object=row["object"],
        conversation=row["conversation"],
        workspace=row["workspace"],
        department=None if whole else row["department"],
        seq=row["began_seq"] if numbered else 0,
        at=row["moved"],
        known=row["began"],
        visibility=LEVELS[row["tightness"]],
        edited=edited,
        removed=bool(row["removed"]),
        item=None if item is None else Activity.model_validate(item),
        persons=tuple(PartyPerson.model_validate(one) for one in record.persons) if record else (),
        redactions=() if whole or record is None else tuple(Redaction.model_validate(one) for one in record.redactions),
        rules=() if whole or record is None else tuple(record.rules),
        policy=None if whole or record is None else record.policy,
        fact=row["fact"],
    )


def kept(connection: Connection, sight: Sight, conversation: str, as_of: int | None = None) -> str:
    """The id that a conversation has now, or had at a moment: merged ones are part of another."""
    c, seen = merges.c, {conversation}
    while True:
        asked = select(c.kept).where(c.feed.in_(sight.feeds()), c.gone == conversation)
        if as_of is not None:
            asked = asked.where(c.known <= as_of)
        found = connection.execute(asked.order_by(c.feed)).scalars().first()
        if found is None or found in seen:
            return conversation
        conversation = found
        seen.add(found)
