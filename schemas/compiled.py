"""The compiled form of hot paths, where it is installed (ADR 0010); the Python form is always complete.

A compiled module carries the digest of the source that it was made from and is used only while that source stands
beside it unchanged, so that an edited file is never shadowed by what was compiled before. ``COMMONLINE_PURE=1`` keeps
to Python.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn, TypeVar

from commonline.schemas.broken import CAUSES as BROKEN
from commonline.schemas.broken import broken, check_end
from commonline.schemas.faults import CAUSES as FORBIDDEN
from commonline.schemas.faults import explain
from commonline.schemas.generated.shapes import SHAPES

PURE = "COMMONLINE_PURE"
_Function = TypeVar("_Function", bound=Callable[..., Any])


class Form(NamedTuple):
    """Which form this process runs: ``compiled`` or ``python``, and why not the compiled one."""

    name: str
    why: str = ""


class Extension(NamedTuple):
    """A compiled module, or None with the reason."""

    module: ModuleType | None
    why: str = ""


def extension(name: str, source: Path) -> Extension:
    """Load a compiled module, if it was made from `source` as that stands there now."""
    if os.environ.get(PURE) == "1":
        return Extension(None, f"{PURE}=1")
    try:
        module = importlib.import_module(name)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        return Extension(None, "not compiled" if missing else f"cannot be loaded: {error}")
    try:
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
    except OSError as error:
        return Extension(None, f"{source.name} cannot be read beside it: {error.strerror}")
    if digest != module.SOURCE_DIGEST:
        return Extension(None, f"{source.name} has changed since: make compiled")
    return Extension(module)


@cache
def codec() -> Extension:
    """The compiled codec."""
    return extension("commonline.schemas._codec", Path(__file__).with_name("codec.c"))


def form() -> Form:
    """Which codec this process uses."""
    found = codec()
    return Form("compiled") if found.module is not None else Form("python", found.why)


@cache
def compiled(record: str) -> Any:
    """The compiled codec of a record, with the errors of the Python form; None where there is none."""
    module = codec().module
    return None if module is None else made(module, record)


def made(module: ModuleType, record: str) -> Any:
    """A codec of `module` for a record."""

    def forbidden(value: object, error: Exception) -> NoReturn:
        if not isinstance(error, FORBIDDEN):
            raise error
        raise explain(record, value, error) from error

    def refused(data: bytes, error: Exception) -> NoReturn:
        if not isinstance(error, BROKEN):
            raise error
        raise broken(record, data, error) from error

    def left_over(data: bytes, end: int) -> None:
        check_end(record, data, end)

    return module.Codec(SHAPES[record], forbidden, refused, left_over)


def chosen(record: str, method: str, python: _Function) -> _Function:
    """The compiled function, else the one in Python."""
    found = compiled(record)
    function: _Function = python if found is None else getattr(found, method)
    return function
