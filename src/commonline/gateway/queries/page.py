"""Pages of a list: what is asked for, what comes, and the cursor to the next.

A cursor is the sort key of the last item: what is new since comes on the first page, and nothing is told twice.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field

from commonline.schemas.model import Model

LARGEST = 200
USUAL = 50
_Item = TypeVar("_Item")


class CursorError(ValueError):
    """A cursor that no list has given."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How many, and after which."""

    limit: int = USUAL
    after: tuple[Any, ...] | None = None

    @classmethod
    def of(cls, limit: int, cursor: str | None, *kinds: type) -> Ask:
        """From a request; `kinds` are the types of the sort key. Raises `CursorError`."""
        return cls(limit, None if cursor is None else _read(cursor, kinds))


class Page(Model, Generic[_Item]):
    """One page of a list."""

    items: tuple[_Item, ...]
    next: Annotated[str | None, Field(examples=["WzE3OTAwMDAwMDAwMDAwMDAsImMiXQ"])] = None
    """Give it as `cursor` for the next page. Null: this is the last one."""


def cursor(*key: Any) -> str:
    """The cursor behind an item with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(text: str, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    try:
        key = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars="-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise CursorError("the cursor is none that a list has given") from error
    fits = isinstance(key, list) and len(key) == len(kinds)
    if not fits or any(type(one) is not kind for one, kind in zip(key, kinds, strict=True)):
        raise CursorError("the cursor is of another list")
    if any((isinstance(one, int) and abs(one) >= 1 << 63) or (isinstance(one, str) and "\0" in one) for one in key):
        raise CursorError("the cursor is none that a list has given")
    return tuple(key)
