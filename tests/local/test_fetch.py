"""Downloads: checked, resumed, healed; and what is said when they cannot be had."""

from __future__ import annotations

import errno
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local.repository import Repository, serve

from commonline.errors import PlatformError
from commonline.local import fetch as module
from commonline.local.artifacts import Artifact, Lock
from commonline.local.fetch import fetch, is_whole
from commonline.local.ports import free_port

BODY = bytes(range(256)) * 400


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setattr(module, "PAUSE_S", 0.001)
    with serve() as repository:
        yield repository


def lock(repository: Repository, *bodies: bytes) -> Lock:
    artifacts = []
    for number, body in enumerate(bodies):
        path = f"org/example/part/1/part-{number}.jar"
        repository.files[path] = body
        artifacts.append(Artifact(path, len(body), hashlib.sha256(body).hexdigest()))
    return Lock("product", "1", tuple(artifacts))


def test_fetches_all_once(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY, b"small")
    paths = fetch([wanted], tmp_path, base=repository.base)["product"]
    assert [path.read_bytes() for path in paths] == [BODY, b"small"]
    asked = len(repository.requests)
    assert fetch([wanted], tmp_path, base=repository.base)["product"] == paths
    assert len(repository.requests) == asked
    assert not list(tmp_path.rglob("*.part"))


def test_goes_on_where_an_interrupted_download_ended(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY)
    part = tmp_path / "maven" / f"{wanted.artifacts[0].path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY[:1000])
    path = fetch([wanted], tmp_path, base=repository.base)["product"][0]
    assert path.read_bytes() == BODY
    assert [wanted_range for _, wanted_range in repository.requests] == ["bytes=1000-"]


def test_begins_anew_where_the_repository_knows_no_ranges(repository: Repository, tmp_path: Path) -> None:
    repository.ranges = False
    wanted = lock(repository, BODY)
    part = tmp_path / "maven" / f"{wanted.artifacts[0].path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"wrong beginning")
    assert fetch([wanted], tmp_path, base=repository.base)["product"][0].read_bytes() == BODY


def test_a_connection_that_breaks_is_resumed(repository: Repository, tmp_path: Path) -> None:
    repository.cuts, repository.cut_after = 2, 30_000
    wanted = lock(repository, BODY)
    assert fetch([wanted], tmp_path, base=repository.base)["product"][0].read_bytes() == BODY
    assert [r for _, r in repository.requests] == [None, "bytes=30000-", "bytes=60000-"]


@pytest.mark.parametrize("damage", [b"", BODY[:1000], bytes(len(BODY)), BODY + b"more"])
def test_a_broken_file_heals(repository: Repository, tmp_path: Path, damage: bytes) -> None:
    wanted = lock(repository, BODY, b"other")
    path = fetch([wanted], tmp_path, base=repository.base)["product"][0]
    repository.requests.clear()
    path.write_bytes(damage)
    assert not is_whole(path, wanted.artifacts[0])
    assert fetch([wanted], tmp_path, base=repository.base)["product"][0].read_bytes() == BODY
    assert [name for name, _ in repository.requests] == [f"/{wanted.artifacts[0].path}"]


@pytest.mark.parametrize("damage", [bytes(len(BODY)), bytes(1000), BODY + b"more"])
def test_a_broken_part_heals(repository: Repository, tmp_path: Path, damage: bytes) -> None:
    wanted = lock(repository, BODY)
    part = tmp_path / "maven" / f"{wanted.artifacts[0].path}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(damage)
    assert fetch([wanted], tmp_path, base=repository.base)["product"][0].read_bytes() == BODY


def test_other_bytes_than_the_lock_are_never_accepted(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY)
    repository.files[wanted.artifacts[0].path] = bytes(len(BODY))
    with pytest.raises(PlatformError, match="does not have the SHA-256"):
        fetch([wanted], tmp_path, base=repository.base)
    assert not (tmp_path / "maven" / wanted.artifacts[0].path).exists()


def test_an_endless_answer_is_cut(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY)
    repository.files[wanted.artifacts[0].path] = BODY * 100
    with pytest.raises(PlatformError, match="SHA-256"):
        fetch([wanted], tmp_path, base=repository.base)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) < 3 * len(BODY)


def test_a_missing_file_is_told_at_once(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY)
    repository.files.clear()
    with pytest.raises(PlatformError, match="answered 404"):
        fetch([wanted], tmp_path, base=repository.base)
    assert len(repository.requests) == 1


def test_a_busy_repository_is_asked_again(repository: Repository, tmp_path: Path) -> None:
    repository.status = 503
    with pytest.raises(PlatformError, match="answered 503"):
        fetch([lock(repository, BODY)], tmp_path, base=repository.base)
    assert len(repository.requests) == module.ATTEMPTS


def test_no_network_is_one_sentence(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"no answer from .*Check the network, or set COMMONLINE_MAVEN") as raised:
        fetch([lock(repository, BODY)], tmp_path, base=f"http://127.0.0.1:{free_port()}")
    assert "\n" not in str(raised.value)


def test_a_full_disk_is_one_sentence(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", *args: object) -> object:
        if path.suffix == ".part":
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(PlatformError, match=r"no space left for .*COMMONLINE_CACHE"):
        fetch([lock(repository, BODY)], tmp_path, base=repository.base)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlatformError, match="cannot write to"):
        fetch([], tmp_path / "file" / "cache")


def test_two_processes_download_once(repository: Repository, tmp_path: Path) -> None:
    wanted = lock(repository, BODY, b"other")
    script = (
        "import sys; from pathlib import Path; from commonline.local.fetch import fetch; "
        "from commonline.local.artifacts import *; "
        f"fetch([{wanted!r}], Path(sys.argv[1]), base={repository.base!r})"
    )
    argv = [sys.executable, "-c", script, str(tmp_path)]
    children = [subprocess.Popen(argv, stderr=subprocess.DEVNULL) for _ in range(3)]
    assert [child.wait(30) for child in children] == [0, 0, 0]
    assert len(repository.requests) == 2
