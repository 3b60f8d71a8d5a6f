"""How much moves, and how long people wait for an answer.

A reply time runs from the first message of somebody outside that nobody had answered to our next message in the same
conversation, whatever channel each went by; it counts where and when the answer was given. Messages are those that a
person said. Only what the viewer sees counts: who does not see a question has no reply time from it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any, Literal

from sqlalchemy import Connection, case, func, select

from commonline.gateway.queries import conversations
from commonline.gateway.queries.filters import Filter
from commonline.gateway.queries.models import Busiest, Busy, Volume, Volumes
from commonline.gateway.queries.page import Ask
from commonline.gateway.store.tables import feeds, versions
from commonline.gateway.store.visible import Sight, present_or_at
from commonline.schemas.model import moment

By = Literal["channel", "source", "department"]
ASKED_BEFORE_US = 14 * 86_400_000_000
"""A question that is older than this when it is answered has no reply time."""
MOST_BUCKETS = 2000


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in microseconds, and the length of its parts."""

    since: int
    until: int
    bucket: int


def volumes(connection: Connection, sight: Sight, span: Span, by: By) -> Volumes:
    """Entries, messages and reply times by part of the span and group."""
    if by == "department":
        sight = replace(sight, each=True)
    counted = _counted(connection, sight, span, by)
    waited = _waited(connection, sight, span, by)
    items = []
    for key in sorted(counted.keys() | waited.keys()):
        one, waits = counted.get(key, {}), waited.get(key, [])
        items.append(
            Volume(
                begin=moment(key[0]),
                group=key[1],
                entries=one.get("entries", 0),
                inbound=one.get("inbound", 0),
                outbound=one.get("outbound", 0),
                replies=len(waits),
                reply_s_mean=fmean(waits) if waits else None,
                reply_s_median=median(waits) if waits else None,
                reply_s_max=max(waits, default=None),
            )
        )
    return Volumes(
        since=moment(span.since), until=moment(span.until), bucket_s=span.bucket // 1_000_000, items=tuple(items)
    )


def _group(by: By) -> Any:
    return feeds.c.department if by == "department" else versions.c[by]


def _counted(connection: Connection, sight: Sight, span: Span, by: By) -> dict[tuple[int, str], dict[str, int]]:
    """An object that several feeds show is one."""
    v = versions.c
    begin = (v.moved // span.bucket).label("part")
    said = case((v.message == 1, v.object))
    asked = (
        select(
            begin,
            _group(by).label("group"),
            func.count(v.object.distinct()).label("entries"),
            func.count(case((v.direction == "inbound", said)).distinct()).label("inbound"),
            func.count(case((v.direction == "outbound", said)).distinct()).label("outbound"),
        )
        .join(feeds, feeds.c.id == v.feed)
        .where(sight.rows(versions), present_or_at(versions, None), v.moved >= span.since, v.moved < span.until)
        .group_by("part", "group")
    )
    found = connection.execute(asked).mappings()
    return {(int(row["part"]) * span.bucket, row["group"]): dict(row) for row in found}


def _waited(connection: Connection, sight: Sight, span: Span, by: By) -> dict[tuple[int, str], list[float]]:
    """Reply times in seconds. Messages between two answers of ours have the same number of answers before them."""
    v = versions.c
    ours = case((v.direction == "outbound", 1), else_=0)
    before = func.sum(ours).over(
        partition_by=(v.feed, v.conversation), order_by=(v.moved, v.began_seq), rows=(None, -1)
    )
    messages = (
        select(
            v.feed,
            v.conversation,
            v.moved,
            v.direction,
            _group(by).label("group"),
            func.coalesce(before, 0).label("answers"),
        )
        .join(feeds, feeds.c.id == v.feed)
        .where(sight.rows(versions), present_or_at(versions, None), v.message == 1)
        .where(v.direction.in_(("inbound", "outbound")))
        .where(v.moved >= span.since - ASKED_BEFORE_US, v.moved < span.until)
        .subquery()
    )
    m = messages.c
    first = func.min(case((m.direction == "inbound", m.moved)))
    answered = func.max(case((m.direction == "outbound", m.moved)))
    group = func.max(case((m.direction == "outbound", m.group)))
    asked = select(m.conversation, group, first, answered).group_by(m.feed, m.conversation, m.answers)
    asked = asked.having(first.is_not(None), answered >= span.since)
    found: dict[tuple[int, str], list[float]] = defaultdict(list)
    for _, name, since, at in sorted({tuple(row) for row in connection.execute(asked)}):
        found[at - at % span.bucket, name].append((at - since) / 1e6)
    return found


def busiest(connection: Connection, sight: Sight, span: Span, limit: int) -> Busiest:
    """Conversations in which most was said in the span."""
    v = versions.c
    said = func.count(v.object.distinct())
    asked = (
        select(v.conversation, said.label("messages"))
        .where(sight.rows(versions), present_or_at(versions, None), v.message == 1)
        .where(v.moved >= span.since, v.moved < span.until)
        .group_by(v.conversation)
        .order_by(said.desc(), v.conversation)
        .limit(limit)
    )
    counts: dict[str, int] = dict(connection.execute(asked).all())
    chosen = Filter(conversations=tuple(counts)) if counts else None
    rows = conversations.listed(connection, sight, chosen, Ask(limit)).items if chosen else ()
    items = [Busy(conversation=row, messages=counts[str(row.id)]) for row in rows]
    items.sort(key=lambda one: (-one.messages, str(one.conversation.id)))
    return Busiest(since=moment(span.since), until=moment(span.until), items=tuple(items))
