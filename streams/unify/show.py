"""One object in one feed: shown as the policy has it, or taken back."""

from __future__ import annotations

import hashlib

from commonline.ids import uuid5
from commonline.kit.place import TIGHTNESS
from commonline.schemas.codec import encode_activity, encode_feed_activity, encode_feed_activity_prefix
from commonline.schemas.records import Activity, FeedActivity, PartyPerson, Visibility
from commonline.streams.unify.redact import Known, Redactor, redact, redactions
from commonline.streams.unify.rows import ConversationRow, Key, ObjectRow
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.turn import Output, Turn, record_key

UUID_LENGTH = 36
LEVELS: tuple[Visibility, ...] = ("public", "customer", "partner", "internal", "restricted")


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
    activity: Activity,
    raw: bytes,
    matched: int,
    *,
    late: bool = False,
) -> list[str]:
    """Show an object in every feed that has its conversation; returns the departments that got it."""
    known = knowledge(turn, conversation, activity) if conversation.feeds else None
    return [
        department.name
        for department in turn.rules.departments
        if conversation.feeds & department.bit
        and to_department(
            turn, conversation, key, row, activity, raw, department, matched=matched, late=late, known=known
        )
    ]


def to_department(
    turn: Turn,
    conversation: ConversationRow,
    key: Key,
    row: ObjectRow,
    activity: Activity,
    raw: bytes,
    department: CompiledDepartment,
    *,
    matched: int = 0,
    late: bool = False,
    known: Known | None = None,
) -> bool:
    """Show or take back. Returns whether the department got the activity."""
    if not visible(row, department):
        if row.sent & department.bit:
            take_back(turn, conversation, key, row, department)
        return False
    known = known or knowledge(turn, conversation, activity)
    tool = Redactor(department.policy, department.kinds, turn.secret, conversation.id, known, turn.rules.region)
    shown = redact(activity, tool)
    item = raw if shown is activity else encode_activity(shown)
    turn.row.feed_seq[department.name] = seq = turn.row.feed_seq.get(department.name, 0) + 1
    turn.budget -= 1
    record = FeedActivity(
        event="activity",
        workspace=turn.workspace,
        feed=department.name,
        seq=seq,
        conversation=conversation.id,
        policy=department.label,
        rules=department.because(matched),
        redactions=redactions(tool, department.label) if tool.seen else [],
        fact=fact(turn.secret, raw),
        catch_up=late,
        persons=_persons(activity, known, tool),
        visibility=LEVELS[tightness(row)],
        known=turn.row.clock,
        object=record_key(key).hex(),
        item=shown,
    )
    value = encode_feed_activity_prefix(record) + item
    turn.out.append(
        Output(
            "feed",
            record_key(key),
            value,
            "FeedActivity",
            "activity",
            uuid5(department.name, activity.id, conversation.id),
            turn.source,
            activity.received,
            department.name,
        )
    )
    if not row.sent & department.bit:
        row.sent |= department.bit
        turn.view.put(key, row)
    return True


def take_back(
    turn: Turn, conversation: ConversationRow, key: Key, row: ObjectRow, department: CompiledDepartment
) -> None:
    """A tombstone: same key, no content."""
    turn.row.feed_seq[department.name] = seq = turn.row.feed_seq.get(department.name, 0) + 1
    turn.budget -= 1
    record = FeedActivity(
        event="tombstone",
        workspace=turn.workspace,
        feed=department.name,
        seq=seq,
        conversation=conversation.id,
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
            uuid5(turn.workspace, department.name, "tombstone", record_key(key).hex(), str(seq)),
            turn.source,
            turn.row.clock,
            department.name,
        )
    )
    row.sent &= ~department.bit
    turn.view.put(key, row)


def fact(secret: bytes, raw: bytes) -> bytes:
    """Keyed hash of the unredacted activity: equal in every feed, and nobody can test a guess against it."""
    return hashlib.blake2b(raw, key=secret[:64], digest_size=16).digest()


def knowledge(turn: Turn, conversation: ConversationRow, activity: Activity) -> Known:
    """Person of every account in the activity, and the names of those outside in the conversation."""
    persons: dict[str, str] = {}
    for uri in _accounts(activity):
        if uri not in persons:
            persons[uri] = person_of(turn, uri)
    names = []
    for key, name in conversation.names:
        account = turn.view.account(key)
        person = turn.view.person(account.person) if account else None
        if person is not None:
            names.append((person.id, name))
    return Known(persons, tuple(names))


def person_of(turn: Turn, uri: str) -> str:
    """The person id of an account; an account that was never met stands for itself."""
    account = turn.view.account(turn.account_key(uri))
    person = turn.view.person(account.person) if account else None
    return person.id if person else uri


def _accounts(activity: Activity) -> list[str]:
    found: list[str] = []
    for party in (activity.actor, activity.object.author, *activity.participants):
        if party is not None:
            if party.account:
                found.append(party.account)
            found += [claim.account for claim in party.claims]
    return found


def _persons(activity: Activity, known: Known, tool: Redactor) -> list[PartyPerson]:
    parties = (activity.actor, activity.object.author, *activity.participants)
    uris = dict.fromkeys(party.account for party in parties if party is not None and party.account)
    return [
        PartyPerson(account=tool.account(uri, "persons") or uri, person=tool.shown_person(known.persons[uri]))
        for uri in uris
        if len(known.persons[uri]) == UUID_LENGTH
    ]


assert tuple(TIGHTNESS) == LEVELS
