"""The rows of the state: one an object, thread, conversation, account, person, link or anchor; none grows with history.

A row is stored as one byte of version and msgpack (arrays, not maps), below its key (`commonline.streams.unify.keys`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from commonline.errors import StateError, TooLargeError
from commonline.schemas.records import PartyKind, Side
from commonline.streams.unify.keys import ACCOUNT, ANCHOR, CONVERSATION, LINK, OBJECT, PERSON, THREAD, WORKSPACE, Key

ROW_VERSION = 1
ROW_LIMIT = 64 * 1024 * 4
"""A row may hold one activity, whose text is capped at 40,000 characters of up to four bytes."""


class Row(msgspec.Struct, array_like=True, gc=False):
    """Anything that is stored."""


class WorkspaceRow(Row):
    """The one row that every activity of a workspace touches.

    `clock`: greatest `received` so far, microseconds. `accepted`: how many activities were accepted, the measure of
    age. `departments`: names by bit, append-only. `waiting`: how many pointers wait for an id that is unseen.
    `repolicy`: departments whose clearance or policy the last configuration changed.
    """

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


Version = tuple[int, bytes]
"""Order of a version (edit time or revision number), and bytes that make the order total: eight of the activity's id,
four of the delivery that told it, and eight of that delivery's offset if it was a replay. Rows of before replays could
correct hold the first eight only."""
ID_END, DELIVERY_END = 8, 12


class ObjectRow(Row):
    """An object or relation, its facts now, and which activities it has seen.

    `versions`: the greatest ones seen; all up to `floor` counts as seen. `told_by`: version of a field where it
    is not the greatest. `chain`: the object before it in a thread. `sent`: departments whose feed has it.
    """

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


class ThreadRow(Row):
    """A source's container. `matched`: rules that ever held for an activity of it, under configuration `version`."""

    uri: str
    conversation: Key
    founded: int
    newest: Key = b""
    matched: int = 0
    version: int = 0
    channels: list[str] = []
    accounts: list[Key] = []
    neighbours: list[tuple[Key, Key]] = []


class ConversationRow(Row):
    """Threads joined. `feeds`: departments that have it. `names`: of people outside, for redaction."""

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


class AccountRow(Row):
    """An account, its person and its links. `named`: day (since 1970) on which it was last called `name`."""

    uri: str
    person: Key
    kind: PartyKind = "unknown"
    side: Side = "unknown"
    name: str | None = None
    named: int = -1
    neighbours: list[tuple[Key, Key]] = []
    touches: list[Touch] = []


class PersonRow(Row):
    """Accounts joined."""

    id: str
    founded: int
    accounts: list[Key] = []
    revision: int = 0
    first_seen: int = 0
    last_seen: int = 0
    merged_into: Key = b""


class LinkRow(Row):
    """A link as published, and the rows that it joins. `record` is the encoded Link."""

    a: Key
    b: Key
    active: bool
    ruled: bool
    revision: int
    record: bytes
    needs: tuple[Key, Key] | None = None
    """Accounts that must be one person for this link to hold (the window rule)."""


class Waiting(msgspec.Struct, array_like=True, gc=False):
    """A thread that points at something unseen."""

    thread: Key
    rule: str
    active: bool
    activity: str


class AnchorRow(Row):
    """What a permalink, ticket number or object id stands for, and who waits for it."""

    threads: list[Key] = []
    waiting: list[Waiting] = []


TYPES: dict[bytes, type[Row]] = {
    WORKSPACE: WorkspaceRow,
    OBJECT: ObjectRow,
    THREAD: ThreadRow,
    CONVERSATION: ConversationRow,
    ACCOUNT: AccountRow,
    PERSON: PersonRow,
    LINK: LinkRow,
    ANCHOR: AnchorRow,
}
_DECODERS: dict[int, Callable[[bytes], Any]] = {
    kind[0]: msgspec.msgpack.Decoder(row_type).decode for kind, row_type in TYPES.items()
}
_encode = msgspec.msgpack.Encoder().encode
_VERSION_BYTE = bytes([ROW_VERSION])


def encode_row(row: Row) -> bytes:
    """Bytes of a row. Raises `TooLargeError` beyond the limit (protocol F14)."""
    data = _VERSION_BYTE + _encode(row)
    if len(data) > ROW_LIMIT:
        raise TooLargeError(f"state row {type(row).__name__} in bytes", ROW_LIMIT)
    return data


def decode_row(key: Key, data: bytes) -> Any:
    """The row. Raises `StateError` for a newer version or unreadable bytes (protocol F25)."""
    if data[:1] != _VERSION_BYTE:
        raise StateError(
            f"state row of version {data[:1].hex()}: this program reads version {ROW_VERSION}; run the newer one"
        )
    try:
        return _DECODERS[key[0]](data[1:])
    except (msgspec.DecodeError, KeyError) as error:
        raise StateError(f"state row {key.hex()} cannot be read: {error}; move the state away to rebuild it") from error
