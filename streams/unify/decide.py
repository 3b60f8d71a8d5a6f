"""decide: what becomes of one record of the log. A function of the state and the record alone (protocol F6).

Nothing here knows Kafka, files, the machine's clock or chance. Given the same prefix of a partition it writes the same
rows and says the same things, however the records were batched, wherever it ran.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import msgspec

from commonline.schemas.codec import encode_conversation_activity_prefix
from commonline.schemas.records import Activity, Control, ConversationActivity, Party, PartyPerson
from commonline.streams.unify import anchors, controls, corrections, feeds, objects, people, show, threads, windows
from commonline.streams.unify.rows import (
    WORKSPACE,
    ConversationRow,
    Key,
    Keys,
    ObjectRow,
    ThreadRow,
    Version,
    WorkspaceRow,
)
from commonline.streams.unify.rules import Compiled, UnifyConfiguration, compile_configuration
from commonline.streams.unify.subject import parties, persons_of
from commonline.streams.unify.turn import Output, Turn, record_key
from commonline.streams.unify.view import View

LARGEST = 200 * 1024
"""Encoded activity, bytes. Larger: dead letter `too-large` (protocol F14)."""
MOST_THREAD_ACCOUNTS = 64
Outcome = Literal["accepted", "repeat", "corrected", "after-delete", "too-large", "control"]


@dataclass(slots=True)
class Decision:
    """What one record led to."""

    outcome: Outcome
    outputs: list[Output] = field(default_factory=list)


@lru_cache(maxsize=4096)
def _compiled(configuration: str, version: int, names: tuple[str, ...]) -> tuple[Compiled, list[str]]:
    register = list(names)
    body = msgspec.json.decode(configuration, type=UnifyConfiguration) if configuration else UnifyConfiguration({})
    return compile_configuration(body, version, register), register


class Unifier:
    """The decision with its secrets: `keys` names rows and records, `secret` makes pseudonyms and fact hashes."""

    def __init__(self, keys: Keys, secret: bytes) -> None:
        self.keys = keys
        self.secret = secret

    def decide_activity(self, view: View, activity: Activity, raw: bytes) -> Decision:
        """Take an activity in. `raw` is its Avro, which conversations.v1 carries unchanged."""
        turn = self._turn(view, activity.workspace, activity.received)
        if len(raw) > LARGEST:
            return Decision("too-large")
        turn.activity = activity
        outcome = _take(turn, activity, raw)
        view.put(turn.row_key, turn.row)
        return Decision(outcome, turn.out)

    def decide_control(self, view: View, control: Control) -> Decision:
        """Take in a configuration, a ruling or a continuation."""
        turn = self._turn(view, control.workspace, control.at)
        controls.obey(turn, control)
        view.put(turn.row_key, turn.row)
        return Decision("control", turn.out)

    def _turn(self, view: View, workspace: str, received: int) -> Turn:
        key = self.keys.key(WORKSPACE, workspace, "")
        row = view.workspace(key)
        if row is None:
            row = WorkspaceRow(workspace)
        row.clock = max(row.clock, received)
        compiled, register = _compiled(row.configuration, row.version, tuple(row.departments))
        if len(register) != len(row.departments):
            row.departments = list(register)
        return Turn(view, self.keys, self.secret, workspace, key, row, compiled)


def _take(turn: Turn, activity: Activity, raw: bytes) -> Outcome:
    version = objects.version_of(activity)
    key = turn.object_key(activity.edge or activity.object.id)
    row = turn.view.object(key)
    if row is not None and (objects.seen(row, version) or objects.tells_nothing(row, activity, version)):
        told = corrections.correct(row, activity, version) if activity.origin.mode == corrections.REPLAY else None
        return "repeat" if told is None else _correct(turn, key, activity, told)
    turn.row.accepted += 1
    turn.deciding = key
    met = people.meet(turn, activity)
    new = row is None and activity.edge is None
    thread_key, thread = _thread_of(turn, activity, row)
    superseded = activity.type != "Create" and row is not None
    outdated = activity.edge is not None and row is not None and version < row.version  # a Like that was undone since
    row, now, now_raw = _object(turn, key, row, activity, raw, version, thread_key, thread)
    where, matched = _place(turn, thread_key, thread, activity, met, new=new)
    gone = row.deleted > row.restored
    overruled = objects.is_delete(activity) and not gone
    persons = persons_of(turn, activity)
    known = persons if now is activity else persons_of(turn, now)
    quiet = activity.origin.mode == "backfill"
    got = []
    if not overruled and not outdated:
        got = show.everywhere(turn, where, key, row, now, now_raw, known, matched, catch_up=quiet)
    _record(turn, where[1], key, row, activity, raw, got, persons, superseded=superseded)
    return "after-delete" if gone and activity.type != "Delete" else "accepted"


def _correct(turn: Turn, key: Key, activity: Activity, correction: corrections.Correction) -> Outcome:
    """A replayed activity tells other facts than before: an update of what is known, that nobody is alarmed by."""
    told, row, shown = correction.told, correction.row, correction.shown
    turn.row.accepted += 1
    turn.deciding = key
    met = people.meet(turn, told)
    thread_key, thread = _thread_of(turn, activity, row, anew=True)
    _lie(turn, key, row, thread_key, thread)
    where, matched = _place(turn, thread_key, thread, told, met, new=False)
    known = persons_of(turn, shown)
    got = show.everywhere(turn, where, key, row, shown, correction.shown_raw, known, matched, catch_up=True)
    _record(turn, where[1], key, row, told, correction.told_raw, got, persons_of(turn, told), superseded=True)
    return "corrected"


def _place(
    turn: Turn, thread_key: Key, thread: ThreadRow, activity: Activity, met: list[tuple[Party, Key]], *, new: bool
) -> tuple[tuple[Key, ConversationRow], int]:
    """What an activity tells of its thread and people; returns its conversation, and the rules that hold for it."""
    _note(turn, thread_key, thread, activity, met)
    anchors.register(turn, activity, thread_key, new_object=new, new_thread=thread.founded == turn.row.accepted)
    anchors.follow(turn, activity, thread_key)
    for party, account in met:
        if windows.touches_thread(activity, party, is_actor=party is activity.actor):
            windows.touch(turn, account, thread_key, activity)
    conversation_key, conversation = _conversation(turn, thread, met)
    matched = turn.rules.matched(activity)
    if matched & ~thread.matched or thread.version != turn.rules.version:
        if thread.version != turn.rules.version:
            feeds.freshen(turn, thread_key, thread)
        thread.matched |= matched
        turn.view.put(thread_key, thread)
        turn.stirred = True
    if turn.stirred:
        feeds.review(turn, conversation_key, conversation)
    return (conversation_key, conversation), matched


def _thread_of(turn: Turn, activity: Activity, row: ObjectRow | None, *, anew: bool = False) -> tuple[Key, ThreadRow]:
    """A known object stays in its thread, unless its Create arrives late, or `anew`, and says better."""
    if row is not None and (activity.type != "Create" or (row.created and not anew)):
        known = turn.view.thread(row.thread)
        if known is not None:
            return row.thread, known
    return threads.of(turn, activity.thread.id)


def _object(
    turn: Turn,
    key: Key,
    row: ObjectRow | None,
    activity: Activity,
    raw: bytes,
    version: Version,
    thread_key: Key,
    thread: ThreadRow,
) -> tuple[ObjectRow, Activity, bytes]:
    now, now_raw = activity, raw
    if row is None:
        row = objects.new_row(activity, raw, version, thread_key, turn.row.accepted)
    else:
        objects.remember(row, version)
        objects.mark(row, activity)
        row.created = row.created or activity.type == "Create"
        if activity.edge is not None:
            if version >= row.version:
                row.version, row.activity = version, raw
        elif not objects.is_delete(activity):
            now, now_raw = objects.present(row, activity, raw, version)
    _lie(turn, key, row, thread_key, thread)
    return row, now, now_raw


def _lie(turn: Turn, key: Key, row: ObjectRow, thread_key: Key, thread: ThreadRow) -> None:
    """The object lies in this thread."""
    row.thread = thread_key
    if thread_key not in row.chain:
        row.chain[thread_key] = thread.newest
        thread.newest = key
        turn.view.put(thread_key, thread)
    turn.view.put(key, row)


def _note(turn: Turn, key: Key, thread: ThreadRow, activity: Activity, met: list[tuple[Party, Key]]) -> None:
    changed = False
    if activity.channel not in thread.channels:
        thread.channels.append(activity.channel)
        changed = True
    for party, account in met:
        outside = party.side != "us" and party.kind != "application"
        if outside and account not in thread.accounts and len(thread.accounts) < MOST_THREAD_ACCOUNTS:
            thread.accounts.append(account)
            changed = True
    if changed:
        turn.stirred = True
        turn.view.put(key, thread)


def _conversation(turn: Turn, thread: ThreadRow, met: list[tuple[Party, Key]]) -> tuple[Key, ConversationRow]:
    key = thread.conversation
    row = turn.view.conversation(key)
    if row is None:
        raise AssertionError(f"thread {thread.uri} has no conversation")  # a defect of ours: stop, skip nothing
    for party, account in met:
        pair = (account, party.name or "")
        if party.side != "us" and party.name and pair not in row.names and len(row.names) < threads.MOST_NAMES:
            row.names.append(pair)
            turn.view.put(key, row)
    return key, row


def _record(
    turn: Turn,
    conversation: ConversationRow,
    key: Key,
    row: ObjectRow,
    activity: Activity,
    raw: bytes,
    got: list[str],
    known: dict[str, str],
    *,
    superseded: bool,
) -> None:
    turn.row.conversation_seq += 1
    uris = dict.fromkeys(party.account for party in parties(activity) if party.account)
    persons = [PartyPerson(account=uri, person=known[uri]) for uri in uris if known[uri] != uri]
    record = ConversationActivity(
        event="activity",
        workspace=turn.workspace,
        seq=turn.row.conversation_seq,
        conversation=conversation.id,
        person=_customer(activity, persons),
        persons=persons,
        visibility=show.LEVELS[show.tightness(row)],
        feeds=got,
        known=turn.row.clock,
        supersedes=activity.object.id if superseded else None,
        activity=activity,
    )
    value = encode_conversation_activity_prefix(record) + raw
    turn.out.append(
        Output(
            "conversations",
            record_key(key),
            value,
            "ConversationActivity",
            "activity",
            activity.id,
            turn.source,
            activity.received,
        )
    )


def _customer(activity: Activity, persons: list[PartyPerson]) -> str | None:
    """The person outside that the activity is by or about, if one stands out."""
    by_account = {one.account: one.person for one in persons}
    parties = [party for party in (activity.actor, *activity.participants) if party is not None]
    outside = [
        by_account[p.account] for p in parties if p.side != "us" and p.account in by_account and p.kind != "application"
    ]
    return outside[0] if outside else None
