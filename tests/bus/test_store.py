"""The local store: rows and positions in one write, scans, and files that are broken."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from commonline.bus.store import POSITION_KEY, LocalStore, decode_position, encode_position
from commonline.errors import EXIT_STATE, BrokenStoreError, StateError, StoreInUseError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LocalStore]:
    made = LocalStore(tmp_path / "state" / "0")
    yield made
    made.close()


def test_an_empty_store_knows_nothing(store: LocalStore) -> None:
    assert (store.position, store.changelog, store.origin, store.get(b"x")) == (None, 0, None, None)
    assert list(store.rows()) == []


def test_rows_and_positions_are_written_together_and_survive(store: LocalStore, tmp_path: Path) -> None:
    assert store.apply({b"a1": b"one", b"a2": b"two", POSITION_KEY: encode_position(7)}, 12) == 3
    assert store.apply([(b"a1", None), (b"b1", b"three")], 15) == 2
    store.close()
    again = LocalStore(tmp_path / "state" / "0")
    assert (again.position, again.changelog) == (7, 15)
    assert list(again.rows()) == [(b"a2", b"two"), (b"b1", b"three")]
    again.close()
    store._db = store._open()


def test_a_scan_gives_a_prefix_behind_a_key_in_order(store: LocalStore) -> None:
    store.apply({key: key for key in (b"a", b"c1", b"c3", b"c2", b"d")}, 1)
    assert [key for key, _ in store.scan(b"c", b"")] == [b"c1", b"c2", b"c3"]
    assert [key for key, _ in store.scan(b"c", b"c1")] == [b"c2", b"c3"]
    assert list(store.scan(b"e", b"")) == []


def test_beginning_anew_empties_it(store: LocalStore) -> None:
    store.apply({b"a": b"1", POSITION_KEY: encode_position(3)}, 9)
    store.begin("topic-1")
    assert (store.origin, store.position, store.changelog, list(store.rows())) == ("topic-1", None, 0, [])


def test_files_that_are_broken_or_taken_are_a_persons_matter(tmp_path: Path) -> None:
    path = tmp_path / "0"
    path.mkdir()
    (path / "CURRENT").write_text("MANIFEST-nonsense")
    with pytest.raises(StateError, match=r"cannot be opened.*mend it: commonline state rebuild") as caught:
        LocalStore(path)
    assert caught.value.exit_code == EXIT_STATE


def test_use_after_close_is_an_error_of_state_not_of_a_record(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "0")
    store.close()
    with pytest.raises(StateError, match="cannot be read"):
        store.get(b"x")
    with pytest.raises(StateError, match="cannot be written"):
        store.apply({b"a": b"b"}, 1)


def test_destroy_leaves_no_files(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "0")
    store.destroy()
    assert not (tmp_path / "0").exists()


@pytest.mark.parametrize("offset", [0, 1, 2**40])
def test_positions_round_trip(offset: int) -> None:
    assert decode_position(encode_position(offset)) == offset


def broken_in_the_middle(path: Path, count: int) -> None:
    """A store with a file of which a block in the middle is no longer what it was."""
    store = LocalStore(path)
    store.apply([(b"c%06d" % number, b"%064x" % (number * number)) for number in range(count)], 1)
    store.flush()
    store.close()
    (file,) = path.glob("*.sst")
    whole = bytearray(file.read_bytes())
    middle = len(whole) // 3
    whole[middle : middle + 64] = bytes(64)
    file.write_bytes(whole)


def test_a_broken_block_never_looks_like_the_end(tmp_path: Path) -> None:
    broken_in_the_middle(tmp_path / "0", 20_000)
    store = LocalStore(tmp_path / "0", mend="commonline state rebuild --partition 0")
    for rows in (store.rows(), store.scan(b"c", b"")):
        with pytest.raises(BrokenStoreError, match=r"cannot be read.*rebuild --partition 0"):
            list(rows)
    with pytest.raises(BrokenStoreError):
        [store.get(b"c%06d" % number) for number in range(20_000)]
    store.close()


def test_what_another_has_open_is_waited_for_and_then_refused(store: LocalStore, tmp_path: Path) -> None:
    with pytest.raises(StoreInUseError, match="in use by another process"):
        LocalStore(store.path, lock_wait_s=0.2)


def test_looking_needs_no_lock_and_sees_what_is_written(store: LocalStore) -> None:
    store.apply({b"a": b"1", POSITION_KEY: encode_position(3)}, 9)
    look = LocalStore(store.path, purpose="look")
    assert (look.position, look.changelog, list(look.rows())) == (3, 9, [(b"a", b"1")])
    look.close()


def test_looking_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BrokenStoreError):
        LocalStore(tmp_path / "none", purpose="look")
    assert not (tmp_path / "none").exists()


def test_what_is_restored_in_bulk_is_served_after(tmp_path: Path) -> None:
    bulk = LocalStore(tmp_path / "0", purpose="restore")
    bulk.apply([(b"a%d" % number, b"x") for number in range(1000)], 7)
    bulk.apply([(b"a1", b"newer"), (b"a2", None)], 9)
    bulk.flush()
    bulk.close()
    store = LocalStore(tmp_path / "0")
    assert (store.changelog, store.get(b"a1"), store.get(b"a2"), len(list(store.rows()))) == (9, b"newer", None, 999)
    assert store.size > 0
    store.close()


WRITES = """
import sys
from pathlib import Path
from commonline.bus import rocks
rocks.RESTORE_MEMTABLE_BYTES = 1 << 20
from commonline.bus.store import LocalStore
store = LocalStore(Path(sys.argv[1]), purpose="restore")
for number in range(1, 1_000_000):
    store.apply([(b"r%d-%d" % (number, row), bytes(900)) for row in range(10)] + [(b"last", b"%d" % number)], number)
    if number == 1000:
        print("on its way", flush=True)
"""


def test_a_bulk_restore_that_is_killed_leaves_a_prefix_with_its_position(tmp_path: Path) -> None:
    path = tmp_path / "0"
    with subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE) as writes:
        assert writes.stdout is not None
        assert writes.stdout.readline() == b"on its way\n"
        time.sleep(0.2)
        writes.kill()
    store = LocalStore(path)
    reached = store.changelog
    assert reached > 100
    assert store.get(b"last") == b"%d" % reached
    assert sorted(key for key, _ in store.rows()) == sorted(
        [b"last", *(b"r%d-%d" % (number, row) for number in range(1, reached + 1) for row in range(10))]
    )
    store.close()
