"""A store that holds what unify wrote of a small world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from commonline.gateway.project.batch import Input, project
from commonline.gateway.project.feeds import Feeds
from commonline.gateway.store import tables
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName, Viewer
from commonline.schemas.codec import decode_conversation_activity, decode_feed_activity, decode_link, decode_person
from commonline.schemas.records import Activity, Control, Reference, Visibility
from commonline.streams.unify.outputs import Output
from tests.streams.unify.world import World, activity, configuration, party

ANA = party("facebook:1/ana", "Ana", claims=["mailto:ana@example.org"])
AGENT = party("zendesk:acme/7", "Ben", us=True)
DECODERS: dict[str, Callable[[bytes], Any]] = {
    "feed": decode_feed_activity,
    "conversations": decode_conversation_activity,
    "persons": decode_person,
    "links": decode_link,
}
ROOT = Viewer("root", administrator=True)


def viewer(*departments: str, visibility: Visibility = "restricted", workspace: str = "acme") -> Viewer:
    """Somebody of these departments."""
    return Viewer("-".join(departments), frozenset(FeedName(workspace, one) for one in departments), visibility)


def inputs(outputs: Iterable[Output]) -> list[Input]:
    """What the gateway reads of what unify wrote, in its order."""
    return [
        Input(DECODERS[output.where](output.value), output.key.hex()) for output in outputs if output.where in DECODERS
    ]


def fill(store: Store, found: Sequence[Input], *, batch: int = 1000) -> None:
    """Project, so many records in a transaction."""
    for start in range(0, len(found), batch):
        with store.writing() as connection:
            project(connection, Feeds(connection), found[start : start + batch])


def story() -> list[Activity | Control]:
    """A public complaint, an inner note, an answer; and a complaint of somebody else that nobody has answered."""
    page = "facebook:1/post"
    return [
        configuration(),
        activity("facebook:1/c1", text="My kettle leaks!", actor=ANA, thread=page, at=1),
        activity(
            "zendesk:acme/n1", text="Café crème on the socket", actor=AGENT, thread=page, at=2, visibility="internal"
        ),
        activity("facebook:1/c2", text="Still leaking", actor=ANA, thread=page, at=3),
        activity("facebook:1/d1", text="Where is my order 4711?", actor=party("facebook:1/eve", "Eve"), at=4),
    ]


def busy_day(first: int, end: int) -> list[Activity]:
    """Comments of a few people in many threads; among them edits, deletions, inner notes, reactions, and replies that
    make one conversation of two."""
    made: list[Activity] = []
    for n in range(first, end):
        who, thread = party(f"test:p{n % 7}", f"P{n % 7}"), f"test:t{n // 6}"
        if n % 10 == 9:
            made.append(activity(f"test:c{n - 3}", thread=thread, actor=who, kind="Update", text=f"line {n}!", at=n))
        elif n % 15 == 14:
            made.append(activity(f"test:c{n - 2}", thread=thread, actor=who, kind="Delete", text=None, at=n))
        elif n % 20 == 7:
            made.append(activity(f"test:c{n}", thread=thread, actor=who, at=n, visibility="internal"))
        elif n % 20 == 11:
            made.append(activity(f"test:c{n - 1}", thread=thread, actor=who, kind="Like", edge=f"test:l{n}", at=n))
        else:
            before = [Reference(kind="reply", id=f"test:c{n - 16}")] if n % 40 == 32 else []
            made.append(
                activity(f"test:c{n}", thread=thread, actor=who, text=f"line {n} leaks", at=n, references=before)
            )
    return made


def told(*records: Activity | Control) -> World:
    """The world after these records."""
    return World().take(*records)


def rows(store: Store) -> dict[str, list[Any]]:
    """All that was projected; feeds by their names, because their numbers follow the order in which they came."""
    with store.reading() as connection:
        names = {one.id: f"{one.workspace}/{one.department}" for one in connection.execute(select(tables.feeds))}
        found: dict[str, list[Any]] = {}
        for table in tables.PROJECTED:
            if table is tables.offsets:
                continue
            told = [_named(dict(row), names) for row in connection.execute(select(table)).mappings()]
            found[table.name] = sorted(told, key=repr)
        return found


def _named(row: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    for column in ("feed", "id"):
        if isinstance(row.get(column), int) and row[column] in names:
            row[column] = names[row[column]]
    for column in ("content", "id", "first", "last"):
        if isinstance(row.get(column), int):
            row[column] = (names[row[column] >> 40], row[column] & ((1 << 40) - 1))
    return row
