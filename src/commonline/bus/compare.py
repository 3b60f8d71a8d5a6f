"""Whether a local store holds what its changelog says: row by row, while the worker may go on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from commonline.bus.changelog import Changelog, Progress, read
from commonline.bus.restore import restore
from commonline.bus.store import LocalStore

Row = tuple[bytes, bytes]
How = Literal["missing", "foreign", "differs"]
"""missing: the changelog has it, the store does not; foreign: the other way round."""
SHOWN = 20
TELL_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not the same on both sides."""

    how: How
    key: bytes


@dataclass(slots=True)
class Comparison:
    """What was found. `kinds`: rows in the store by the first byte of their key. `changed`: rows that were written
    since the store was looked at, and left out. `first`: some of the differences."""

    rows: int = 0
    kinds: dict[bytes, int] = field(default_factory=dict)
    differences: int = 0
    changed: int = 0
    first: list[Difference] = field(default_factory=list)
    here: str = ""
    there: str = ""
    """128-bit hashes over the rows of store and changelog, in key order."""

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return self.differences == 0 and self.here == self.there


def compare(
    here: Iterable[Row],
    there: Iterable[Row],
    changed: frozenset[bytes] = frozenset(),
    tell: Callable[[int], None] = lambda _rows: None,
) -> Comparison:
    """Rows of a store and of the changelog, both in key order. Keys in `changed` are left out. Pure."""
    found = Comparison(changed=len(changed))
    mine, theirs = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
    for key, one, other in _beside(here, there):
        if key in changed:
            continue
        if one is not None:
            _add(mine, key, one)
            found.rows += 1
            found.kinds[key[:1]] = found.kinds.get(key[:1], 0) + 1
        if other is not None:
            _add(theirs, key, other)
        if one != other:
            found.differences += 1
            if len(found.first) < SHOWN:
                how: How = "missing" if one is None else "foreign" if other is None else "differs"
                found.first.append(Difference(how, key))
        if found.rows % TELL_ROWS == 0:
            tell(found.rows)
    found.here, found.there = mine.hexdigest(), theirs.hexdigest()
    return found


def _add(digest: hashlib.blake2b, key: bytes, value: bytes) -> None:
    """Lengths first: no two sequences of rows give the same bytes."""
    digest.update(len(key).to_bytes(4, "big") + len(value).to_bytes(4, "big") + key + value)


def _beside(here: Iterable[Row], there: Iterable[Row]) -> Iterator[tuple[bytes, bytes | None, bytes | None]]:
    """Every key once, with the value on each side."""
    left, right = iter(here), iter(there)
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield one[0], one[1], None
            one = next(left, None)
        elif one is None or other[0] < one[0]:
            yield other[0], None, other[1]
            other = next(right, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(left, None), next(right, None)


class _Keys:
    """Keys of the rows that go by."""

    def __init__(self) -> None:
        self.found: set[bytes] = set()

    def apply(self, rows: Iterable[tuple[bytes, bytes | None]], _changelog: int, /) -> int:
        before = len(self.found)
        self.found.update(key for key, _ in rows)
        return len(self.found) - before


def verify(
    path: Path, changelog: Changelog, beside: Path, progress: Progress, tell: Callable[[int], None]
) -> Comparison:
    """Compare the store in `path` with what the changelog makes of an empty one in `beside`, which is deleted after.

    The store may be a worker's that is running: what it writes meanwhile is left out. Raises `BrokenStoreError` and
    `BrokenChangelogError` for what cannot be read.
    """
    store = LocalStore(path, mend=changelog.mend, purpose="look")
    truth = LocalStore(beside, mend=changelog.mend)
    try:
        restore(changelog, truth, progress)
        keys = _Keys()
        if store.origin == truth.origin:
            read(changelog, max(store.changelog, changelog.begin()), truth.changelog, keys, lambda _done, _left: None)
        return compare(store.rows(), truth.rows(), frozenset(keys.found), tell)
    finally:
        store.close()
        truth.destroy()
