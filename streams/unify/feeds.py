"""What departments get: who is in, what is shown, what is taken back (protocol F5).

A feed is a compacted log of facts: the record key is the object, an update carries the whole redacted object, a
tombstone takes it out. At most `MOST_RECORDS` feed records follow from one input; the rest is continued.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from commonline.schemas.codec import decode_activity
from commonline.schemas.records import FeedEvent
from commonline.streams.unify import show
from commonline.streams.unify.keys import Key
from commonline.streams.unify.rows import ConversationRow, ObjectRow, ThreadRow
from commonline.streams.unify.rules import CompiledDepartment
from commonline.streams.unify.turn import Turn, record_key
from commonline.streams.unify.work import continue_show, continue_withdraw

CATCH_UP = 200
"""Newest activities that a department gets when a conversation comes into its feed."""


def membership(turn: Turn, conversation: ConversationRow) -> int:
    """Bits of the departments that a conversation belongs to, by all its threads."""
    matched = 0
    channels: set[str] = set()
    accounts: set[Key] = set()
    for key in conversation.threads:
        row = turn.view.thread(key)
        if row is None:
            continue
        if row.version != turn.rules.version:
            freshen(turn, key, row)
        matched |= row.matched
        channels.update(row.channels)
        accounts.update(row.accounts)
    return turn.rules.members(matched, len(channels), len(accounts))


def freshen(turn: Turn, key: Key, row: ThreadRow) -> None:
    """Evaluate a newer configuration's rules on a thread's newest activities."""
    row.matched, row.version = 0, turn.rules.version
    for _, obj in _chain(turn, key, row.newest, CATCH_UP):
        if obj.activity:
            row.matched |= turn.rules.matched(decode_activity(obj.activity))
    turn.view.put(key, row)


def review(turn: Turn, key: Key, conversation: ConversationRow) -> None:
    """Let the conversation into feeds, or out of them, as facts and rules say now."""
    wanted = membership(turn, conversation)
    if wanted == conversation.feeds:
        return
    before = conversation.feeds
    conversation.feeds = wanted
    turn.view.put(key, conversation)
    for department in turn.rules.departments:
        if wanted & department.bit and not before & department.bit:
            enter(turn, key, conversation, department)
        elif before & department.bit and not wanted & department.bit:
            leave(turn, key, conversation, department)


def enter(turn: Turn, key: Key, conversation: ConversationRow, department: CompiledDepartment) -> None:
    """`Entered`, and the newest activities as catch-up."""
    todo = _unsent(turn, conversation, department, turn.horizon)
    say(turn, department, "entered", conversation, count=len(todo))
    catch_up(turn, key, conversation, department, todo)


def leave(turn: Turn, key: Key, conversation: ConversationRow, department: CompiledDepartment) -> None:
    """`Left`, and a tombstone for each object that the feed holds."""
    say(turn, department, "left", conversation)
    withdraw(turn, key, conversation, department, 0, b"")


def catch_up(
    turn: Turn, key: Key, conversation: ConversationRow, department: CompiledDepartment, todo: list[tuple[int, Key]]
) -> None:
    """Send earlier objects, oldest first; what is beyond the budget is continued."""
    for position, (at, object_key) in enumerate(todo):
        if turn.budget <= 0:
            continue_show(turn, key, department.name, todo[position - 1][0] if position else at - 1, todo[-1][0])
            return
        row = turn.view.object(object_key)
        if row is not None and row.activity:
            show.late(turn, (key, conversation), object_key, row, [department])


def withdraw(
    turn: Turn, key: Key, conversation: ConversationRow, department: CompiledDepartment, index: int, start: Key
) -> None:
    """Take back all that the feed holds of a conversation, from thread `index`, object `start` on."""
    for position in range(index, len(conversation.threads)):
        thread_key = conversation.threads[position]
        thread = turn.view.thread(thread_key)
        if thread is None:
            continue
        first = start if position == index and start else thread.newest
        for object_key, row in _chain(turn, thread_key, first, None):
            if row.sent & department.bit:
                if turn.budget <= 0:
                    continue_withdraw(turn, key, department.name, position, object_key)
                    return
                show.take_back(turn, conversation.id, object_key, row, department)


def merged(
    turn: Turn,
    keep: ConversationRow,
    gone: ConversationRow,
    before: tuple[int, int],
    staying: list[Key],
    moved: list[Key],
) -> None:
    """Every feed that had either hears of the merge; one that lacked a part gets its newest activities.

    A feed that had one part under an earlier configuration, and no longer would, is left.
    """
    key = turn.keys.conversation(keep.id)
    wanted = membership(turn, keep)
    keep.feeds = wanted
    turn.view.put(key, keep)
    for department in turn.rules.departments:
        if not wanted & department.bit:
            if (before[0] | before[1]) & department.bit:
                leave(turn, key, keep, department)
            continue
        had_keep, had_gone = bool(before[0] & department.bit), bool(before[1] & department.bit)
        lacking = ([] if had_keep else staying) + ([] if had_gone else moved)
        todo = _unsent(turn, keep, department, turn.horizon, lacking) if lacking else []
        event: FeedEvent = "merged" if had_keep or had_gone else "entered"
        say(turn, department, event, keep, other=gone if event == "merged" else None, count=len(todo))
        catch_up(turn, key, keep, department, todo)


def split(turn: Turn, old: ConversationRow, new: ConversationRow) -> None:
    """Every feed that had the conversation hears of the split and gets the moved activities under their new id."""
    new.feeds = old.feeds
    new_key = turn.keys.conversation(new.id)
    turn.view.put(new_key, new)
    for department in turn.rules.departments:
        if old.feeds & department.bit:
            todo = [(at, key) for at, key in newest(turn, new, turn.horizon) if _sent(turn, key, department)]
            todo.sort()
            say(turn, department, "split", old, other=new, count=len(todo))
            catch_up(turn, new_key, new, department, todo)
    review(turn, turn.keys.conversation(old.id), old)
    review(turn, new_key, new)


def repolicy(turn: Turn, conversation_key: Key, conversation: ConversationRow) -> None:
    """After a change of clearance or policy: show the newest objects as they are to be seen now, take back the rest.

    Taking back what a department may no longer see is not bounded by the budget: it comes first.
    """
    for department in turn.rules.departments:
        if department.name not in turn.row.repolicy or not conversation.feeds & department.bit:
            continue
        fresh = {key for _, key in newest(turn, conversation, turn.horizon)}
        for thread_key in conversation.threads:
            thread = turn.view.thread(thread_key)
            for key, row in _chain(turn, thread_key, thread.newest, None) if thread else ():
                if row.sent & department.bit and not show.visible(row, department):
                    show.take_back(turn, conversation.id, key, row, department)
                elif key in fresh and row.activity and show.visible(row, department):
                    show.late(turn, (conversation_key, conversation), key, row, [department])


def _sent(turn: Turn, key: Key, department: CompiledDepartment) -> bool:
    row = turn.view.object(key)
    return row is not None and bool(row.sent & department.bit)


def _unsent(
    turn: Turn,
    conversation: ConversationRow,
    department: CompiledDepartment,
    until: int,
    threads: list[Key] | None = None,
) -> list[tuple[int, Key]]:
    """The newest objects that the department may see and has not got, oldest first."""
    found = []
    for at, key in newest(turn, conversation, until, threads):
        row = turn.view.object(key)
        if key == turn.deciding or row is None:
            continue
        if not row.sent & department.bit and show.visible(row, department):
            found.append((at, key))
    return sorted(found)


def newest(
    turn: Turn, conversation: ConversationRow, until: int, threads: list[Key] | None = None
) -> list[tuple[int, Key]]:
    """The newest `CATCH_UP` objects accepted before `until`, newest first."""
    heads: list[tuple[int, int, Key, ObjectRow, Iterator[tuple[Key, ObjectRow]]]] = []
    for index, thread_key in enumerate(conversation.threads if threads is None else threads):
        thread = turn.view.thread(thread_key)
        chain = _chain(turn, thread_key, thread.newest, None) if thread else iter(())
        first = next(chain, None)
        if first is not None:
            heads.append((-first[1].at, index, first[0], first[1], chain))
    heapq.heapify(heads)
    found: list[tuple[int, Key]] = []
    while heads and len(found) < CATCH_UP:
        negative, index, key, _, chain = heapq.heappop(heads)
        if -negative < until:
            found.append((-negative, key))
        following = next(chain, None)
        if following is not None:
            heapq.heappush(heads, (-following[1].at, index, following[0], following[1], chain))
    return found


def _chain(turn: Turn, thread: Key, start: Key, limit: int | None) -> Iterator[tuple[Key, ObjectRow]]:
    """Objects of a thread from `start` to the oldest; those that moved elsewhere are passed over."""
    key, left = start, limit
    while key and left != 0:
        row = turn.view.object(key)
        if row is None:
            return
        if row.thread == thread:
            yield key, row
            left = None if left is None else left - 1
        key = row.chain.get(thread, b"")


def resume_show(turn: Turn, key: Key, department: CompiledDepartment, above: int, until: int) -> None:
    """Continue a catch-up where the budget ended."""
    conversation = turn.view.conversation(key)
    if conversation is None or not conversation.feeds & department.bit:
        return
    todo = [(at, one) for at, one in newest(turn, conversation, until + 1) if at > above]
    catch_up(turn, key, conversation, department, sorted(todo))


def resume_withdraw(turn: Turn, key: Key, department: CompiledDepartment, index: int, start: Key) -> None:
    """Continue to take back, unless the conversation has come in again."""
    conversation = turn.view.conversation(key)
    if conversation is not None and not conversation.feeds & department.bit:
        withdraw(turn, key, conversation, department, index, start)


def say(
    turn: Turn,
    department: CompiledDepartment,
    event: FeedEvent,
    conversation: ConversationRow,
    *,
    other: ConversationRow | None = None,
    count: int | None = None,
) -> None:
    """Write a record about a conversation to a feed."""
    about = other if other is not None else conversation
    key = record_key(turn.keys.conversation(about.id))
    show.note(turn, department, event, conversation.id, key, other=other.id if other else None, count=count)
