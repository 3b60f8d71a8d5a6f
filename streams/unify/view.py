"""One overlay a batch (protocol F1): what `decide` reads and writes; merged into the store only after the commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from commonline.streams.unify.patterns import words
from commonline.streams.unify.rows import (
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
CACHE_ROWS = 60_000


class View:
    """Rows by key over a committed store.

    Rows that were read stay decoded (up to `cache` of them) between batches; `drop` forgets everything, which is what
    an aborted transaction needs. A row that was changed must be `put`, or the change is lost.
    """

    def __init__(self, read: Read, scan: Scan, cache: int = CACHE_ROWS) -> None:
        self._read = read
        self._scan = scan
        self._cache = cache
        self._rows: dict[Key, Row | None] = {}
        self._dirty: dict[Key, Row] = {}
        self._words: dict[Key, tuple[int, set[str]]] = {}

    def words_of(self, key: Key, names: list[tuple[Key, str]]) -> set[str]:
        """All words of a conversation's names, in small letters. Names are only ever appended: the rest is kept."""
        count, found = self._words.get(key) or (0, set())
        if count != len(names):
            for _, name in names[count:]:
                found |= words(name)
            self._words[key] = (len(names), found)
        return found

    def get(self, key: Key) -> Any:
        """The row, or None."""
        try:
            return self._rows[key]
        except KeyError:
            data = self._read(key)
            row = None if data is None else decode_row(key, data)
            self._rows[key] = row
            return row

    def put(self, key: Key, row: Row) -> None:
        """Store a new or changed row in the overlay."""
        self._rows[key] = row
        self._dirty[key] = row

    def changes(self) -> dict[Key, bytes]:
        """Encoded rows that changed since the last `committed`, in the order of their first change."""
        return {key: encode_row(row) for key, row in self._dirty.items()}

    def committed(self) -> None:
        """The transaction is committed: the overlay is the state now."""
        self._dirty.clear()
        if len(self._rows) > self._cache:
            for key in list(self._rows)[: len(self._rows) // 2]:
                del self._rows[key]
            self._words.clear()

    def drop(self) -> None:
        """The transaction was aborted: forget all that was read and written."""
        self._dirty.clear()
        self._rows.clear()
        self._words.clear()

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

    def workspace(self, key: Key) -> WorkspaceRow | None:
        return cast("WorkspaceRow | None", self.get(key))

    def object(self, key: Key) -> ObjectRow | None:
        return cast("ObjectRow | None", self.get(key))

    def thread(self, key: Key) -> ThreadRow | None:
        return cast("ThreadRow | None", self.get(key))

    def conversation(self, key: Key) -> ConversationRow | None:
        return cast("ConversationRow | None", self.get(key))

    def account(self, key: Key) -> AccountRow | None:
        return cast("AccountRow | None", self.get(key))

    def person(self, key: Key) -> PersonRow | None:
        return cast("PersonRow | None", self.get(key))

    def link(self, key: Key) -> LinkRow | None:
        return cast("LinkRow | None", self.get(key))

    def anchor(self, key: Key) -> AnchorRow | None:
        return cast("AnchorRow | None", self.get(key))
