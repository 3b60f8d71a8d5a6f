"""One turn in a workspace's total order: what a decision reads, writes and says."""

from __future__ import annotations

from typing import Literal

import msgspec

from commonline.schemas.records import Activity, Party
from commonline.streams.unify.rows import PREFIX_SIZE, AccountRow, Key, WorkspaceKeys, WorkspaceRow
from commonline.streams.unify.rules import Compiled
from commonline.streams.unify.view import View

Where = Literal["conversations", "links", "persons", "feed", "continue", "dead"]
MOST_RECORDS = 500
"""Records that one input may write to feeds; the rest follows as Continue records (protocol F5)."""


class Output(msgspec.Struct, gc=False):
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


class Met(msgspec.Struct, gc=False):
    """Someone named in an activity, with the account's row."""

    party: Party
    key: Key
    row: AccountRow


class Turn(msgspec.Struct, gc=False):
    """Everything that one decision needs. The clock is `row.clock`: nothing else tells the time (protocol F6).

    `cause`: id of the activity that is decided, for evidence; empty for control records. `source`: the source whose
    activity caused what this turn writes. `deciding`: the object that this turn shows by itself: never part of a
    catch-up. `stirred`: whether facts changed that decide which feeds a conversation is in.
    """

    view: View
    keys: WorkspaceKeys
    secret: bytes
    workspace: str
    row_key: Key
    row: WorkspaceRow
    rules: Compiled
    activity: Activity | None
    cause: str = ""
    source: str = ""
    out: list[Output] = []
    deciding: Key = b""
    budget: int = MOST_RECORDS
    stirred: bool = False

    @property
    def horizon(self) -> int:
        """Objects accepted before this are history; the one that is being decided is shown by itself."""
        return self.row.accepted if self.activity else self.row.accepted + 1


def record_key(key: Key) -> bytes:
    """The record key of an object: the same for all its versions, in every topic (protocol F5)."""
    return key[1:]


def workspace_part(key: Key) -> bytes:
    """The workspace bytes of a row key."""
    return key[1:PREFIX_SIZE]
