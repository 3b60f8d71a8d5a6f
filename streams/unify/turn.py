"""One turn in a workspace's total order: what a decision reads, writes and says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from commonline.schemas.records import Activity
from commonline.streams.unify.rows import (
    ACCOUNT,
    ANCHOR,
    CONVERSATION,
    OBJECT,
    PREFIX_SIZE,
    THREAD,
    Key,
    Keys,
    WorkspaceRow,
)
from commonline.streams.unify.rules import Compiled
from commonline.streams.unify.view import View

Where = Literal["conversations", "links", "persons", "feed", "continue", "dead"]
MOST_RECORDS = 500
"""Records that one input may write to feeds; the rest follows as Continue records (protocol F5)."""


@dataclass(slots=True)
class Output:
    """A record to write. `value` is Avro without the frame; `event` names the kind for CloudEvents and metrics."""

    where: Where
    key: bytes
    value: bytes
    record: str
    event: str
    id: str
    source: str
    at: int
    department: str = ""


@dataclass(slots=True)
class Turn:
    """Everything that one decision needs. The clock is `row.clock`: nothing else tells the time (protocol F6)."""

    view: View
    keys: Keys
    secret: bytes
    workspace: str
    row_key: Key
    row: WorkspaceRow
    rules: Compiled
    out: list[Output] = field(default_factory=list)
    activity: Activity | None = None
    deciding: Key = b""
    """The object that this turn shows by itself: never part of a catch-up."""
    budget: int = MOST_RECORDS
    stirred: bool = False
    """Whether facts changed that decide which feeds a conversation is in."""

    def object_key(self, uri: str) -> Key:
        return self.keys.key(OBJECT, self.workspace, uri)

    def thread_key(self, uri: str) -> Key:
        return self.keys.key(THREAD, self.workspace, uri)

    def conversation_key(self, identifier: str) -> Key:
        return self.keys.key(CONVERSATION, self.workspace, identifier)

    def account_key(self, uri: str) -> Key:
        return self.keys.key(ACCOUNT, self.workspace, uri)

    def anchor_key(self, what: str) -> Key:
        return self.keys.key(ANCHOR, self.workspace, what)

    @property
    def cause(self) -> str:
        """Id of the activity that is being decided, for evidence; empty for control records."""
        return self.activity.id if self.activity else ""

    @property
    def horizon(self) -> int:
        """Objects accepted before this are history; the one that is being decided is shown by itself."""
        return self.row.accepted if self.activity else self.row.accepted + 1

    @property
    def source(self) -> str:
        """The source whose activity caused what this turn writes; empty for control records."""
        return self.activity.source if self.activity else ""


def record_key(key: Key) -> bytes:
    """The record key of an object: the same for all its versions, in every topic (protocol F5)."""
    return key[1:]


def workspace_part(key: Key) -> bytes:
    """The workspace bytes of a row key."""
    return key[1:PREFIX_SIZE]
