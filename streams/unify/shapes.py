"""What rows look like where they are stored: they are read as these, every field's type looked at.

msgpack arrays: fields are told by their place. New ones are added behind the others, with a value for rows that lack
them.
"""

from __future__ import annotations

import msgspec

from commonline.schemas.records import PartyKind, Side
from commonline.streams.unify.keys import Key

Version = tuple[int, bytes]
"""Order of a version (edit time or revision number), and bytes that make the order total: eight of the activity's id,
four of the delivery that told it, and eight of that delivery's offset if it was a replay. Rows of before replays could
correct hold the first eight only."""
ID_END, DELIVERY_END = 8, 12


class Shape(msgspec.Struct, array_like=True, gc=False):
    """A row as it was read."""


class WorkspaceShape(Shape):
    """A `WorkspaceRow`."""

    name: str
    clock: int = 0
    accepted: int = 0
    conversation_seq: int = 0
    feed_seq: dict[str, int] = {}
    departments: list[str] = []
    waiting: int = 0
    configuration: str = ""
    version: int = 0
    repolicy: list[str] = []


class ObjectShape(Shape):
    """A `ObjectRow`."""

    thread: Key
    at: int
    version: Version
    versions: list[Version]
    floor: Version = (-1, b"")
    deleted: int = -1
    restored: int = -1
    created: bool = False
    tightness: int = 0
    ruled: int = -1
    sent: int = 0
    told_by: dict[str, Version] = {}
    chain: dict[Key, Key] = {}
    activity: bytes = b""


class ThreadShape(Shape):
    """A `ThreadRow`."""

    uri: str
    conversation: Key
    founded: int
    newest: Key = b""
    matched: int = 0
    version: int = 0
    channels: list[str] = []
    accounts: list[Key] = []
    neighbours: list[tuple[Key, Key]] = []


class ConversationShape(Shape):
    """A `ConversationRow`."""

    id: str
    founded: int
    threads: list[Key] = []
    feeds: int = 0
    names: list[tuple[Key, str]] = []
    merged_into: Key = b""


class Touch(msgspec.Struct, array_like=True, gc=False):
    """When an account took part in a thread: first and last `published`."""

    thread: Key
    channel: str
    first: int
    last: int


class AccountShape(Shape):
    """A `AccountRow`."""

    uri: str
    person: Key
    kind: PartyKind = "unknown"
    side: Side = "unknown"
    name: str | None = None
    named: int = -1
    neighbours: list[tuple[Key, Key]] = []
    touches: list[Touch] = []


class PersonShape(Shape):
    """A `PersonRow`."""

    id: str
    founded: int
    accounts: list[Key] = []
    revision: int = 0
    first_seen: int = 0
    last_seen: int = 0
    merged_into: Key = b""


class LinkShape(Shape):
    """A `LinkRow`."""

    a: Key
    b: Key
    active: bool
    ruled: bool
    revision: int
    record: bytes
    needs: tuple[Key, Key] | None = None


class Waiting(msgspec.Struct, array_like=True, gc=False):
    """A thread that points at something unseen."""

    thread: Key
    rule: str
    active: bool
    activity: str


class AnchorShape(Shape):
    """A `AnchorRow`."""

    threads: list[Key] = []
    waiting: list[Waiting] = []
