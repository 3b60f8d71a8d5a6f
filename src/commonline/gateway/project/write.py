"""Planned rows into the database, within the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, delete, insert, literal, select, update

from commonline.gateway.project.change import Move
from commonline.gateway.project.plan import Key, Plan
from commonline.gateway.project.summary import Entry, summaries
from commonline.gateway.store import bulk, search, tables
from commonline.gateway.store.tables import FOREVER, versions

CHUNK = 500
"""Values of one IN clause."""
_ENTRY = [versions.c[name] for name in Entry._fields]
_T = TypeVar("_T")


def present(connection: Connection, keys: Iterable[Key]) -> dict[Key, tuple[int, str]]:
    """Begin and conversation of the present version of each object that has one."""
    c = versions.c
    found: dict[Key, tuple[int, str]] = {}
    for feed, names in chunks(keys):
        asked = select(c.object, c.began_seq, c.conversation).where(
            c.feed == feed, c.object.in_(names), c.ended_seq == FOREVER
        )
        for name, began, conversation in connection.execute(asked):
            found[feed, name] = (began, conversation)
    return found


def write(connection: Connection, plan: Plan) -> None:
    """Write what was planned, but summaries."""
    bulk.end(connection, plan.ends)
    bulk.insert_rows(connection, tables.contents, plan.contents)
    bulk.insert_rows(connection, tables.appearances, plan.appearances)
    bulk.insert_rows(connection, versions, plan.versions)
    search.index(connection, plan.words)


def move(connection: Connection, change: Move) -> set[Key]:
    """Objects go on under another conversation, with the same content; returns the conversations that changed."""
    c, place = versions.c, change.place
    where = [c.feed == place.feed, c.conversation == change.source, c.ended_seq == FOREVER]
    if change.threads is not None:
        where.append(c.thread.in_(change.threads))
    fresh: dict[str, ColumnElement[Any]] = {
        "began_seq": literal(place.seq),
        "ended_seq": literal(FOREVER),
        "began": literal(place.known),
        "ended": literal(FOREVER),
        "conversation": literal(change.target),
    }
    columns = [fresh.get(column.name, column).label(column.name) for column in c]
    connection.execute(insert(versions).from_select([column.name for column in c], select(*columns).where(*where)))
    ended = update(versions).where(*where, c.began_seq < place.seq).values(ended_seq=place.seq, ended=place.known)
    connection.execute(ended)
    if change.merged:
        _merged(connection, change)
    return {(place.feed, change.source), (place.feed, change.target)}


def _merged(connection: Connection, change: Move) -> None:
    merges, place = tables.merges, change.place
    mine = merges.c.feed == place.feed
    connection.execute(delete(merges).where(mine, merges.c.gone == change.source))
    names = {"feed": place.feed, "gone": change.source, "kept": change.target}
    connection.execute(insert(merges).values(**names, seq=place.seq, known=place.known))


def sum_up(connection: Connection, touched: Iterable[Key]) -> None:
    """Make the summaries of conversations anew, from their present versions."""
    c, table = versions.c, tables.summaries
    for feed, names in chunks(touched):
        entries: dict[str, list[Entry]] = defaultdict(list)
        asked = select(c.conversation, *_ENTRY).where(
            c.feed == feed, c.conversation.in_(names), c.ended_seq == FOREVER, c.removed == 0
        )
        for conversation, *values in connection.execute(asked):
            entries[conversation].append(Entry(*values))
        connection.execute(delete(table).where(table.c.feed == feed, table.c.conversation.in_(names)))
        rows = [row for name, found in sorted(entries.items()) for row in summaries(feed, name, found)]
        bulk.insert_rows(connection, table, rows)


def replace(connection: Connection, table: Any, key: str, rows: Mapping[str, dict[str, Any]]) -> None:
    """Rows of a table by their key, instead of those that have it now."""
    for names in portions(sorted(rows)):
        connection.execute(delete(table).where(table.c[key].in_(names)))
    bulk.insert_rows(connection, table, list(rows.values()))


def chunks(keys: Iterable[Key]) -> Iterator[tuple[int, list[str]]]:
    """Names by feed, so many at a time."""
    by_feed: dict[int, set[str]] = defaultdict(set)
    for feed, name in keys:
        by_feed[feed].add(name)
    for feed, names in sorted(by_feed.items()):
        for portion in portions(sorted(names)):
            yield feed, list(portion)


def portions(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """So many at a time."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
