"""Native values as the contract wants them: scalars as text, times in microseconds, states in four words."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec

from commonline.kit import text as texts
from commonline.kit import times
from commonline.schemas.records import ThreadState

_STATES: dict[str, ThreadState] = {
    "new": "open",
    "open": "open",
    "pending": "pending",
    "hold": "pending",
    "solved": "closed",
    "closed": "closed",
    "deleted": "closed",
    "archived": "closed",
    "scrubbed": "closed",
}


def state_of(status: str | None) -> ThreadState:
    """The thread's state by a ticket's status, in any case."""
    return _STATES.get(status.lower(), "unknown") if status else "unknown"


def scalar(value: Any) -> str | None:
    """A value of any form as text; None for null and "".

    Fields that point at a record tell ``{"value": …}``, ``{"id": …}`` or ``{"relationship_target": …}``.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        return ", ".join(text for text in map(scalar, value) if text) or None
    if isinstance(value, dict):
        for key in ("value", "id", "relationship_target"):
            if key in value:
                return scalar(value[key])
    return msgspec.json.encode(value).decode()


def lowered(value: Any) -> str | None:
    """A native word in small letters: webhooks write OPEN where the API writes open."""
    text = scalar(value)
    return text.lower() if text else None


def words(value: list[Any] | str | None) -> list[str]:
    """A list that may come as text with spaces; each word once."""
    if value is None:
        return []
    items = value.split() if isinstance(value, str) else value
    return [text for text in dict.fromkeys(map(str, items)) if text]


@lru_cache(maxsize=1024)
def micros(text: str | None) -> int | None:
    """Microseconds since 1970 in UTC."""
    return times.from_text(text) if text else None


def version(text: str | None) -> str | None:
    """A time as a version: decimal microseconds, the same from webhook (``…:30Z``) and API."""
    moment = micros(text)
    return None if moment is None else str(moment)


def plain(text: str | None) -> str | None:
    """A title or name on one line, without control characters; None for none and for ""."""
    if not text:
        return None
    if text.isascii() and text.isprintable() and "  " not in text and text.strip() == text:
        return text
    return " ".join(texts.tidy(text, []).text.split()) or None


def digest(text: str) -> str:
    """A short digest, where nothing else tells one version from another."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
