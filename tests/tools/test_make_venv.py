"""An environment with pip where Python comes without ensurepip, from a package index on the loopback interface."""

from __future__ import annotations

import ensurepip
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.local.repository import Repository, serve

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "make_venv.py"
HIDDEN = """
import importlib.util, runpy, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "ensurepip" else real(name, *rest)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_venv", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bundled() -> Path:
    """The wheel of pip that this Python carries."""
    return next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))


@pytest.fixture
def index() -> Iterator[Repository]:
    wheel = bundled()
    body = wheel.read_bytes()
    with serve() as repository:
        repository.files[f"files/{wheel.name}"] = body
        links = [
            link("pip-9.0.3-py2.py3-none-any.whl", "0"),
            link("pip-9.0.3-py3-none-any.whl", "0"),
            link(wheel.name, hashlib.sha256(body).hexdigest(), 'data-requires-python="&gt;=3.7"'),
            link("pip-98.0-py3-none-any.whl", "0", 'data-requires-python="&gt;=3.99"'),
            link("pip-99.0-py3-none-any.whl", "0", 'data-yanked="broken"'),
            link("pip-100.0b1-py3-none-any.whl", "0"),
            link("pip-100.0.tar.gz", "0"),
            '<a href="../../files/pip-101.0-py3-none-any.whl">without a hash</a>',
        ]
        repository.files["simple/pip/"] = f"<!DOCTYPE html><html><body>{'<br/>'.join(links)}</body></html>".encode()
        yield repository


def link(name: str, sha256: str, more: str = "") -> str:
    return f'<a href="../../files/{name}#sha256={sha256}" {more}>{name}</a>'


def make(target: Path, index: Repository) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "HOME": str(target.parent), "PIP_INDEX_URL": f"{index.base}/simple"}
    argv = [sys.executable, "-c", HIDDEN, str(SCRIPT), str(target)]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=120, check=False)


def test_pip_comes_from_the_index_where_python_has_none(index: Repository, tmp_path: Path) -> None:
    done = make(tmp_path / "venv", index)
    assert done.returncode == 0, done.stderr
    said = subprocess.run([tmp_path / "venv/bin/pip", "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"pip {bundled().name.split('-')[1]} ")
    assert [path for path, _ in index.requests] == ["/simple/pip/", f"/files/{bundled().name}"]
    assert make(tmp_path / "venv", index).returncode == 0
    assert len(index.requests) == 2, "what works is left alone"


def test_other_bytes_than_the_index_names_are_refused(index: Repository, tmp_path: Path) -> None:
    index.files[f"files/{bundled().name}"] += b"!"
    done = make(tmp_path / "venv", index)
    assert done.returncode != 0
    assert "does not have the SHA-256" in done.stderr


def test_no_network_is_one_sentence(index: Repository, tmp_path: Path) -> None:
    index.status = 503
    done = make(tmp_path / "venv", index)
    assert done.returncode != 0
    assert done.stderr.startswith("commonline: cannot fetch pip")
    assert "Traceback" not in done.stderr


def test_an_index_of_the_user_comes_first(module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://file.example/simple/\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert module.index() == "https://file.example/simple/"
    monkeypatch.setenv("PIP_INDEX_URL", "https://env.example/simple")
    assert module.index() == "https://env.example/simple/"


def test_the_index_that_python_names(module: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    assert module.index().startswith("https://")
    assert module.index().endswith("/simple/")


def test_an_index_without_wheels_is_told(module: ModuleType) -> None:
    with pytest.raises(SystemExit, match="lists no wheel of pip"):
        module.newest("<html></html>", "https://x.example/simple/pip/")
