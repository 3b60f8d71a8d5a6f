"""Links: evidence that two accounts, or two threads, are the same; kept for ever, so that a join can be undone.

A rule's link is active (it joins) or proposed (a person may say so). A person's ruling on a pair outweighs every rule.
"""

from __future__ import annotations

from commonline.ids import uuid5
from commonline.schemas.codec import decode_link, encode_link
from commonline.schemas.records import Link, LinkKind, LinkState, Verdict
from commonline.streams.unify.keys import Key
from commonline.streams.unify.rows import LinkRow
from commonline.streams.unify.turn import Turn

RULING = "ruling"
MOST_EVIDENCE = 16
REPLY_CHAIN = "reply-chain@1"
PERMALINK = "permalink@1"
TICKET_NUMBER = "ticket-number@1"
SAME_PERSON = "same-person-window@1"
CLAIM = "claim@1"
CONFIDENCE = {REPLY_CHAIN: 1.0, PERMALINK: 0.95, TICKET_NUMBER: 0.9, SAME_PERSON: 0.7, CLAIM: 0.95, RULING: 1.0}


def link_id(workspace: str, kind: LinkKind, a: str, b: str, rule: str) -> str:
    """The same for the same pair and rule, in either order."""
    low, high = sorted((a, b))
    return uuid5(workspace, kind, low, high, rule)


def ruling_on(turn: Turn, kind: LinkKind, a: str, b: str) -> Link | None:
    """What a person said of this pair."""
    row = turn.view.link(turn.keys.link(link_id(turn.workspace, kind, a, b, RULING)))
    return decode_link(row.record) if row else None


def propose(
    turn: Turn,
    kind: LinkKind,
    ends: tuple[tuple[Key, str], tuple[Key, str]],
    rule: str,
    *,
    active: bool,
    needs: tuple[Key, Key] | None = None,
) -> Key | None:
    """Record what a rule found. Returns the link's key if the pair is to be joined now, else None."""
    (key_a, a), (key_b, b) = sorted(ends, key=lambda end: end[1])
    identifier = link_id(turn.workspace, kind, a, b, rule)
    key = turn.keys.link(identifier)
    row = turn.view.link(key)
    if row is not None and (row.active or row.ruled or not active):
        return None
    ruling = ruling_on(turn, kind, a, b)
    overruled = ruling is not None and ruling.verdict == "different"
    state: LinkState = "revoked" if overruled else "active" if active else "proposed"
    record = Link(
        id=identifier,
        workspace=turn.workspace,
        kind=kind,
        a=a,
        b=b,
        verdict="same",
        state=state,
        confidence=CONFIDENCE[rule],
        rule=rule,
        evidence=[turn.cause] if turn.cause else [],
        revision=row.revision + 1 if row else 1,
        at=turn.row.clock,
    )
    _store(turn, key, LinkRow(key_a, key_b, state == "active", overruled, record.revision, b"", needs), record)
    return key if state == "active" else None


def rule_on(
    turn: Turn,
    kind: LinkKind,
    ends: tuple[tuple[Key, str], tuple[Key, str]],
    verdict: Verdict,
    *,
    by: str | None,
    reason: str | None,
) -> Key:
    """Record a person's ruling on a pair. Returns its key."""
    (key_a, a), (key_b, b) = sorted(ends, key=lambda end: end[1])
    identifier = link_id(turn.workspace, kind, a, b, RULING)
    key = turn.keys.link(identifier)
    old = turn.view.link(key)
    record = Link(
        id=identifier,
        workspace=turn.workspace,
        kind=kind,
        a=a,
        b=b,
        verdict=verdict,
        state="active",
        confidence=CONFIDENCE[RULING],
        rule=RULING,
        ruled_by=by,
        reason=reason,
        revision=old.revision + 1 if old else 1,
        at=turn.row.clock,
    )
    _store(turn, key, LinkRow(key_a, key_b, verdict == "same", True, record.revision, b""), record)
    return key


def set_state(turn: Turn, key: Key, state: LinkState, *, ruled: bool) -> None:
    """Revoke or restore a rule's link."""
    row = turn.view.link(key)
    if row is None or row.active == (state == "active"):
        return
    record = decode_link(row.record)
    record.state = state
    record.revision += 1
    record.at = turn.row.clock
    row.active = state == "active"
    row.ruled = ruled
    row.revision = record.revision
    _store(turn, key, row, record)


def _store(turn: Turn, key: Key, row: LinkRow, record: Link) -> None:
    row.record = encode_link(record)
    turn.view.put(key, row)
    turn.say("links", record.id.encode(), row.record, "Link", "link", record.id, turn.row.clock)
