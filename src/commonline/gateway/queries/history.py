"""What was there before: former versions of objects that a viewer could see, and objects that were taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, and_, func, select

from commonline.gateway.store.tables import FOREVER, WHOLE, contents, feeds, versions
from commonline.gateway.store.visible import Sight
from commonline.schemas.model import moment
from commonline.schemas.models import Activity


class _Record(msgspec.Struct, gc=False):
    """The part of a record that is asked for: a department's feed has `item`, the whole has `activity`."""

    item: msgspec.Raw = msgspec.Raw(b"null")
    activity: msgspec.Raw = msgspec.Raw(b"null")


_record = msgspec.json.Decoder(_Record)


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that was taken back. What it said is not told any more, nor by whom."""

    object: str
    channel: str
    direction: str
    source: str
    at: datetime
    """When it happened."""
    until: datetime
    """When it was taken back."""


def feed_of(connection: Connection, workspace: str, department: str | None) -> int:
    """The number of a feed in the store; of the whole for None."""
    f = feeds.c
    asked = select(f.id).where(f.workspace == workspace, f.department == (department or WHOLE))
    return int(connection.execute(asked).scalar_one())


def earlier(
    connection: Connection, sight: Sight, feed: int, objects: Iterable[str]
) -> dict[str, list[tuple[datetime, Activity]]]:
    """Former versions of objects in one feed, oldest first, each with when it ended; only those with content."""
    v, c = versions.c, contents.c
    asked = (
        select(v.object, v.ended, c.record)
        .join(contents, c.id == v.content)
        .where(sight.rows(versions), v.feed == feed, v.object.in_(list(objects)))
        .where(v.ended_seq < FOREVER, v.removed == 0)
        .order_by(v.object, v.began_seq)
    )
    found: dict[str, list[tuple[datetime, Activity]]] = defaultdict(list)
    for name, ended, record in connection.execute(asked):
        told = _record.decode(record)
        item = msgspec.json.decode(told.item) or msgspec.json.decode(told.activity)
        if item:
            found[name].append((moment(ended), Activity.model_validate(item)))
    return found


def gone(connection: Connection, sight: Sight, feed: int, conversation: str) -> list[Gone]:
    """Objects that the viewer could see in a conversation and that were taken back, in the order of their time."""
    v = versions.c
    taken = versions.alias("taken")
    last = (
        select(v.object, func.max(v.began_seq).label("began_seq"))
        .where(sight.rows(versions), v.feed == feed, v.conversation == conversation, v.removed == 0)
        .group_by(v.object)
        .subquery()
    )
    asked = (
        select(v.object, v.channel, v.direction, v.source, v.moved, taken.c.began)
        .join(last, and_(last.c.object == v.object, last.c.began_seq == v.began_seq))
        .join(taken, and_(taken.c.feed == v.feed, taken.c.object == v.object, taken.c.ended_seq == FOREVER))
        .where(v.feed == feed, taken.c.removed == 1, taken.c.conversation == conversation)
        .order_by(v.moved, v.object)
    )
    return [
        Gone(name, channel, direction, source, moment(moved), moment(until))
        for name, channel, direction, source, moved, until in connection.execute(asked)
    ]
