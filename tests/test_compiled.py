"""Compiled modules of a package: used only where they were made from the sources that stand there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commonline import compiled
from commonline.streams import unify

ROOT = Path(__file__).parent.parent
DIGEST = """
from bench.unify import decision
from bench.workload import log
from commonline.streams import unify
print(unify.FORM.compiled, decision(log(2000)[1])["digest"])
"""


def test_every_named_module_is_there() -> None:
    assert [name for name in unify.COMPILED if not (ROOT / "streams" / "unify" / f"{name}.py").is_file()] == []


def test_edited_sources_have_another_folder(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("A = 1\n")
    before = compiled.folder(tmp_path)
    (tmp_path / "one.py").write_text("A = 2\n")
    assert compiled.folder(tmp_path) != before


def test_what_is_not_compiled_or_not_wanted_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = [str(tmp_path)]
    monkeypatch.delenv(compiled.PURE, raising=False)
    assert "make compiled" in compiled.use("some.package", path).why
    monkeypatch.setenv(compiled.PURE, "1")
    assert compiled.use("some.package", path) == (False, "COMMONLINE_PURE=1")
    assert path == [str(tmp_path)]


@pytest.mark.skipif(not unify.FORM.compiled, reason=f"unify: {unify.FORM.why}")
def test_both_forms_write_the_same() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            cwd=ROOT,
            env={**os.environ, compiled.PURE: pure},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for pure in ("0", "1")
    ]
    assert [form for form, _ in told] == ["True", "False"]
    assert told[0][1] == told[1][1]
