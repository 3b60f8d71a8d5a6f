"""The shape of the project: links, packages, what a wheel and an sdist hold, sizes, names."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINKED = ("schemas", "connectors", "streams")
CODE = ("src", *LINKED)
SIZED = (*CODE, "tests", "bench", "tools")
NOT_OURS = {"__pycache__", "generated", "commonline.egg-info", ".mypy_cache"}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error")

LONG_FILES: dict[str, str] = dict.fromkeys(
    [
        "tests/connectors/test_email.py",
        "tests/connectors/test_slack.py",
        "tests/connectors/test_zendesk.py",
    ],
    "one connector, one page of what its goldens do not show",
) | {"tests/model/producer.py": "one client, every call of it with its faults"}
"""Path -> why it is longer."""
LONG_FUNCTIONS: dict[str, str] = {
    "src/commonline/cli/dead.py::replay": "its filters are options, each with its help",
    "streams/unify/task.py::_dead": "builds one wide record",
    "tests/local/fake_engine.py::serve": "one answer after another of an API",
    "tests/streams/pulse/story.py::said": "builds one wide record",
    "tests/streams/unify/world.py::activity": "builds one wide record from keywords",
}
"""Path::function -> why it is longer."""
MADE = (".pyc", ".so")
"""What interpreters and compilers leave beside the sources."""

BUILD = """
import sys
from setuptools import build_meta
print(getattr(build_meta, sys.argv[1])(sys.argv[2]))
"""


def files(*folders: str) -> Iterator[Path]:
    """Files below the folders, links not followed, without what tools write and generators make."""
    for folder in folders:
        for place, inner, names in os.walk(ROOT / folder):
            inner[:] = sorted(set(inner) - NOT_OURS)
            yield from (Path(place) / name for name in sorted(names) if not name.endswith(MADE))


def code(*folders: str) -> list[Path]:
    return [path for path in files(*folders) if path.suffix == ".py"]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", LINKED)
def test_links_lead_to_the_folders(name: str) -> None:
    link = ROOT / "src" / "commonline" / name
    assert link.is_symlink(), (
        f"{shown(link)} is no link; git wrote it as a file? git config core.symlinks true, then check it out again"
    )
    assert os.readlink(link) == f"../../{name}"
    assert (link / "__init__.py").is_file()


def test_every_folder_with_code_is_a_package() -> None:
    bare = {path.parent for path in code(*CODE)} - {ROOT / "src"}
    assert [shown(folder) for folder in sorted(bare) if not (folder / "__init__.py").is_file()] == []


def test_every_folder_below_connectors_is_a_connector() -> None:
    folders = [path for path in (ROOT / "connectors").iterdir() if path.is_dir() and path.name not in NOT_OURS]
    assert folders
    assert [path.name for path in folders if not (path / "manifest.toml").is_file()] == []


def test_no_tests_among_the_code() -> None:
    assert [shown(path) for path in code(*CODE) if path.name.startswith("test_") or path.name == "conftest.py"] == []


def test_tests_mirror_the_code() -> None:
    """`tests/a/test_b.py` tests `commonline.a`; folders of their own are named here."""
    known = {"commonline", "integration", "crash", "probes", *(p.name for p in (ROOT / "src" / "commonline").iterdir())}
    known |= {"deploy", "docs", "bench", "model", "tools"}
    folders = [path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name not in NOT_OURS]
    assert [name for name in folders if name not in known] == []


def test_no_drawers() -> None:
    named = [path for path in code(*SIZED) if DRAWERS & {path.stem, path.parent.name}]
    assert [shown(path) for path in named] == []


def test_nothing_unfinished() -> None:
    found = [(path, mark) for path in code(*SIZED) for mark in UNFINISHED if mark in path.read_text("utf-8")]
    assert [(shown(path), mark) for path, mark in found] == []


def test_files_are_short() -> None:
    lengths = {shown(path): len(path.read_text("utf-8").splitlines()) for path in code(*SIZED)}
    long = {path: length for path, length in lengths.items() if length > LONGEST_FILE}
    assert {path: length for path, length in long.items() if path not in LONG_FILES} == {}
    assert set(LONG_FILES) <= set(long), "these are short by now: take them from the list"


def test_functions_are_short() -> None:
    long = {f"{shown(path)}::{name}": length for path in code(*SIZED) for name, length in long_functions(path)}
    assert {name: length for name, length in long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) <= set(long), "these are short by now: take them from the list"


def long_functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield node.name, length


def test_long_functions_are_found(tmp_path: Path) -> None:
    body = "\n".join("    x = 1" for _ in range(LONGEST_FUNCTION))
    (tmp_path / "a.py").write_text(f"def short():\n    pass\n\n\nclass A:\n  async def long(self):\n{body}\n")
    assert list(long_functions(tmp_path / "a.py")) == [("long", LONGEST_FUNCTION + 1)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree without what tools wrote into it: builds leave traces."""
    place = tmp_path_factory.mktemp("build") / "tree"
    place.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc", "*.so", "*.egg-info", ".mypy_cache")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place / name)
    for name in CODE:
        shutil.copytree(ROOT / name, place / name, symlinks=True, ignore=ignored)
    return place


def build(tree: Path, what: str) -> Path:
    """Build with the setuptools at hand: no network, no isolation."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BUILD, what, "dist"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return tree / "dist" / done.stdout.strip().splitlines()[-1]


def wanted() -> set[str]:
    """Every file of the code, by its path in a wheel."""
    kept = NOT_OURS - {"generated"}
    found = set()
    for folder in (*LINKED, "src/commonline"):
        prefix = "commonline" if folder.startswith("src") else f"commonline/{folder}"
        for place, inner, names in os.walk(ROOT / folder):
            inner[:] = [name for name in inner if name not in kept and not (Path(place) / name).is_symlink()]
            below = Path(place).relative_to(ROOT / folder)
            found |= {(Path(prefix) / below / name).as_posix() for name in names if not name.endswith(MADE)}
    return found


def test_wheel_holds_all_of_the_code_with_and_without_links(copy: Path) -> None:
    with zipfile.ZipFile(build(copy, "build_wheel")) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert sorted(wanted() - names) == [], "add them to tool.setuptools.package-data"
    assert sorted(names - wanted()) == []
    for name in LINKED:
        (copy / "src" / "commonline" / name).unlink()
    shutil.rmtree(copy / "build")
    with zipfile.ZipFile(build(copy, "build_wheel")) as wheel:
        assert {name for name in wheel.namelist() if ".dist-info/" not in name} == names
    for name in LINKED:
        (copy / "src" / "commonline" / name).symlink_to(f"../../{name}")


def test_sdist_holds_all_of_the_code_and_no_links(copy: Path) -> None:
    with tarfile.open(build(copy, "build_sdist")) as archive:
        members = archive.getmembers()
    assert [member.name for member in members if member.issym() or member.islnk()] == []
    names = {member.name.partition("/")[2] for member in members if member.isfile()}
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE"} <= names
    paths = {path.removeprefix("commonline/") for path in wanted()}
    sources = {path if path.split("/")[0] in LINKED else f"src/commonline/{path}" for path in paths}
    assert sorted(sources - names) == []
