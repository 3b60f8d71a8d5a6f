"""What `commonline connector new` writes runs, and is written as this project writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from commonline.errors import ConfigurationError
from commonline.kit import manifest
from commonline.kit.scaffold import scaffold

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("transport", ["webhook", "poll", "stream"])
def test_files_are_valid_and_in_style(tmp_path: Path, transport: str) -> None:
    written = scaffold("kettle_desk", transport, tmp_path)
    folder = tmp_path / "kettle_desk"
    assert manifest.load(folder).transports == [transport]
    assert ((folder / "source.py") in written) == (transport != "webhook")
    for step in (["check"], ["format", "--check"]):
        command = [
            sys.executable,
            "-m",
            "ruff",
            *step,
            "--config",
            str(ROOT / "pyproject.toml"),
            "--no-cache",
            str(folder),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Kettle", "class", "7desk", "a-b", "../x", ""])
def test_name_must_be_a_package(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a connector's name"):
        scaffold(name, "webhook", tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold("desk", "poll", tmp_path)
    with pytest.raises(ConfigurationError, match="exists"):
        scaffold("desk", "poll", tmp_path)
    with pytest.raises(ConfigurationError, match="choose one of webhook, poll, stream"):
        scaffold("other", "pigeon", tmp_path)
