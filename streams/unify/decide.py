"""decide: what becomes of one record of the log. A function of the state and the record alone (protocol F6).

Nothing here knows Kafka, files, the machine's clock or chance. Given the same prefix of a partition it writes the same
rows and says the same things, however the records were batched, wherever it ran.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from commonline.ids import KeyedNames
from commonline.schemas.records import Activity, Control
from commonline.streams.unify import (
    anchors,
    controls,
    corrections,
    feeds,
    objects,
    people,
    show,
    threads,
    windows,
)
from commonline.streams.unify.keys import WORKSPACE, Key, Keys
from commonline.streams.unify.outputs import Output
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.rows import ConversationRow, ObjectRow, ThreadRow
from commonline.streams.unify.rules import Compiled, compile_configuration
from commonline.streams.unify.shapes import Version
from commonline.streams.unify.specs import UnifyConfiguration
from commonline.streams.unify.subject import Subject, persons_of
from commonline.streams.unify.turn import Met, Turn
from commonline.streams.unify.view import View
from commonline.streams.unify.workspace import WorkspaceRow

LARGEST = 200 * 1024
"""Encoded activity, bytes. Larger: dead letter `too-large` (protocol F14)."""
MOST_THREAD_ACCOUNTS = 64
KEPT_CONFIGURATIONS = 4096
Outcome = Literal["accepted", "repeat", "corrected", "after-delete", "too-large", "control"]


class Decision:
    """What one record led to. `written`: whether an activity was written to conversations.v1."""

    __slots__ = ("outcome", "outputs", "written")

    def __init__(self, outcome: Outcome, outputs: list[Output], *, written: bool = False) -> None:
        self.outcome = outcome
        self.outputs = outputs
        self.written = written


class Unifier:
    """The decision with its secrets: `keys` names rows and records, `secret` makes pseudonyms and fact hashes."""

    def __init__(self, keys: Keys, secret: bytes) -> None:
        self.keys = keys
        self.secret = secret
        self._fact = KeyedNames(secret, "")
        self._compiled: dict[str, tuple[str, list[str], Compiled, list[str]]] = {}

    def decide_activity(self, view: View, activity: Activity, raw: bytes) -> Decision:
        """Take an activity in. `raw` is its Avro, which conversations.v1 carries unchanged."""
        if len(raw) > LARGEST:
            return Decision("too-large", [])
        turn = self._turn(view, activity.workspace, activity.received, activity)
        outcome = _take(turn, activity, raw)
        view.put(turn.row_key, turn.row)
        return Decision(outcome, turn.out, written=outcome != "repeat")

    def decide_control(self, view: View, control: Control) -> Decision:
        """Take in a configuration, a ruling or a continuation."""
        turn = self._turn(view, control.workspace, control.at, None)
        controls.obey(turn, control)
        view.put(turn.row_key, turn.row)
        return Decision("control", turn.out)

    def _turn(self, view: View, workspace: str, received: int, activity: Activity | None) -> Turn:
        keys = self.keys.of(workspace)
        key = keys.key(WORKSPACE, "")
        row = view.workspace(key)
        if row is None:
            row = WorkspaceRow(workspace)
        row.clock = max(row.clock, received)
        rules = self._rules(workspace, row)
        return Turn(view, keys, self.secret, self._fact, workspace, key, row, rules, activity)

    def _rules(self, workspace: str, row: WorkspaceRow) -> Compiled:
        """The workspace's configuration, compiled; names of new departments are entered into the row."""
        text, known = row.configuration, self._compiled.get(workspace)
        if known is not None and known[2].version == row.version and known[0] == text:
            if row.departments == known[3]:
                return known[2]
            if row.departments == known[1]:
                row.departments = list(known[3])
                return known[2]
        before, register = list(row.departments), list(row.departments)
        body = msgspec.json.decode(text, type=UnifyConfiguration) if text else UnifyConfiguration({})
        compiled = compile_configuration(body, row.version, register, workspace)
        row.departments = list(register)
        if len(self._compiled) >= KEPT_CONFIGURATIONS:
            self._compiled.clear()
        self._compiled[workspace] = text, before, compiled, register
        return compiled


