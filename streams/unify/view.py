"""One overlay a batch (protocol F1): what `decide` reads and writes; merged into the store only after the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from commonline.streams.unify.keys import ACCOUNT, ANCHOR, CONVERSATION, LINK, OBJECT, PERSON, THREAD, WORKSPACE, Key
from commonline.streams.unify.rows import (
    AccountRow,
    AnchorRow,
    ConversationRow,
    LinkRow,
    ObjectRow,
    PersonRow,
    Row,
    ThreadRow,
)
from commonline.streams.unify.stored import decode_row, encode_row
from commonline.streams.unify.texts import name_words, words
from commonline.streams.unify.workspace import WorkspaceRow

Read = Callable[[Key], bytes | None]
Scan = Callable[[bytes, bytes], Iterator[tuple[Key, bytes]]]
"""(prefix, after) -> committed rows of the prefix behind `after`, in key order."""
CACHE_ROWS = 40_000
"""Rows of one kind that stay decoded, at most twice as many."""
_R = TypeVar("_R", bound=Row)


class Pool(Generic[_R]):
    """The rows of one kind, by key.

    Those read or written lately lie decoded in it; when there are many, they grow old together, and those that nobody
    asks for until the next time are forgotten.
    """

    __slots__ = ("_limit", "_old", "_read", "_rows")

    def __init__(self, read: Read, limit: int) -> None:
        self._read = read
        self._limit = limit
        self._rows: dict[Key, _R] = {}
        self._old: dict[Key, _R] = {}

    def get(self, key: Key) -> _R | None:
        """The row, or None where there is none."""
        row = self._rows.get(key)
        return row if row is not None else self._found(key)

    def _found(self, key: Key) -> _R | None:
        row = self._old.get(key)
        if row is None:
            data = self._read(key)
            if data is None:
                return None
            row = decode_row(key, data)
        self._rows[key] = row
        return row

    def put(self, key: Key, row: _R) -> None:
        """Keep a new row, or one that was changed."""
        self._rows[key] = row

    def age(self) -> None:
        """Forget, if it is time. Only when the store holds what the rows hold."""
        if len(self._rows) > self._limit:
            self._old = self._rows
            self._rows = {}

    def clear(self) -> None:
        """Forget all."""
        self._rows.clear()
        self._old.clear()


class Names:
    """What is derived from a conversation's names: its words, in small letters, and the pairs for a quick look."""

    __slots__ = ("count", "pairs", "words")

    def __init__(self) -> None:
        self.count = 0
        self.words = words()
        self.pairs: set[tuple[Key, str]] = set()


class View:
    """Rows by key over a committed store.

    Rows that were read stay decoded between batches (`cache` of each kind); `drop` forgets everything, which is what
    an aborted transaction needs. A row that was changed must be `put`, or the change is lost.
    """

    __slots__ = (
        "_accounts",
        "_anchors",
        "_conversations",
        "_dirty",
        "_links",
        "_names",
        "_objects",
        "_of",
        "_persons",
        "_scan",
        "_threads",
        "_workspaces",
    )

    def __init__(self, read: Read, scan: Scan, cache: int = CACHE_ROWS) -> None:
        self._scan = scan
        self._dirty: dict[Key, Row] = {}
        self._names: dict[Key, Names] = {}
        self._workspaces: Pool[WorkspaceRow] = Pool(read, cache)
        self._objects: Pool[ObjectRow] = Pool(read, cache)
        self._threads: Pool[ThreadRow] = Pool(read, cache)
        self._conversations: Pool[ConversationRow] = Pool(read, cache)
        self._accounts: Pool[AccountRow] = Pool(read, cache)
        self._persons: Pool[PersonRow] = Pool(read, cache)
        self._links: Pool[LinkRow] = Pool(read, cache)
        self._anchors: Pool[AnchorRow] = Pool(read, cache)
        self._of: dict[int, Pool[Any]] = {
            WORKSPACE[0]: self._workspaces,
            OBJECT[0]: self._objects,
            THREAD[0]: self._threads,
            CONVERSATION[0]: self._conversations,
            ACCOUNT[0]: self._accounts,
            PERSON[0]: self._persons,
            LINK[0]: self._links,
            ANCHOR[0]: self._anchors,
        }

    def workspace(self, key: Key) -> WorkspaceRow | None:
        """The row of a workspace."""
        return self._workspaces.get(key)

    def object(self, key: Key) -> ObjectRow | None:
        """The row of an object."""
        return self._objects.get(key)

    def thread(self, key: Key) -> ThreadRow | None:
        """The row of a thread."""
        return self._threads.get(key)

    def conversation(self, key: Key) -> ConversationRow | None:
        """The row of a conversation."""
        return self._conversations.get(key)

    def account(self, key: Key) -> AccountRow | None:
        """The row of an account."""
        return self._accounts.get(key)

    def person(self, key: Key) -> PersonRow | None:
        """The row of a person."""
        return self._persons.get(key)

    def link(self, key: Key) -> LinkRow | None:
        """The row of a link."""
        return self._links.get(key)

    def anchor(self, key: Key) -> AnchorRow | None:
        """The row of an anchor."""
        return self._anchors.get(key)

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
                known.words.update(name_words(pair[1]))
                known.pairs.add(pair)
            known.count = len(names)
        return known

    def get(self, key: Key) -> Any:
        """The row, or None."""
        return self._of[key[0]].get(key)

    def put(self, key: Key, row: Row) -> None:
        """Store a new or changed row in the overlay."""
        if self._dirty.get(key) is row:
            return
        self._of[key[0]].put(key, row)
        self._dirty[key] = row

    def changes(self) -> dict[Key, bytes]:
        """Encoded rows that changed since the last `committed`, in the order of their first change."""
        return {key: encode_row(row) for key, row in self._dirty.items()}

    def committed(self) -> None:
        """The transaction is committed: the overlay is the state now."""
        self._dirty.clear()
        for pool in self._of.values():
            pool.age()
        if len(self._names) > CACHE_ROWS:
            self._names.clear()

    def drop(self) -> None:
        """The transaction was aborted: forget all that was read and written."""
        self._dirty.clear()
        self._names.clear()
        for pool in self._of.values():
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
