"""One object in one feed: shown as the policy has it, or taken back; and in conversations.v1, as it is."""

from __future__ import annotations

from collections.abc import Iterable

from commonline.kit.place import TIGHTNESS
from commonline.schemas.codec import decode_activity
from commonline.schemas.records import Activity, FeedEvent
from commonline.streams.unify import pieces
from commonline.streams.unify.keys import Key
from commonline.streams.unify.pieces import LEVELS
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.rows import ConversationRow, ObjectRow
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.subject import Conversation, Persons, Subject, persons_of
from commonline.streams.unify.turn import Turn, record_key


def tightness(row: ObjectRow) -> int:
    """How far an object may travel: the tightest that was ever told, or what a person ruled."""
    return row.ruled if row.ruled >= 0 else row.tightness


def visible(row: ObjectRow, department: CompiledDepartment) -> bool:
    """Whether a department may see an object at all."""
    return row.deleted <= row.restored and tightness(row) <= department.clearance


def everywhere(
    turn: Turn,
    conversation: ConversationRow,
    key: Key,
    row: ObjectRow,
    said: Subject,
    matched: int,
    *,
    catch_up: bool = False,
) -> tuple[str, ...]:
    """Show an object in every feed that has its conversation; returns the departments that got it.

    `catch_up`: it is history, or known, and nobody need be alarmed.
    """
    feeds = conversation.feeds
    tail = pieces.feed_tail(tightness(row), turn.row.clock, record_key(key).hex())
    got = []
    for department in turn.rules.departments:
        if not feeds & department.bit:
            continue
        if to_department(turn, key, row, said, department, tail, matched=matched, catch_up=catch_up):
            got.append(department.name)
    return tuple(got)


def late(
    turn: Turn, conversation: Conversation, key: Key, row: ObjectRow, departments: Iterable[CompiledDepartment]
) -> None:
    """Show an earlier object as it is now."""
    activity = decode_activity(row.activity)
    said = Subject(turn, conversation, activity, row.activity, persons_of(turn, activity), Reading(activity))
    tail = pieces.feed_tail(tightness(row), turn.row.clock, record_key(key).hex())
    for department in departments:
        to_department(turn, key, row, said, department, tail, catch_up=True)


def to_department(
    turn: Turn,
    key: Key,
    row: ObjectRow,
    said: Subject,
    department: CompiledDepartment,
    tail: bytes,
    *,
    matched: int = 0,
    catch_up: bool = False,
) -> bool:
    """Show or take back. Returns whether the department got the activity. `tail`: what its feed records end with."""
    if row.deleted > row.restored or tightness(row) > department.clearance:
        if row.sent & department.bit:
            take_back(turn, said.conversation, key, row, department)
        return False
    shown = said.shown(department)
    turn.budget -= 1
    made = pieces.feed_activity(
        turn.row.feed_seq,
        record_key(key),
        turn.source,
        said.activity.received,
        turn.workspace,
        department.name,
        department.head,
        said.encoded,
        department.told.get(matched) or department.reasons(matched),
        department.redactions(shown.seen) if shown.seen else pieces.EMPTY,
        said.fact,
        shown.persons,
        tail,
        shown.raw,
        catch_up=catch_up,
    )
    turn.out.append(made)
    if not row.sent & department.bit:
        row.sent |= department.bit
        turn.view.put(key, row)
    return True


def take_back(turn: Turn, conversation: str, key: Key, row: ObjectRow, department: CompiledDepartment) -> None:
    """A tombstone: same key, no content."""
    note(turn, department, "tombstone", conversation, record_key(key), about=record_key(key).hex())
    row.sent &= ~department.bit
    turn.view.put(key, row)


def note(
    turn: Turn,
    department: CompiledDepartment,
    event: FeedEvent,
    conversation: str,
    key: bytes,
    *,
    other: str | None = None,
    count: int | None = None,
    about: str | None = None,
) -> None:
    """Write a record without an activity to a feed. `about`: the object that it tells of."""
    turn.budget -= 1
    turn.out.append(
        pieces.feed_note(
            turn.row.feed_seq,
            event,
            key,
            turn.source,
            turn.row.clock,
            turn.workspace,
            department.name,
            department.head,
            conversation,
            other,
            department.label,
            count,
            department.clearance,
            about,
        )
    )


assert tuple(TIGHTNESS) == LEVELS


def joined(
    turn: Turn,
    conversation: ConversationRow,
    key: Key,
    row: ObjectRow,
    activity: Activity,
    raw: bytes,
    got: tuple[str, ...],
    persons: Persons,
    *,
    superseded: bool,
) -> None:
    """The record of conversations.v1 for an activity; `got`: departments whose feed has it."""
    turn.row.conversation_seq = seq = turn.row.conversation_seq + 1
    value = pieces.conversation_activity(
        turn.workspace,
        seq,
        conversation.id,
        _customer(activity, persons.ids),
        persons.encoded,
        tightness(row),
        got,
        turn.row.clock,
        activity.object.id if superseded else None,
        raw,
    )
    turn.say(
        "conversations", record_key(key), value, "ConversationActivity", "activity", activity.id, activity.received
    )


def _customer(activity: Activity, persons: dict[str, str]) -> str | None:
    """The person outside that the activity is by or about, if one stands out."""
    actor = activity.actor
    for party in (actor, *activity.participants) if actor is not None else activity.participants:
        uri = party.account
        if uri and party.side != "us" and party.kind != "application" and persons[uri] != uri:
            return persons[uri]
    return None
