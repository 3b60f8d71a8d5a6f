"""One overlay a batch (protocol F1): what `decide` reads and writes; merged into the store only after the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from commonline.streams.unify.patterns import words
from commonline.streams.unify.rows import (
    ACCOUNT,
    ANCHOR,
    CONVERSATION,
    LINK,
    OBJECT,
    PERSON,
    THREAD,
    WORKSPACE,
    AccountRow,
    AnchorRow,
    ConversationRow,
    Key,
    LinkRow,
    ObjectRow,
    PersonRow,
    Row,
    ThreadRow,
    WorkspaceRow,
    decode_row,
    encode_row,
)

Read = Callable[[Key], bytes | None]
Scan = Callable[[bytes, bytes], Iterator[tuple[Key, bytes]]]
"""(prefix, after) -> committed rows of the prefix behind `after`, in key order."""
CACHE_ROWS = 40_000
"""Rows of one kind that stay decoded, at most twice as many."""
_R = TypeVar("_R", bound=Row)


class Pool(dict[Key, _R]):
    """The rows of one kind, by key: ``pool[key]`` is None where there is none. A dictionary, so that a row that lies
    decoded is found without a call of Python.

    Those read or written lately are in it; when there are many, they grow old together, and those that nobody asks for
    until the next time are forgotten.
    """

    __slots__ = ("_limit", "_old", "_read")

    def __init__(self, read: Read, limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit
        self._old: dict[Key, _R] = {}

    def __missing__(self, key: Key) -> _R | None:
        row = self._old.get(key)
        if row is None:
            data = self._read(key)
            if data is None:
                return None
            row = decode_row(key, data)
        self[key] = row
        return row

    def age(self) -> None:
        """Forget, if it is time. Only when the store holds what the rows hold."""
        if len(self) > self._limit:
            self._old = dict(self)
            super().clear()

    def clear(self) -> None:
        super().clear()
        self._old.clear()


class Names:
    """What is derived from a conversation's names: its words, in small letters, and the pairs for a quick look."""

    __slots__ = ("count", "pairs", "words")

    def __init__(self) -> None:
        self.count = 0
        self.words: set[str] = set()
        self.pairs: set[tuple[Key, str]] = set()


class View:
    """Rows by key over a committed store.

    Rows that were read stay decoded between batches (`cache` of each kind); `drop` forgets everything, which is what
    an aborted transaction needs. A row that was changed must be `put`, or the change is lost.
    """

    __slots__ = (
        "_dirty",
        "_names",
        "_pools",
        "_scan",
        "account",
        "anchor",
        "conversation",
        "link",
        "object",
        "person",
        "thread",
        "workspace",
    )

    def __init__(self, read: Read, scan: Scan, cache: int = CACHE_ROWS) -> None:
        self._scan = scan
        self._dirty: dict[Key, Row] = {}
        self._names: dict[Key, Names] = {}
        self._pools: dict[int, Pool[Any]] = {
            kind: Pool(read, cache)
            for kind in b"".join((WORKSPACE, OBJECT, THREAD, CONVERSATION, ACCOUNT, PERSON, LINK, ANCHOR))
        }
        of = self._pools
        self.workspace: Callable[[Key], WorkspaceRow | None] = of[WORKSPACE[0]].__getitem__
        self.object: Callable[[Key], ObjectRow | None] = of[OBJECT[0]].__getitem__
        self.thread: Callable[[Key], ThreadRow | None] = of[THREAD[0]].__getitem__
        self.conversation: Callable[[Key], ConversationRow | None] = of[CONVERSATION[0]].__getitem__
        self.account: Callable[[Key], AccountRow | None] = of[ACCOUNT[0]].__getitem__
        self.person: Callable[[Key], PersonRow | None] = of[PERSON[0]].__getitem__
        self.link: Callable[[Key], LinkRow | None] = of[LINK[0]].__getitem__
        self.anchor: Callable[[Key], AnchorRow | None] = of[ANCHOR[0]].__getitem__

    def names_of(self, key: Key, row: ConversationRow) -> Names:
        """What a conversation's names amount to. Names are only ever appended: the rest is kept."""
        known = self._names.get(key)
        if known is None:
            known = self._names[key] = Names()
        names = row.names
        if known.count > len(names):
            known = self._names[key] = Names()
        if known.count != len(names):
            for pair in names[known.count :]:
                known.words |= words(pair[1])
                known.pairs.add(pair)
            known.count = len(names)
        return known

    def get(self, key: Key) -> Any:
        """The row, or None."""
        return self._pools[key[0]][key]

    def put(self, key: Key, row: Row) -> None:
        """Store a new or changed row in the overlay."""
        self._pools[key[0]][key] = row
        self._dirty[key] = row

    def changes(self) -> dict[Key, bytes]:
        """Encoded rows that changed since the last `committed`, in the order of their first change."""
        return {key: encode_row(row) for key, row in self._dirty.items()}

    def committed(self) -> None:
        """The transaction is committed: the overlay is the state now."""
        self._dirty.clear()
        for pool in self._pools.values():
            pool.age()
        if len(self._names) > CACHE_ROWS:
            self._names.clear()

    def drop(self) -> None:
        """The transaction was aborted: forget all that was read and written."""
        self._dirty.clear()
        self._names.clear()
        for pool in self._pools.values():
            pool.clear()

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[Key, Any]]:
        """Rows of a prefix behind `after` in key order, the overlay's included."""
        fresh = sorted(key for key in self._dirty if key.startswith(prefix) and key > after)
        position = 0
        for key, _ in self._scan(prefix, after):
            while position < len(fresh) and fresh[position] < key:
                yield fresh[position], self._dirty[fresh[position]]
                position += 1
            if position < len(fresh) and fresh[position] == key:
                position += 1
            yield key, self.get(key)
        for rest in fresh[position:]:
            yield rest, self._dirty[rest]
