"""Where a restore begins, when a store is emptied first, and what a child process that fails leads to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commonline.bus import restore as module
from commonline.bus.changelog import Changelog
from commonline.bus.restore import AbandonedError, restore
from commonline.bus.store import BEGINNING_KEY, POSITION_KEY, LocalStore, encode_position
from commonline.errors import BrokenChangelogError, RestartError, StateError
from commonline.settings import KafkaSettings

ROWS = [(b"a", b"1"), (b"b", b"2"), (POSITION_KEY, encode_position(3))]
SAYS = """#!{python}
import sys
sys.stdin.readline()
for line in {lines!r}:
    print(line, flush=True)
if {waits}:
    sys.stdin.read()
sys.exit(3)
"""


@dataclass(frozen=True, slots=True)
class Log(Changelog):
    """A changelog from `first` to `last`, of the topic with this id."""

    first: int = 0
    last: int = 30
    id: str = "topic-1"

    def topic_id(self) -> str:
        return self.id

    def begin(self) -> int:
        return self.first

    def end(self, *, committed: bool = False) -> int:
        return self.last


def log(**changes: Any) -> Log:
    return Log(KafkaSettings(bootstrap="127.0.0.1:9"), "unify-state.v1", 3, **changes)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    made = LocalStore(tmp_path / "3")
    yield made
    made.close()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Which offsets were read; each read applies `ROWS`."""
    found: list[tuple[int, int]] = []

    def read(_log: Log, start: int, end: int, store: LocalStore, progress: Any) -> int:
        found.append((start, end))
        progress(1, 0)
        return store.apply([*ROWS, (BEGINNING_KEY, encode_position(3))] if start >= 30 else ROWS, end)

    monkeypatch.setattr(module, "read", read)
    return found


def test_an_empty_store_reads_all_and_a_full_one_what_came_since(
    store: LocalStore, reads: list[tuple[int, int]]
) -> None:
    assert restore(log(), store) == 3
    assert (store.origin, store.changelog, store.position) == ("topic-1", 30, 3)
    assert restore(log(), store) == 0
    assert restore(log(last=42), store) == 4
    assert reads == [(0, 30), (30, 42)]


def test_a_store_of_another_topic_is_emptied(store: LocalStore, reads: list[tuple[int, int]]) -> None:
    restore(log(), store)
    store.apply([(b"old", b"row")], 30)
    restore(log(id="topic-2"), store)
    assert reads == [(0, 30), (0, 30)]
    assert store.get(b"old") is None


@pytest.mark.parametrize("begin", [30, 31])
def test_a_store_from_before_the_changelogs_beginning_is_emptied(
    store: LocalStore, reads: list[tuple[int, int]], begin: int
) -> None:
    restore(log(), store)
    store.apply([(b"old", b"row")], 30)
    restore(log(first=begin, last=60), store)
    assert reads == [(0, 30), (begin, 60)]
    assert store.get(b"old") is None


def test_a_changelog_that_lacks_its_beginning_is_refused(store: LocalStore, reads: list[tuple[int, int]]) -> None:
    with pytest.raises(BrokenChangelogError, match="begins at offset 7, and nothing says"):
        restore(log(first=7), store)
    assert (store.changelog, store.position) == (0, None)


def test_a_store_behind_the_changelogs_beginning_goes_on(store: LocalStore, reads: list[tuple[int, int]]) -> None:
    restore(log(), store)
    store.apply([(b"old", b"row")], 31)
    restore(log(first=30, last=60), store)
    assert reads == [(0, 30), (31, 60)]
    assert store.get(b"old") == b"row"


def test_a_store_ahead_of_the_changelog_is_a_persons_matter(store: LocalStore, reads: list[tuple[int, int]]) -> None:
    restore(log(), store)
    with pytest.raises(StateError, match=r"is at offset 30 .* ends at 29: the cluster has lost records"):
        restore(log(last=29), store)


class Child:
    """Stands in for Python: says these lines to whoever gives it an order."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._file = folder / "python"
        self._python = sys.executable
        monkeypatch.setattr(module, "HERE_RECORDS", 0)
        monkeypatch.setattr(sys, "executable", str(self._file))

    def says(self, *lines: str, waits: bool = False) -> None:
        self._file.write_text(SAYS.format(python=self._python, lines=list(lines), waits=waits), "utf-8")
        self._file.chmod(0o755)


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    return Child(tmp_path, monkeypatch)


def test_a_child_says_how_far_it_is(store: LocalStore, child: Child) -> None:
    child.says('{"done": 1, "left": 2}', '{"done": 3, "left": 0}', '{"applied": 3}')
    told = []
    assert restore(log(), store, lambda done, left: told.append((done, left))) == 3
    assert told == [(1, 2), (3, 0)]
    assert store.get(b"x") is None


def test_an_error_of_the_child_is_the_same_error_here(store: LocalStore, child: Child) -> None:
    child.says('{"error": "BrokenChangelogError", "message": "offset 7 is unreadable"}')
    with pytest.raises(BrokenChangelogError, match="offset 7"):
        restore(log(), store)
    assert store.position is None


@pytest.mark.parametrize("said", [(), ('{"done": 1, "left": 2}',)])
def test_a_child_that_dies_starts_anew(store: LocalStore, child: Child, said: tuple[str, ...]) -> None:
    child.says(*said)
    with pytest.raises(RestartError, match=r"unify-state\.v1\[3\]: the process that restores ended"):
        restore(log(), store)


def test_a_restore_that_is_abandoned_ends_its_child(store: LocalStore, child: Child) -> None:
    child.says('{"done": 1, "left": 2}', waits=True)

    def stop(_done: int, _left: int) -> None:
        raise AbandonedError

    with pytest.raises(AbandonedError):
        restore(log(), store, stop)
    store.apply(ROWS, 5)
