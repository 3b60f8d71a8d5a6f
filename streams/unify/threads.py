"""Threads and conversations: joined by links, parted when a link is revoked (protocol F4).

A conversation's id is made from its first thread and never changes; a merge keeps the older one's; ids are retired,
never used again.
"""

from __future__ import annotations

from commonline.ids import uuid5
from commonline.schemas.codec import decode_link, encode_conversation_activity
from commonline.schemas.records import ConversationActivity, ConversationEvent
from commonline.streams.unify import feeds
from commonline.streams.unify.graph import component
from commonline.streams.unify.keys import Key
from commonline.streams.unify.rows import ConversationRow, ThreadRow
from commonline.streams.unify.turn import Turn, record_key

MOST_THREADS = 1000
"""Threads of one conversation; a link beyond stays a proposal."""
MOST_NEIGHBOURS = 256
"""Direct links of one thread; what more point at is a hub, not a conversation."""
MOST_NAMES = 64


def of(turn: Turn, uri: str) -> tuple[Key, ThreadRow]:
    """The thread's row, made with a conversation of its own if it is new."""
    key = turn.keys.thread(uri)
    row = turn.view.thread(key)
    if row is None:
        conversation = _open(turn, uri, [key], turn.row.accepted)
        row = ThreadRow(uri, conversation, turn.row.accepted, version=turn.rules.version)
        turn.view.put(key, row)
        turn.stirred = True
    return key, row


def _open(turn: Turn, uri: str, members: list[Key], founded: int) -> Key:
    identifier = uuid5(turn.workspace, "conversation", uri)
    generation = 0
    while turn.view.conversation(turn.keys.conversation(identifier)) is not None:
        generation += 1
        identifier = uuid5(turn.workspace, "conversation", uri, str(generation))
    key = turn.keys.conversation(identifier)
    turn.view.put(key, ConversationRow(identifier, founded, members))
    return key


def fits(turn: Turn, a: ThreadRow, b: ThreadRow) -> bool:
    """Whether joining two threads keeps every row within its bounds."""
    if len(a.neighbours) >= MOST_NEIGHBOURS or len(b.neighbours) >= MOST_NEIGHBOURS:
        return False
    if a.conversation == b.conversation:
        return True
    first, second = turn.view.conversation(a.conversation), turn.view.conversation(b.conversation)
    return first is not None and second is not None and len(first.threads) + len(second.threads) <= MOST_THREADS


def join(turn: Turn, a: Key, b: Key, link: Key) -> None:
    """An active link joins two threads: their conversations become one, the older."""
    view = turn.view
    for one, other in ((a, b), (b, a)):
        row = view.thread(one)
        if row is not None and (other, link) not in row.neighbours:
            row.neighbours.append((other, link))
            view.put(one, row)
    row_a, row_b = view.thread(a), view.thread(b)
    if row_a is None or row_b is None or row_a.conversation == row_b.conversation:
        return
    first, second = view.conversation(row_a.conversation), view.conversation(row_b.conversation)
    if first is None or second is None:
        return
    if (first.founded, first.id) <= (second.founded, second.id):
        _merge(turn, (row_a.conversation, first), (row_b.conversation, second), link)
    else:
        _merge(turn, (row_b.conversation, second), (row_a.conversation, first), link)


def _merge(turn: Turn, survivor: tuple[Key, ConversationRow], absorbed: tuple[Key, ConversationRow], link: Key) -> None:
    key, keep = survivor
    gone_key, gone = absorbed
    moved = list(gone.threads)
    uris: list[str] = []
    for thread_key in moved:
        row = turn.view.thread(thread_key)
        if row is not None:
            row.conversation = key
            uris.append(row.uri)
            turn.view.put(thread_key, row)
    before = keep.feeds, gone.feeds
    staying = list(keep.threads)
    keep.threads = staying + moved
    for name in gone.names:
        if name not in keep.names and len(keep.names) < MOST_NAMES:
            keep.names.append(name)
    turn.stirred = True
    gone.threads, gone.merged_into, gone.feeds, gone.names = [], key, 0, []
    turn.view.put(key, keep)
    turn.view.put(gone_key, gone)
    say(turn, "merged", keep, other=gone, uris=uris, link=link)
    feeds.merged(turn, keep, gone, before, staying, moved)


def part(turn: Turn, a: Key, b: Key, link: Key) -> None:
    """A link is revoked: if nothing else holds the two threads together, the conversation splits."""
    view = turn.view
    for one, other in ((a, b), (b, a)):
        row = view.thread(one)
        if row is not None:
            row.neighbours = [pair for pair in row.neighbours if pair != (other, link)]
            view.put(one, row)
    side = component(a, lambda key: _neighbours(turn, key))
    row = view.thread(a)
    old = view.conversation(row.conversation) if row else None
    if row is None or old is None or b in side:
        return
    reached = set(side)
    founder = min(old.threads, key=lambda key: _founded(turn, key))
    leaving = [key for key in old.threads if (key in reached) != (founder in reached)]
    old.threads = [key for key in old.threads if key not in set(leaving)]
    oldest = min(leaving, key=lambda key: _founded(turn, key))
    oldest_row = view.thread(oldest)
    if oldest_row is None:
        return
    old_key = row.conversation
    new_key = _open(turn, oldest_row.uri, leaving, oldest_row.founded)
    new = view.conversation(new_key)
    uris: list[str] = []
    for key in leaving:
        moved = view.thread(key)
        if moved is not None:
            moved.conversation = new_key
            uris.append(moved.uri)
            view.put(key, moved)
    if new is not None:
        new.names = list(old.names)
        view.put(old_key, old)
        say(turn, "split", old, other=new, uris=uris, link=link)
        feeds.split(turn, old, new)
        view.put(new_key, new)


def _neighbours(turn: Turn, key: Key) -> list[tuple[Key, Key]]:
    row = turn.view.thread(key)
    return row.neighbours if row else []


def _founded(turn: Turn, key: Key) -> tuple[int, str]:
    row = turn.view.thread(key)
    return (row.founded, row.uri) if row else (1 << 62, "")


def say(
    turn: Turn, event: ConversationEvent, row: ConversationRow, *, other: ConversationRow, uris: list[str], link: Key
) -> None:
    """Write a merge or split to conversations.v1."""
    turn.row.conversation_seq += 1
    known = turn.view.link(link)
    record = ConversationActivity(
        event=event,
        workspace=turn.workspace,
        seq=turn.row.conversation_seq,
        conversation=row.id,
        visibility="restricted",
        other=other.id,
        threads=uris,
        link=_link_id(turn, link) if known else None,
        known=turn.row.clock,
    )
    key = record_key(turn.keys.conversation(other.id))
    identifier = uuid5(turn.workspace, event, row.id, other.id)
    value = encode_conversation_activity(record)
    turn.say("conversations", key, value, "ConversationActivity", event, identifier, turn.row.clock)


def _link_id(turn: Turn, link: Key) -> str | None:
    row = turn.view.link(link)
    return decode_link(row.record).id if row else None
