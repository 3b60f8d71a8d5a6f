"""What a record of the log changes in the store, as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from commonline.gateway.project.mood import signs
from commonline.gateway.store import search
from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Activity, Party, PartyPerson, Visibility

SEQ_BITS: Final = 40
SHORT: Final = 300
"""Characters of a text that lists show."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a feed a change happens: the feed's id, the record's `seq`, and `known`, when the line knew."""

    feed: int
    seq: int
    known: int

    @property
    def content(self) -> int:
        """Id of what the record says."""
        return self.feed << SEQ_BITS | self.seq


@dataclass(frozen=True, slots=True)
class Version:
    """An object begins to be shown so; without `activity` it is taken back and nothing stays.

    `record` is the record as JSON. `removed`: it is there to be told, but counts no more.
    """

    place: Place
    object: str
    conversation: str
    visibility: Visibility
    removed: bool = False
    activity: Activity | None = None
    record: str = ""
    persons: tuple[PartyPerson, ...] = ()
    fact: str | None = None
    redactions: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Objects of conversation `source` are in `target` from here on: all, or those in `threads`.

    `merged`: `source` is never used again.
    """

    place: Place
    source: str
    target: str
    threads: tuple[str, ...] | None = None
    merged: bool = False


Change = Version | Move


def version_row(change: Version) -> dict[str, Any]:
    """A row of `versions`, without its end."""
    place, activity = change.place, change.activity
    row: dict[str, Any] = {
        "feed": place.feed,
        "object": change.object,
        "began_seq": place.seq,
        "began": place.known,
        "conversation": change.conversation,
        "tightness": TIGHTNESS[change.visibility],
        "removed": int(change.removed or activity is None),
        "fact": change.fact,
        "redactions": change.redactions,
    }
    if activity is None:
        blank = dict.fromkeys(("thread", "channel", "direction", "type", "connector", "source", "state"), "")
        return row | blank | {"content": None, "moved": place.known, "message": 0, "glad": 0, "sorry": 0}
    glad, sorry = signs(activity)
    return row | {
        "content": place.content,
        "moved": min(activity.published, activity.received),
        "thread": activity.thread.id,
        "channel": activity.channel,
        "direction": activity.direction,
        "type": activity.type,
        "connector": activity.connector,
        "source": activity.source,
        "state": activity.thread.state,
        "message": int(says_something(activity)),
        "glad": glad,
        "sorry": sorry,
    }


def says_something(activity: Activity) -> bool:
    """Whether a person said something: no reaction, no change of a property, no machine."""
    if activity.edge is not None or activity.automated:
        return False
    return activity.type == "Create" or (activity.type in ("Update", "Announce") and activity.object.text is not None)


def content_row(change: Version) -> dict[str, Any]:
    """A row of `contents`."""
    place, activity = change.place, change.activity
    assert activity is not None
    said = activity.object.text or activity.object.title
    return {
        "id": place.content,
        "feed": place.feed,
        "seq": place.seq,
        "record": change.record,
        "activity": activity.id,
        "text": said[:SHORT] if said else None,
    }


def searched(activity: Activity) -> str:
    """What full text finds an activity by: what was said, titles, names, tags."""
    parts = [activity.object.title, activity.object.text, activity.thread.title, *activity.tags]
    parts += [text for one in activity.object.attachments for text in (one.name,)]
    parts += [text for party in parties(activity) for text in (party.name, party.handle)]
    found = search.words(" ".join(part for part in parts if part))
    return " ".join(found[: search.MOST_WORDS])


def parties(activity: Activity) -> Iterator[Party]:
    """Everybody whom an activity names, the actor first."""
    if activity.actor is not None:
        yield activity.actor
    if activity.object.author is not None:
        yield activity.object.author
    yield from activity.participants


def appearance_rows(change: Version) -> list[dict[str, Any]]:
    """Rows of `appearances`: who is who in it."""
    if change.activity is None:
        return []
    named = {party.account: party for party in reversed(list(parties(change.activity))) if party.account}
    rows = []
    for position, one in enumerate(change.persons):
        party = named.get(one.account)
        rows.append(
            {
                "content": change.place.content,
                "position": position,
                "feed": change.place.feed,
                "person": one.person,
                "account": one.account,
                "name": party.name if party else None,
                "side": party.side if party else "unknown",
                "role": party.role if party else "other",
            }
        )
    return rows
