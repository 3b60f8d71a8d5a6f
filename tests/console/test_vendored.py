"""What is not ours in the console: exactly what is written down, with its licence beside it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

import commonline.console

FOLDER = Path(commonline.console.__file__).parent / "static" / "vendor"
PARTS = tomllib.loads((FOLDER / "vendored.toml").read_text("utf-8"))["part"]


@pytest.mark.parametrize("part", PARTS, ids=[part["file"] for part in PARTS])
def test_a_part_is_the_one_that_is_written_down(part: dict[str, str]) -> None:
    assert hashlib.sha256((FOLDER / part["file"]).read_bytes()).hexdigest() == part["sha256"]
    assert (FOLDER / f"LICENSE-{part['name'].lower()}.txt").is_file()


def test_nothing_else_lies_there() -> None:
    known = {part["file"] for part in PARTS} | {f"LICENSE-{part['name'].lower()}.txt" for part in PARTS}
    assert {path.name for path in FOLDER.iterdir()} == known | {"vendored.toml"}


def test_pages_load_nothing_from_elsewhere() -> None:
    ours = [*FOLDER.parent.glob("*.*"), *(FOLDER.parent.parent / "templates").glob("*.html")]
    for path in ours:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path
        assert "https://" not in text, path
