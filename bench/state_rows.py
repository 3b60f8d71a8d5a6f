"""The state of a large workspace, row by row in the form that unify writes: for measuring without years of activities.

Comments of many accounts in many threads. Keys, references between rows, texts and sizes are as unify leaves them (a
template is decided by unify itself); only the history that would have led there is left out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.prose import name_of
from bench.workload import START, WORKSPACE, configuration, log

from commonline.ids import uuid5
from commonline.schemas.codec import decode_activity, encode_activity
from commonline.schemas.records import Activity, Container, Object, Origin, Party, Reference, Thread
from commonline.streams.unify.keys import ACCOUNT, ANCHOR, CONVERSATION, OBJECT, PERSON, THREAD, Key
from commonline.streams.unify.keys import WORKSPACE as WORKSPACE_KIND
from commonline.streams.unify.objects import version_of
from commonline.streams.unify.rows import AccountRow, AnchorRow, ConversationRow, ObjectRow, PersonRow, ThreadRow
from commonline.streams.unify.service import unifier
from commonline.streams.unify.stored import decode_row, encode_row
from commonline.streams.unify.view import View
from commonline.streams.unify.workspace import WorkspaceRow

KEY = b"k" * 32
POOL = 2000
EXACT = 1000
Rows = Iterator[tuple[Key, bytes]]


def thread_uri(number: int) -> str:
    """None that `bench.workload` has, as all names here: the two may be mixed."""
    return f"facebook:page1/post/page0_{number:015}"


def account_uri(number: int) -> str:
    return f"facebook:page1/user/9{number:015}"


def object_id(thread: int, number: int) -> str:
    return f"facebook:page1/comment/page0_{thread:015}_{number:015}"


def comment(thread: int, account: int, identifier: str, *, at: int, text: str, workspace: str = WORKSPACE) -> Activity:
    """A comment of an account in a thread. `at`: microseconds."""
    return Activity(
        id=uuid5(workspace, identifier, "Create", ""),
        workspace=workspace,
        connector="facebook",
        source="page",
        event="feed.comment",
        type="Create",
        channel="comment",
        direction="inbound",
        visibility="public",
        published=at,
        clock="source",
        received=at,
        our_account="facebook:page1",
        origin=Origin(uuid5("delivery", identifier), "deliveries.v1", 0, 0),
        actor=Party(account_uri(account), "person", "customer", "author", name_of(account)),
        object=Object(identifier, "Note", text=text, url=f"https://face.example/{identifier[15:]}"),
        thread=Thread(thread_uri(thread), title="Our new kettle", container=Container("facebook:page1", "page")),
        references=[Reference("parent", thread_uri(thread))],
    )


@dataclass
class World:
    """So many threads, accounts and objects. Every object has its row and two anchors, as unify writes them. Each
    `exact`-th is what `object` says; the others are like them."""

    threads: int
    accounts: int
    objects: int
    exact: int = EXACT

    def __post_init__(self) -> None:
        self._keys = unifier(KEY).keys
        self._chance = random.Random(11)
        self._template()
        raws = (decode_activity(raw) for raw in log(2 * POOL)[1])
        self._texts = [one.object.text or "" for one in raws if one.edge is None and one.object.text][:POOL]
        made = (self.object(number) for number in range(POOL))
        self._pool = [(version_of(one), encode_activity(one)) for one in made]

    @classmethod
    def of_rows(cls, rows: int) -> World:
        """A world of about so many rows, in the proportions of the largest: 1 : 1 : 20."""
        unit = max(rows // (4 + 20 * 3), 1)
        return cls(unit, unit, 20 * unit)

    def _template(self) -> None:
        """What unify makes of one comment: which feeds a conversation is in, which rules matched."""
        rows: dict[bytes, bytes] = {}
        decide = unifier(KEY)
        view = View(rows.get, lambda _prefix, _after: iter(()))
        decide.decide_control(view, configuration())
        first = comment(0, 0, "facebook:page1/comment/first", at=START, text="my kettle leaks, who helps?")
        decide.decide_activity(view, first, encode_activity(first))
        found: dict[bytes, Any] = {key[:1]: decode_row(key, row) for key, row in view.changes().items()}
        self._workspace: WorkspaceRow = found[WORKSPACE_KIND]
        self._thread: ThreadRow = found[THREAD]
        self._conversation: ConversationRow = found[CONVERSATION]
        self._account: AccountRow = found[ACCOUNT]
        self._person: PersonRow = found[PERSON]
        self._object: ObjectRow = found[OBJECT]

    def key(self, kind: bytes, what: str) -> Key:
        """The key of a row."""
        return self._keys.key(kind, WORKSPACE, what)

    def rows(self) -> Rows:
        """All of them; an object's anchors behind it."""
        workspace = self._workspace
        workspace.accepted, workspace.conversation_seq, workspace.clock = self.objects, self.objects, START
        yield self.key(WORKSPACE_KIND, ""), encode_row(workspace)
        for number in range(self.accounts):
            yield from self._one_account(number)
        keys = [self.key(THREAD, thread_uri(number)) for number in range(self.threads)]
        anchors = [encode_row(AnchorRow([key])) for key in keys]
        newest: list[Key] = [b""] * self.threads
        for number in range(self.objects):
            thread = number % self.threads
            key, one, other, row = self._one_object(number, keys[thread], newest[thread])
            newest[thread] = key
            yield key, row
            yield one, anchors[thread]
            yield other, anchors[thread]
        for number in range(self.threads):
            yield from self._one_thread(number, newest[number])

    def _one_account(self, number: int) -> Rows:
        uri = account_uri(number)
        identifier = uuid5(WORKSPACE, "person", uri)
        person = self.key(PERSON, identifier)
        key = self.key(ACCOUNT, uri)
        name = name_of(number)
        account, row = self._account, self._person
        account.uri, account.person, account.name = uri, person, name
        row.id, row.accounts = identifier, [key]
        yield key, encode_row(account)
        yield person, encode_row(row)

    def _one_thread(self, number: int, newest: Key) -> Rows:
        uri = thread_uri(number)
        identifier = uuid5(WORKSPACE, "conversation", uri)
        conversation = self.key(CONVERSATION, identifier)
        key = self.key(THREAD, uri)
        thread, row = self._thread, self._conversation
        thread.uri, thread.conversation, thread.newest = uri, conversation, newest
        row.id, row.threads = identifier, [key]
        yield key, encode_row(thread)
        yield conversation, encode_row(row)
        yield self.key(ANCHOR, f"thread:{uri}"), encode_row(AnchorRow([key]))

    def _one_object(self, number: int, thread_key: Key, before: Key) -> tuple[Key, Key, Key, bytes]:
        """Keys of object and anchors, and the object's row. What is not one in `exact` has keys by chance, and holds an
        activity like its own: making each would take longer than loading it."""
        row = self._object
        if number % self.exact == 0:
            activity = self.object(number)
            identifier = activity.object.id
            row.version, row.activity = version_of(activity), encode_activity(activity)
            key = self.key(OBJECT, identifier)
            anchors = [
                self.key(ANCHOR, name) for name in (f"object:{identifier}", f"url:face.example/{identifier[15:]}")
            ]
        else:
            row.version, row.activity = self._pool[number % POOL]
            some, prefix = self._chance.randbytes(48), thread_key[1:9]
            key, anchors = OBJECT + prefix + some[:16], [ANCHOR + prefix + some[16:32], ANCHOR + prefix + some[32:]]
        row.thread, row.at, row.versions, row.chain = thread_key, number + 1, [row.version], {thread_key: before}
        return key, anchors[0], anchors[1], encode_row(row)

    def object(self, number: int) -> Activity:
        """The activity that the row of an object holds whose number is a multiple of `exact`."""
        thread, account = number % self.threads, number % self.accounts
        identifier = object_id(thread, number)
        at = START - (self.objects - number) * 1000
        return comment(thread, account, identifier, at=at, text=self.text(number))

    def text(self, number: int) -> str:
        """One of the texts of the log."""
        return self._texts[number % len(self._texts)]
