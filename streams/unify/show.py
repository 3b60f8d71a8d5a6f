"""One object in one feed: shown as the policy has it, or taken back."""

from __future__ import annotations

from collections.abc import Iterable

from commonline.kit.place import TIGHTNESS
from commonline.schemas.codec import decode_activity, encode_feed_activity, encode_feed_activity_prefix
from commonline.schemas.records import Activity, FeedActivity, Visibility
from commonline.streams.unify.redact import redactions
from commonline.streams.unify.rows import Key, ObjectRow
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.subject import Conversation, Subject, persons_of, subject
from commonline.streams.unify.turn import Output, Turn, record_key

LEVELS: tuple[Visibility, ...] = ("public", "customer", "partner", "internal", "restricted")


def tightness(row: ObjectRow) -> int:
    """How far an object may travel: the tightest that was ever told, or what a person ruled."""
    return row.ruled if row.ruled >= 0 else row.tightness


def visible(row: ObjectRow, department: CompiledDepartment) -> bool:
    """Whether a department may see an object at all."""
    return row.deleted <= row.restored and tightness(row) <= department.clearance


def everywhere(
    turn: Turn,
    conversation: Conversation,
    key: Key,
    row: ObjectRow,
    activity: Activity,
    raw: bytes,
    persons: dict[str, str],
    matched: int,
    *,
    catch_up: bool = False,
) -> list[str]:
    """Show an object in every feed that has its conversation; returns the departments that got it.

    `catch_up`: it is history, or known, and nobody need be alarmed.
    """
    if not conversation[1].feeds:
        return []
    said = subject(turn, conversation, activity, raw, persons)
    return [
        department.name
        for department in turn.rules.departments
        if conversation[1].feeds & department.bit
        and to_department(turn, key, row, said, department, matched=matched, catch_up=catch_up)
    ]


def late(
    turn: Turn, conversation: Conversation, key: Key, row: ObjectRow, departments: Iterable[CompiledDepartment]
) -> None:
    """Show an earlier object as it is now."""
    activity = decode_activity(row.activity)
    said = subject(turn, conversation, activity, row.activity, persons_of(turn, activity))
    for department in departments:
        to_department(turn, key, row, said, department, catch_up=True)


def to_department(
    turn: Turn,
    key: Key,
    row: ObjectRow,
    said: Subject,
    department: CompiledDepartment,
    *,
    matched: int = 0,
    catch_up: bool = False,
) -> bool:
    """Show or take back. Returns whether the department got the activity."""
    if not visible(row, department):
        if row.sent & department.bit:
            take_back(turn, said.conversation, key, row, department)
        return False
    name = department.name
    shown = said.shown(department)
    turn.row.feed_seq[name] = seq = turn.row.feed_seq.get(name, 0) + 1
    turn.budget -= 1
    about = record_key(key)
    record = FeedActivity(
        event="activity",
        workspace=turn.workspace,
        feed=name,
        seq=seq,
        conversation=said.conversation,
        policy=department.label,
        rules=department.because(matched),
        redactions=redactions(shown.seen, department.label) if shown.seen else [],
        fact=said.fact,
        catch_up=catch_up,
        persons=shown.persons,
        visibility=LEVELS[tightness(row)],
        known=turn.row.clock,
        object=about.hex(),
    )
    value = encode_feed_activity_prefix(record) + shown.raw
    at = said.activity.received
    turn.out.append(Output("feed", about, value, "FeedActivity", "activity", f"{name}/{seq}", turn.source, at, name))
    if not row.sent & department.bit:
        row.sent |= department.bit
        turn.view.put(key, row)
    return True


def take_back(turn: Turn, conversation: str, key: Key, row: ObjectRow, department: CompiledDepartment) -> None:
    """A tombstone: same key, no content."""
    turn.row.feed_seq[department.name] = seq = turn.row.feed_seq.get(department.name, 0) + 1
    turn.budget -= 1
    record = FeedActivity(
        event="tombstone",
        workspace=turn.workspace,
        feed=department.name,
        seq=seq,
        conversation=conversation,
        policy=department.label,
        visibility=LEVELS[department.clearance],
        known=turn.row.clock,
        object=record_key(key).hex(),
    )
    turn.out.append(
        Output(
            "feed",
            record_key(key),
            encode_feed_activity(record),
            "FeedActivity",
            "tombstone",
            f"{department.name}/{seq}",
            turn.source,
            turn.row.clock,
            department.name,
        )
    )
    row.sent &= ~department.bit
    turn.view.put(key, row)


assert tuple(TIGHTNESS) == LEVELS
