"""One directory: claimed by one process, emptied and brought back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from commonline.errors import PlatformError
from commonline.local.home import Home, folder_size

HOLDER = """
import sys, time
from pathlib import Path
from commonline.local.home import Home
with Home(Path(sys.argv[1]), Path("/unused")).claim():
    Home(Path(sys.argv[1]), Path("/unused")).describe({"bootstrap": "127.0.0.1:1"})
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", tmp_path / "home" / "cache")


def fill(home: Home, text: str) -> None:
    for name in ("kafka/data/log", "registry/db", "cache/jar", "run/x.json", "notes"):
        path = home.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.find(None, {}) == Home(tmp_path / ".commonline", tmp_path / ".commonline" / "cache")
    assert Home.find(None, {"COMMONLINE_HOME": "x"}).path == tmp_path / "x"
    assert Home.find(Path("y"), {"COMMONLINE_HOME": "x"}).path == tmp_path / "y"
    assert Home.find(None, {"COMMONLINE_CACHE": "/c"}).cache == Path("/c")


def test_git_ignores_it(home: Home) -> None:
    home.create()
    assert (home.path / ".gitignore").read_text() == "*\n"


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlatformError, match="choose another --home"):
        Home(tmp_path / "file" / "home", tmp_path).create()


def test_one_process_at_a_time_and_none_after_it_was_killed(home: Home) -> None:
    argv = [sys.executable, "-c", HOLDER, str(home.path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PlatformError, match="in use by a running commonline"), home.claim():
            pytest.fail("claimed twice")
        assert home.described() == {"bootstrap": "127.0.0.1:1"}
        holder.kill()
        holder.wait(10)
    assert home.described() == {}, "what a dead process told is no longer true"
    with home.claim():
        assert home.owner.exists()
    assert not home.owner.exists()


def test_described_only_while_claimed(home: Home) -> None:
    with home.claim():
        assert home.described() == {}
        home.describe({"kind": "packages"})
        assert home.described() == {"kind": "packages"}
    assert home.described() == {}


def test_discard_keeps_downloads_and_comes_back_once(home: Home) -> None:
    fill(home, "old")
    target = home.discard()
    assert home.data() == []
    assert (home.path / "cache" / "jar").exists()
    assert (target / "kafka" / "data" / "log").read_text() == "old"
    home.restore()
    assert (home.path / "kafka" / "data" / "log").read_text() == "old"
    with pytest.raises(PlatformError, match="no reset to undo"):
        home.restore()


def test_only_the_latest_reset_is_kept(home: Home) -> None:
    fill(home, "first")
    home.discard()
    fill(home, "second")
    home.discard()
    assert len(list(home.trash.iterdir())) == 1
    home.restore()
    assert (home.path / "notes").read_text() == "second"


def test_restore_overwrites_nothing(home: Home) -> None:
    fill(home, "old")
    home.discard()
    fill(home, "new")
    with pytest.raises(PlatformError, match=r"has new data \(kafka, notes, registry\)"):
        home.restore()
    assert (home.path / "notes").read_text() == "new"


def test_a_home_that_never_was_holds_nothing(home: Home) -> None:
    assert home.data() == []


def test_size_counts_what_is_on_disk(tmp_path: Path) -> None:
    (tmp_path / "full").write_bytes(b"x" * 100_000)
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10_000_000)
    assert 100_000 <= folder_size(tmp_path) < 1_000_000
    assert folder_size(tmp_path / "full") >= 100_000
