"""One turn in a workspace's total order: what a decision reads, writes and says."""

from __future__ import annotations

from commonline.ids import KeyedNames
from commonline.schemas.records import Activity, Party
from commonline.streams.unify.keys import PREFIX_SIZE, Key, WorkspaceKeys
from commonline.streams.unify.outputs import Output, Where
from commonline.streams.unify.rows import AccountRow
from commonline.streams.unify.rules import Compiled
from commonline.streams.unify.view import View
from commonline.streams.unify.workspace import WorkspaceRow

MOST_RECORDS = 500
"""Records that one input may write to feeds; the rest follows as Continue records (protocol F5)."""


class Met:
    """Someone named in an activity, with the account's `uri` and row; `ours`: on our side; `outside`: a customer, or
    whoever else is neither ours nor a program."""

    __slots__ = ("key", "name", "ours", "outside", "party", "row", "uri")

    def __init__(self, party: Party, uri: str, key: Key, row: AccountRow) -> None:
        self.party = party
        self.uri = uri
        self.key = key
        self.row = row
        self.name = party.name
        self.ours = party.side == "us"
        self.outside = not self.ours and party.kind != "application"


class Turn:
    """Everything that one decision needs. The clock is `row.clock`: nothing else tells the time (protocol F6).

    `cause`: id of the activity that is decided, for evidence; empty for control records. `source`: the source whose
    activity caused what this turn writes. `deciding`: the object that this turn shows by itself: never part of a
    catch-up. `fact`: hashes an activity's bytes, keyed with `secret`. `stirred`: whether facts changed that decide
    which feeds a conversation is in.
    """

    __slots__ = (
        "activity",
        "budget",
        "cause",
        "deciding",
        "fact",
        "keys",
        "out",
        "row",
        "row_key",
        "rules",
        "secret",
        "source",
        "stirred",
        "view",
        "workspace",
    )

    def __init__(
        self,
        view: View,
        keys: WorkspaceKeys,
        secret: bytes,
        fact: KeyedNames,
        workspace: str,
        row_key: Key,
        row: WorkspaceRow,
        rules: Compiled,
        activity: Activity | None,
    ) -> None:
        self.view = view
        self.keys = keys
        self.secret = secret
        self.fact = fact
        self.workspace = workspace
        self.row_key = row_key
        self.row = row
        self.rules = rules
        self.activity = activity
        self.cause = "" if activity is None else activity.id
        self.source = "" if activity is None else activity.source
        self.out: list[Output] = []
        self.deciding: Key = b""
        self.budget = MOST_RECORDS
        self.stirred = False

    def say(self, where: Where, key: bytes, value: bytes, record: str, event: str, identifier: str, at: int) -> None:
        """Write a record that is of no feed."""
        self.out.append(Output(where, key, value, record, event, identifier, self.source, at, self.workspace))

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
