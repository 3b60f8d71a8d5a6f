"""One batch of records into the store: in order, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, delete, select

from commonline.gateway.project import shown, whole
from commonline.gateway.project.change import Change, Move, Version
from commonline.gateway.project.feeds import Feeds
from commonline.gateway.project.plan import Key, Plan
from commonline.gateway.project.write import chunks, move, portions, present, replace, sum_up, write
from commonline.gateway.store import bulk, tables
from commonline.gateway.store.tables import WHOLE
from commonline.schemas.records import ConversationActivity, FeedActivity, Link, Person
from commonline.streams.unify.keys import OBJECT
from commonline.streams.unify.rows import ObjectRow
from commonline.streams.unify.stored import decode_row, encode_row

Record: TypeAlias = FeedActivity | ConversationActivity | Person | Link
_json = msgspec.json.Encoder().encode


class Input(NamedTuple):
    """A record, and its key in Kafka in hex."""

    record: Record
    key: str


class Told(NamedTuple):
    """What a batch changed: feed, `seq` and conversation of every record that a viewer of the feed could notice."""

    feed: int
    seq: int
    conversation: str


def project(connection: Connection, feeds: Feeds, inputs: Sequence[Input]) -> list[Told]:
    """Take records in. `feeds` are changed, and saved."""
    known = _Objects(connection, feeds, inputs)
    told: list[Told] = []
    run: list[Version] = []
    touched: set[Key] = set()
    for change in _changes(feeds, known, inputs):
        told.append(Told(change.place.feed, change.place.seq, _conversation(change)))
        if isinstance(change, Version):
            run.append(change)
            continue
        touched |= _write(connection, run)
        touched |= move(connection, change)
    touched |= _write(connection, run)
    known.save(connection)
    sum_up(connection, touched)
    _people(connection, inputs)
    feeds.save(connection)
    return told


def _conversation(change: Change) -> str:
    return change.target if isinstance(change, Move) else change.conversation


def _changes(feeds: Feeds, known: _Objects, inputs: Iterable[Input]) -> Iterable[Change]:
    for record, key in inputs:
        change: Change | None = None
        if isinstance(record, FeedActivity):
            feed = feeds.of(record.workspace, record.feed)
            if feed.advance(record.seq, record.known):
                change = shown.change_of(record, feed.id)
        elif isinstance(record, ConversationActivity):
            feed = feeds.of(record.workspace, WHOLE)
            if feed.advance(record.seq, record.known):
                change = known.joined(record, feed.id, key)
        if change is not None:
            yield change


def _write(connection: Connection, run: list[Version]) -> set[Key]:
    if not run:
        return set()
    there = present(connection, {(one.place.feed, one.object) for one in run})
    plan = Plan(there).take(run)
    run.clear()
    write(connection, plan)
    return plan.touched


class _Objects:
    """What is known of objects in the whole: read at the begin of a batch, written at its end."""

    def __init__(self, connection: Connection, feeds: Feeds, inputs: Iterable[Input]) -> None:
        self._rows: dict[Key, ObjectRow] = {}
        self._changed: set[Key] = set()
        wanted = {
            (feeds.of(one.record.workspace, WHOLE).id, one.key)
            for one in inputs
            if isinstance(one.record, ConversationActivity)
        }
        c = tables.whole_objects.c
        for feed, names in chunks(wanted):
            for name, row in connection.execute(select(c.object, c.row).where(c.feed == feed, c.object.in_(names))):
                self._rows[feed, name] = decode_row(OBJECT, row)

    def joined(self, record: ConversationActivity, feed: int, key: str) -> Change | None:
        """The change that a record of conversations.v1 makes."""
        change, row = whole.change_of(record, feed, key, self._rows.get((feed, key)))
        if row is not None:
            self._rows[feed, key] = row
            self._changed.add((feed, key))
        return change

    def save(self, connection: Connection) -> None:
        """Write those that have changed."""
        table = tables.whole_objects
        for feed, names in chunks(self._changed):
            connection.execute(delete(table).where(table.c.feed == feed, table.c.object.in_(names)))
            rows = [{"feed": feed, "object": name, "row": encode_row(self._rows[feed, name])} for name in names]
            bulk.insert_rows(connection, table, rows)


def _people(connection: Connection, inputs: Iterable[Input]) -> None:
    """Persons and links: each as its last record has it."""
    persons: dict[str, dict[str, Any]] = {}
    links: dict[str, dict[str, Any]] = {}
    accounts: dict[str, list[dict[str, Any]]] = {}
    for record, _ in inputs:
        if isinstance(record, Person):
            told = ("id", "workspace", "name", "merged_into", "last_seen")
            persons[record.id] = {name: getattr(record, name) for name in told} | {"record": _json(record).decode()}
            shared = {"person": record.id, "workspace": record.workspace}
            accounts[record.id] = [shared | {"account": one} for one in {one.account: 0 for one in record.accounts}]
        elif isinstance(record, Link):
            names = ("id", "workspace", "kind", "a", "b", "state", "confidence")
            links[record.id] = {name: getattr(record, name) for name in names} | {"record": _json(record).decode()}
    replace(connection, tables.links, "id", links)
    replace(connection, tables.persons, "id", persons)
    for portion in portions(sorted(accounts)):
        connection.execute(delete(tables.accounts).where(tables.accounts.c.person.in_(portion)))
    rows = [row for found in accounts.values() for row in found]
    bulk.insert_rows(connection, tables.accounts, rows)
