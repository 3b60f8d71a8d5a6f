"""The rows of the state: one an object, thread, conversation, account, person, link or anchor; none grows with history.

How they are stored: `commonline.streams.unify.stored`; by which keys: `commonline.streams.unify.keys`.
"""

from __future__ import annotations

from typing import Any

from commonline.schemas.records import PartyKind, Side
from commonline.streams.unify.keys import Key
from commonline.streams.unify.shapes import Touch, Version, Waiting


class Row:
    """Anything that is stored."""

    __slots__ = ()

    def fields(self) -> tuple[Any, ...]:
        """All that is stored, in that order."""
        return ()


class ObjectRow(Row):
    """An object or relation, its facts now, and which activities it has seen.

    `versions`: the greatest ones seen; all up to `floor` counts as seen. `told_by`: version of a field where it
    is not the greatest. `chain`: the object before it in a thread. `sent`: departments whose feed has it.
    """

    __slots__ = (
        "activity",
        "at",
        "chain",
        "created",
        "deleted",
        "floor",
        "restored",
        "ruled",
        "sent",
        "thread",
        "tightness",
        "told_by",
        "version",
        "versions",
    )

    def __init__(
        self,
        thread: Key,
        at: int,
        version: Version,
        versions: list[Version],
        floor: Version = (-1, b""),
        deleted: int = -1,
        restored: int = -1,
        created: bool = False,
        tightness: int = 0,
        ruled: int = -1,
        sent: int = 0,
        told_by: dict[str, Version] | None = None,
        chain: dict[Key, Key] | None = None,
        activity: bytes = b"",
    ) -> None:
        self.thread = thread
        self.at = at
        self.version = version
        self.versions = versions
        self.floor = floor
        self.deleted = deleted
        self.restored = restored
        self.created = created
        self.tightness = tightness
        self.ruled = ruled
        self.sent = sent
        self.told_by: dict[str, Version] = {} if told_by is None else told_by
        self.chain: dict[Key, Key] = {} if chain is None else chain
        self.activity = activity

    def fields(self) -> tuple[Any, ...]:
        return (
            self.thread,
            self.at,
            self.version,
            self.versions,
            self.floor,
            self.deleted,
            self.restored,
            self.created,
            self.tightness,
            self.ruled,
            self.sent,
            self.told_by,
            self.chain,
            self.activity,
        )

    def copy(self) -> ObjectRow:
        """One that is changed while this one stays."""
        made = ObjectRow(*self.fields())
        made.versions, made.told_by, made.chain = list(self.versions), dict(self.told_by), dict(self.chain)
        return made


class ThreadRow(Row):
    """A source's container. `matched`: rules that ever held for an activity of it, under configuration `version`."""

    __slots__ = ("accounts", "channels", "conversation", "founded", "matched", "neighbours", "newest", "uri", "version")

    def __init__(
        self,
        uri: str,
        conversation: Key,
        founded: int,
        newest: Key = b"",
        matched: int = 0,
        version: int = 0,
        channels: list[str] | None = None,
        accounts: list[Key] | None = None,
        neighbours: list[tuple[Key, Key]] | None = None,
    ) -> None:
        self.uri = uri
        self.conversation = conversation
        self.founded = founded
        self.newest = newest
        self.matched = matched
        self.version = version
        self.channels: list[str] = [] if channels is None else channels
        self.accounts: list[Key] = [] if accounts is None else accounts
        self.neighbours: list[tuple[Key, Key]] = [] if neighbours is None else neighbours

    def fields(self) -> tuple[Any, ...]:
        return (
            self.uri,
            self.conversation,
            self.founded,
            self.newest,
            self.matched,
            self.version,
            self.channels,
            self.accounts,
            self.neighbours,
        )


class ConversationRow(Row):
    """Threads joined. `feeds`: departments that have it. `names`: of people outside, for redaction."""

    __slots__ = ("feeds", "founded", "id", "merged_into", "names", "threads")

    def __init__(
        self,
        identifier: str,
        founded: int,
        threads: list[Key] | None = None,
        feeds: int = 0,
        names: list[tuple[Key, str]] | None = None,
        merged_into: Key = b"",
    ) -> None:
        self.id = identifier
        self.founded = founded
        self.threads: list[Key] = [] if threads is None else threads
        self.feeds = feeds
        self.names: list[tuple[Key, str]] = [] if names is None else names
        self.merged_into = merged_into

    def fields(self) -> tuple[Any, ...]:
        return (self.id, self.founded, self.threads, self.feeds, self.names, self.merged_into)


class AccountRow(Row):
    """An account, its person and its links. `named`: day (since 1970) on which it was last called `name`."""

    __slots__ = ("kind", "name", "named", "neighbours", "person", "side", "touches", "uri")

    def __init__(
        self,
        uri: str,
        person: Key,
        kind: PartyKind = "unknown",
        side: Side = "unknown",
        name: str | None = None,
        named: int = -1,
        neighbours: list[tuple[Key, Key]] | None = None,
        touches: list[Touch] | None = None,
    ) -> None:
        self.uri = uri
        self.person = person
        self.kind = kind
        self.side = side
        self.name = name
        self.named = named
        self.neighbours: list[tuple[Key, Key]] = [] if neighbours is None else neighbours
        self.touches: list[Touch] = [] if touches is None else touches

    def fields(self) -> tuple[Any, ...]:
        return (self.uri, self.person, self.kind, self.side, self.name, self.named, self.neighbours, self.touches)


class PersonRow(Row):
    """Accounts joined."""

    __slots__ = ("accounts", "first_seen", "founded", "id", "last_seen", "merged_into", "revision")

    def __init__(
        self,
        identifier: str,
        founded: int,
        accounts: list[Key] | None = None,
        revision: int = 0,
        first_seen: int = 0,
        last_seen: int = 0,
        merged_into: Key = b"",
    ) -> None:
        self.id = identifier
        self.founded = founded
        self.accounts: list[Key] = [] if accounts is None else accounts
        self.revision = revision
        self.first_seen = first_seen
        self.last_seen = last_seen
        self.merged_into = merged_into

    def fields(self) -> tuple[Any, ...]:
        return (self.id, self.founded, self.accounts, self.revision, self.first_seen, self.last_seen, self.merged_into)


class LinkRow(Row):
    """A link as published, and the rows that it joins. `record` is the encoded Link; `needs`: accounts that must be one
    person for this link to hold (the window rule).
    """

    __slots__ = ("a", "active", "b", "needs", "record", "revision", "ruled")

    def __init__(
        self,
        a: Key,
        b: Key,
        active: bool,
        ruled: bool,
        revision: int,
        record: bytes,
        needs: tuple[Key, Key] | None = None,
    ) -> None:
        self.a = a
        self.b = b
        self.active = active
        self.ruled = ruled
        self.revision = revision
        self.record = record
        self.needs = needs

    def fields(self) -> tuple[Any, ...]:
        return (self.a, self.b, self.active, self.ruled, self.revision, self.record, self.needs)


class AnchorRow(Row):
    """What a permalink, ticket number or object id stands for, and who waits for it."""

    __slots__ = ("threads", "waiting")

    def __init__(
        self,
        threads: list[Key] | None = None,
        waiting: list[Waiting] | None = None,
    ) -> None:
        self.threads: list[Key] = [] if threads is None else threads
        self.waiting: list[Waiting] = [] if waiting is None else waiting

    def fields(self) -> tuple[Any, ...]:
        return (self.threads, self.waiting)
