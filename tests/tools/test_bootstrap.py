"""The first step of every make target: which Python, and what is said when there is none."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "dirname", "grep", "tail", "awk", "env")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH without any Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = next(p for d in ("/usr/bin", "/bin") if (p := Path(d, tool)).exists())
        (folder / tool).symlink_to(found)
    return folder


def fake(folder: Path, name: str, version: str, *, works: bool) -> None:
    """A Python that tells its version and is new enough or not; with `works`, "makes" an environment."""
    script = folder / name
    check = f"[ {int(works)} = 1 ]"
    script.write_text(
        f'#!/bin/sh\ncase "$1" in\n-c) case "$2" in *print*) echo {version};; *) {check};; esac;;\n'
        f'*) echo "{name} runs $@" >&2; exit 7;;\nesac\n'
    )
    script.chmod(0o755)


def bootstrap(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    argv = ["/bin/sh", str(ROOT / "tools" / "bootstrap.sh"), *arguments]
    return subprocess.run(argv, env={"PATH": str(path)}, capture_output=True, text=True, timeout=60, check=False)


def test_no_python_is_one_sentence(path: Path, tmp_path: Path) -> None:
    done = bootstrap(path, str(tmp_path / "venv"), "run")
    assert done.returncode == 3
    assert done.stderr == (
        "commonline: Python 3.11 or newer is needed; found: none. "
        "Install it, or name one: make PYTHON=/path/to/python3\n"
    )


def test_an_old_python_is_named(path: Path, tmp_path: Path) -> None:
    fake(path, "python3", "3.9.2", works=False)
    done = bootstrap(path, str(tmp_path / "venv"), "run")
    assert done.returncode == 3
    assert "found: python3 (3.9.2). Install it" in done.stderr


def test_a_newer_one_beside_an_old_one_is_taken(path: Path, tmp_path: Path) -> None:
    fake(path, "python3", "3.9.2", works=False)
    fake(path, "python3.12", "3.12.1", works=True)
    done = bootstrap(path, str(tmp_path / "venv"), "run")
    assert f"python3.12 runs tools/make_venv.py {tmp_path / 'venv'}" in done.stderr
    assert done.returncode == 3


def test_only_the_named_python_is_tried(path: Path, tmp_path: Path) -> None:
    fake(path, "python3", "3.12.1", works=True)
    fake(path, "mine", "3.8.0", works=False)
    done = bootstrap(path, str(tmp_path / "venv"), "run", "mine")
    assert done.returncode == 3
    assert "found: mine (3.8.0)" in done.stderr


def test_packages_that_cannot_be_had_are_one_sentence(path: Path, tmp_path: Path) -> None:
    fake(path, "python3", "3.12.1", works=True)
    environment = tmp_path / "venv"
    (environment / "bin").mkdir(parents=True)
    (path / "python3").write_text("#!/bin/sh\nexit 0\n")
    pip = environment / "bin" / "python"
    pip.write_text("#!/bin/sh\necho 'WARNING: Retrying'\necho 'ERROR: No matching distribution'\nexit 1\n")
    pip.chmod(0o755)
    done = bootstrap(path, str(environment), "run")
    assert done.returncode == 3
    assert done.stderr.startswith("commonline: the Python packages could not be installed: ERROR: No matching")
    assert done.stderr.count("\n") == 1
    assert (environment / "install.log").read_text().startswith("WARNING")


def test_bare_make_lists_the_targets() -> None:
    done = subprocess.run(
        ["make", "-C", str(ROOT)], capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}
    )
    for target in ("demo", "up", "test", "lint", "crash", "bench", "lock"):
        assert re.search(rf"^  make {target} +\w", done.stdout, re.MULTILINE)


def test_the_lock_holds_every_dependency_in_a_version_that_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for part in project["optional-dependencies"].values() for one in part)]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = dict(line.lower().replace("_", "-").split("==") for line in lines if "==" in line)
    for one in map(Requirement, wanted):
        found = locked.get(one.name.lower().replace("_", "-"))
        assert found is not None, f"{one.name} is not in requirements.lock: run `make lock`"
        assert one.specifier.contains(found), f"{one} does not take {found}: run `make lock`"


def test_no_registry_is_named() -> None:
    for file in (
        "Makefile",
        "tools/bootstrap.sh",
        "tools/make_venv.py",
        "tools/lock.py",
        ".ci/run",
        "requirements.lock",
    ):
        assert not re.search(r"https?://\w", (ROOT / file).read_text().replace("https://[", ""))