def _take(turn: Turn, activity: Activity, raw: bytes) -> Outcome:
    version = objects.version_of(activity)
    key = turn.keys.object(activity.edge or activity.object.id)
    row = turn.view.object(key)
    known = row is not None
    if row is not None and (objects.seen(row, version) or objects.tells_nothing(row, activity, version)):
        told = corrections.correct(row, activity, version) if activity.origin.mode == corrections.REPLAY else None
        return "repeat" if told is None else _correct(turn, key, activity, told)
    turn.row.accepted += 1
    turn.deciding = key
    reading = Reading(activity)
    met = people.meet(turn, activity)
    thread_key, thread = _thread_of(turn, activity, row)
    outdated = activity.edge is not None and row is not None and version < row.version  # a Like that was undone since
    row, now, now_raw = _object(turn, key, row, activity, raw, version, thread_key, thread)
    where, matched = _place(turn, activity, reading, met, (thread_key, thread), known=known)
    persons = persons_of(turn, activity, met)
    got: tuple[str, ...] = ()
    gone = row.deleted > row.restored
    if where[1].feeds and not outdated and (gone or not objects.is_delete(activity)):
        if now is activity:
            about = Subject(turn, where, now, now_raw, persons, reading)
        else:
            about = Subject(turn, where, now, now_raw, persons_of(turn, now), Reading(now))
        quiet = activity.origin.mode == "backfill"
        got = show.everywhere(turn, where[1], key, row, about, matched, catch_up=quiet)
    superseded = known and activity.type != "Create"
    show.joined(turn, where[1], key, row, activity, raw, got, persons, superseded=superseded)
    return "after-delete" if gone and activity.type != "Delete" else "accepted"


def _correct(turn: Turn, key: Key, activity: Activity, correction: corrections.Correction) -> Outcome:
    """A replayed activity tells other facts than before: an update of what is known, that nobody is alarmed by."""
    told, row, shown = correction.told, correction.row, correction.shown
    turn.row.accepted += 1
    turn.deciding = key
    met = people.meet(turn, told)
    thread_key, thread = _thread_of(turn, activity, row, anew=True)
    _lie(turn, key, row, thread_key, thread)
    where, matched = _place(turn, told, Reading(told), met, (thread_key, thread), known=True)
    got: tuple[str, ...] = ()
    if where[1].feeds:
        about = Subject(turn, where, shown, correction.shown_raw, persons_of(turn, shown), Reading(shown))
        got = show.everywhere(turn, where[1], key, row, about, matched, catch_up=True)
    show.joined(turn, where[1], key, row, told, correction.told_raw, got, persons_of(turn, told), superseded=True)
    return "corrected"


def _place(
    turn: Turn,
    activity: Activity,
    reading: Reading,
    met: list[Met],
    thread_of: tuple[Key, ThreadRow],
    *,
    known: bool,
) -> tuple[tuple[Key, ConversationRow], int]:
    """What an activity tells of its thread and people; returns its conversation, and the rules that hold for it."""
    thread_key, thread = thread_of
    _note(turn, thread_key, thread, activity, met)
    new = not known and activity.edge is None
    anchors.register(turn, activity, thread_key, new_object=new, new_thread=thread.founded == turn.row.accepted)
    anchors.follow(turn, activity, reading, thread_key)
    for one in met:
        if windows.touches_thread(activity, one.party, is_actor=one.party is activity.actor):
            windows.touch(turn, one.key, one.row, thread_key, activity)
    conversation_key, conversation = _conversation(turn, thread, met)
    matched = turn.rules.matched(activity, reading)
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


def _note(turn: Turn, key: Key, thread: ThreadRow, activity: Activity, met: list[Met]) -> None:
    changed = False
    if activity.channel not in thread.channels:
        thread.channels.append(activity.channel)
        changed = True
    accounts = thread.accounts
    if len(accounts) < MOST_THREAD_ACCOUNTS:
        for one in met:
            if one.outside and one.key not in accounts and len(accounts) < MOST_THREAD_ACCOUNTS:
                accounts.append(one.key)
                changed = True
    if changed:
        turn.stirred = True
        turn.view.put(key, thread)


def _conversation(turn: Turn, thread: ThreadRow, met: list[Met]) -> tuple[Key, ConversationRow]:
    key = thread.conversation
    row = turn.view.conversation(key)
    if row is None:
        raise AssertionError(f"thread {thread.uri} has no conversation")  # a defect of ours: stop, skip nothing
    names = row.names
    if len(names) < threads.MOST_NAMES:
        for one in met:
            if one.name and not one.ours:
                pair = (one.key, one.name)
                if pair not in turn.view.names_of(key, row).pairs and len(names) < threads.MOST_NAMES:
                    names.append(pair)
                    turn.view.put(key, row)
    return key, row
