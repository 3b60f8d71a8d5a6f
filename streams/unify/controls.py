"""Control records: what people and operators put into a workspace's order beside the activities (protocol F5, F6).

configuration: departments, rules, policies, join window, key id. ruling: a person says that two accounts or threads are
the same or different, or how far an object may travel. continue: the rest of a piece of work.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from commonline.kit.place import TIGHTNESS
from commonline.schemas.codec import decode_activity
from commonline.schemas.records import Control
from commonline.streams.unify import feeds, links, people, show, threads
from commonline.streams.unify.keys import CONVERSATION, Key
from commonline.streams.unify.reading import Reading
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.specs import UnifyConfiguration
from commonline.streams.unify.subject import Subject, persons_of
from commonline.streams.unify.turn import Turn, workspace_part
from commonline.streams.unify.work import Continue, continue_sweep

SWEEP_CONVERSATIONS = 200
"""Conversations that one step of a sweep reviews."""


class Ruling(msgspec.Struct, frozen=True):
    """Body of a `ruling` control record."""

    kind: Literal["account", "thread", "visibility"]
    a: str
    b: str = ""
    verdict: Literal["same", "different"] = "same"
    visibility: Literal["public", "customer", "partner", "internal", "restricted"] = "restricted"
    reason: str | None = None


def obey(turn: Turn, control: Control) -> None:
    """Carry a control record out. Unknown kinds change nothing: a newer program wrote them."""
    if control.kind == "configuration":
        _configure(turn, control.body)
    elif control.kind == "ruling":
        _rule(turn, msgspec.json.decode(control.body, type=Ruling), control.by)
    elif control.kind == "continue":
        _go_on(turn, msgspec.json.decode(control.body, type=Continue))


def _configure(turn: Turn, body: str) -> None:
    if body == turn.row.configuration:
        return
    turn.row.repolicy = _repolicied(turn.row.configuration, body)
    turn.row.configuration = body
    turn.row.version += 1
    if turn.row.accepted:
        continue_sweep(turn, turn.row.version, b"")


def _repolicied(old: str, new: str) -> list[str]:
    """Departments that see other things of the same conversation now."""
    before = msgspec.json.decode(old, type=UnifyConfiguration).departments if old else {}
    after = msgspec.json.decode(new, type=UnifyConfiguration).departments
    return sorted(
        name
        for name, spec in after.items()
        if name in before and (before[name].clearance, before[name].policy) != (spec.clearance, spec.policy)
    )


def _go_on(turn: Turn, task: Continue) -> None:
    key = bytes.fromhex(task.conversation)
    if task.task == "sweep":
        _sweep(turn, task.version, bytes.fromhex(task.after))
        return
    department = _department(turn, task.department)
    if department is None:
        return
    if task.task == "show":
        feeds.resume_show(turn, key, department, task.above, task.until)
    else:
        feeds.resume_withdraw(turn, key, department, task.index, bytes.fromhex(task.start))


def _department(turn: Turn, name: str) -> CompiledDepartment | None:
    return next((one for one in turn.rules.departments if one.name == name), None)


def _sweep(turn: Turn, version: int, after: Key) -> None:
    """Review every conversation under a new configuration, some at a time; a newer one ends an older sweep."""
    if version != turn.row.version:
        return
    prefix = CONVERSATION + workspace_part(turn.row_key)
    done = 0
    for key, conversation in turn.view.scan(prefix, after):
        if conversation.merged_into or not conversation.threads:
            continue
        if done == SWEEP_CONVERSATIONS or turn.budget <= 0:
            continue_sweep(turn, version, after)
            return
        feeds.review(turn, key, conversation)
        feeds.repolicy(turn, key, conversation)
        after = key
        done += 1


def _rule(turn: Turn, ruling: Ruling, by: str | None) -> None:
    if ruling.kind == "visibility":
        _rule_visibility(turn, ruling)
        return
    key_of = turn.keys.account if ruling.kind == "account" else turn.keys.thread
    a, b = key_of(ruling.a), key_of(ruling.b)
    known = turn.view.account if ruling.kind == "account" else turn.view.thread
    if known(a) is None or known(b) is None:
        return
    ends = ((a, ruling.a), (b, ruling.b))
    key = links.rule_on(turn, ruling.kind, ends, ruling.verdict, by=by, reason=ruling.reason)
    join, part = (people.join, people.part) if ruling.kind == "account" else (threads.join, threads.part)
    if ruling.verdict == "same":
        join(turn, a, b, key)
        return
    for _, link in [pair for pair in _neighbours(turn, ruling.kind, a) if pair[0] == b]:
        if link != key:
            links.set_state(turn, link, "revoked", ruled=True)
        part(turn, a, b, link)


def _neighbours(turn: Turn, kind: str, key: Key) -> list[tuple[Key, Key]]:
    row = turn.view.account(key) if kind == "account" else turn.view.thread(key)
    return list(row.neighbours) if row else []


def _rule_visibility(turn: Turn, ruling: Ruling) -> None:
    key = turn.keys.object(ruling.a)
    row = turn.view.object(key)
    thread = turn.view.thread(row.thread) if row else None
    conversation = turn.view.conversation(thread.conversation) if thread else None
    if row is None or thread is None or conversation is None or not row.activity:
        return
    before, row.ruled = show.tightness(row), TIGHTNESS[ruling.visibility]
    turn.view.put(key, row)
    if show.tightness(row) == before:
        return  # every feed that may have it has this version already
    activity = decode_activity(row.activity)
    if conversation.feeds:
        where = (thread.conversation, conversation)
        said = Subject(turn, where, activity, row.activity, persons_of(turn, activity), Reading(activity))
        show.everywhere(turn, conversation, key, row, said, 0)
