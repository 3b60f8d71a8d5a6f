"""The compiled forms of hot paths, where they were made from exactly these sources (ADR 0010); Python's is complete.

*C modules* carry the digest of the sources that they were made from, and are used only while those stand beside them
unchanged. *Modules compiled by mypyc* lie in a folder of their own beside the sources, ``compiled-<digest>``: the
digest is of every source that they were made from or may hold a constant of. Edited sources have another digest, so
that they are never shadowed. ``COMMONLINE_PURE=1`` keeps to Python.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

PURE = "COMMONLINE_PURE"
HERE = Path(__file__).parent
READ = (".", "bus", "kit", "schemas", "schemas/generated")
"""Folders of `commonline` whose sources the compiled ones import from."""


class Extension(NamedTuple):
    """A C module, or None with the reason."""

    module: ModuleType | None
    why: str = ""


def extension(name: str, *sources: Path) -> Extension:
    """Load a C module, if it was made from `sources` as they stand there now."""
    if os.environ.get(PURE) == "1":
        return Extension(None, f"{PURE}=1")
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        return Extension(None, "not compiled" if missing else f"cannot be loaded: {error}")
    hashed = hashlib.sha256()
    for source in sorted(sources):
        try:
            hashed.update(source.read_bytes())
        except OSError as error:
            return Extension(None, f"{source.name} cannot be read beside it: {error.strerror}")
    if hashed.hexdigest() != module.SOURCE_DIGEST:
        named = ", ".join(source.name for source in sources)
        return Extension(None, f"{named} {'has' if len(sources) == 1 else 'have'} changed since: make compiled")
    return Extension(module)


class Use(NamedTuple):
    """Whether a package's compiled modules are used, and why not."""

    compiled: bool
    why: str = ""


def folder(package: Path) -> Path:
    """Where the compiled form of the sources of a package lies, as they stand there now."""
    hashed = hashlib.sha256()
    for source in _sources(package):
        hashed.update(source.read_bytes())
    return package / f"compiled-{hashed.hexdigest()[:16]}"


def _sources(package: Path) -> Iterator[Path]:
    for place in (package, *(HERE / name for name in READ)):
        yield from sorted(place.glob("*.py"))


def group(package: str) -> str:
    """Name of the library that holds the code of all compiled modules of a package."""
    return package.replace(".", "_") + "__mypyc"


def use(package: str, path: list[str]) -> Use:
    """Let a package's modules be found in compiled form first, if there is one. `path` is its ``__path__``."""
    if os.environ.get(PURE) == "1":
        return Use(False, f"{PURE}=1")
    place = folder(Path(path[0]))
    name = group(package)
    library = place / f"{name}{EXTENSION_SUFFIXES[0]}"
    spec = importlib.util.spec_from_file_location(name, library)
    if not library.is_file() or spec is None or spec.loader is None:
        return Use(False, "not compiled, or the sources have changed since: make compiled")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)  # each module asks for it by this name
    spec.loader.exec_module(module)
    path.insert(0, str(place))
    return Use(True)
