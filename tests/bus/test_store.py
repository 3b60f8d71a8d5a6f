"""The local store: rows and positions in one write, scans, and files that are broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commonline.bus.store import POSITION_KEY, LocalStore, decode_position, encode_position
from commonline.errors import EXIT_STATE, StateError


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
