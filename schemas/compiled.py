"""The compiled codec, where there is one (ADR 0010); the Python form is always complete."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn, TypeVar

from commonline.compiled import Extension, extension
from commonline.schemas.broken import CAUSES as BROKEN
from commonline.schemas.broken import broken, check_end
from commonline.schemas.faults import CAUSES as FORBIDDEN
from commonline.schemas.faults import explain
from commonline.schemas.generated.shapes import SHAPES

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Form(NamedTuple):
    """Which form this process runs: ``compiled`` or ``python``, and why not the compiled one."""

    name: str
    why: str = ""


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
