from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from commonline.errors import PlatformError, StateError
from commonline.kit.blobs import BlobStore

KEY = b"k" * 32


def test_what_is_put_is_got_under_a_name_that_only_the_key_gives(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs", KEY)
    uri = store.put(b"mail" * 1000)
    assert BlobStore(tmp_path / "blobs").get(uri) == b"mail" * 1000
    assert store.put(b"mail" * 1000) == uri
    assert BlobStore(tmp_path / "other", b"z" * 32).put(b"mail" * 1000) != uri
    assert store.put(b"other") != uri


def test_files_are_for_their_owner_only_and_nothing_half_written_stays(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, KEY)
    store.put(b"x")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert files[0].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("uri", ["blob:../../etc/passwd", "blob:", "file:///etc/passwd", "blob:" + "g" * 40])
def test_only_names_of_blobs_are_opened(tmp_path: Path, uri: str) -> None:
    with pytest.raises(StateError, match="is no blob"):
        BlobStore(tmp_path).get(uri)


def test_a_blob_that_is_gone_is_told_with_its_folder(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="--home"):
        BlobStore(tmp_path).get("blob:" + "0" * 40)


def test_old_blobs_expire_and_new_ones_stay(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, KEY)
    old, new = store.put(b"old"), store.put(b"new")
    path = next(path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == b"old")
    os.utime(path, (1000, 1000))
    assert store.expire(time.time() - 60) == 1
    assert store.get(new) == b"new"
    with pytest.raises(StateError):
        store.get(old)
    assert store.put(b"old") == old


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("in the way")
    with pytest.raises(PlatformError, match="cannot be kept"):
        BlobStore(place, KEY).put(b"x")


def test_several_threads_may_put_the_same(tmp_path: Path) -> None:
    store = BlobStore(tmp_path, KEY)
    uris: list[str] = []
    threads = [threading.Thread(target=lambda: uris.append(store.put(b"same" * 5000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(uris) == 8
    assert len(set(uris)) == 1
    assert store.get(uris[0]) == b"same" * 5000
