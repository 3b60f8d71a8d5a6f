"""The compiled codec, built for the tests where there is a C compiler; where there is none, they are skipped."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from commonline.schemas import compiled

ROOT = Path(__file__).parent.parent.parent


def build(place: Path) -> subprocess.CompletedProcess[str]:
    """Compile as a wheel is, into a folder of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "setup.py", "-q", "build_ext", f"-b{place}", f"-t{place / 'objects'}"],
        cwd=ROOT,
        env={**os.environ, "COMMONLINE_COMPILE": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@cache
def folder() -> tuple[Path, str]:
    """Where all C modules lie, and why there are none."""
    place = Path(tempfile.mkdtemp(prefix="commonline-compiled-"))
    done = build(place)
    return place, f"no C compiler, or none of Python's headers: {done.stderr.strip()[-200:]}" if done.returncode else ""


@cache
def module(name: str = "commonline.schemas._codec") -> tuple[ModuleType | None, str]:
    """A C module made from the sources as they stand, or None and why it could not be built."""
    place, why = folder()
    made = list(place.rglob(f"{name.rpartition('.')[2]}*.so"))
    if not made:
        return None, why
    spec = importlib.util.spec_from_file_location(name, made[0])
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded, ""


@cache
def codec_of(record: str) -> Any:
    """The compiled codec of a record; skips the test where it cannot be built."""
    found, why = module()
    if found is None:
        pytest.skip(why)
    return compiled.made(found, record)
