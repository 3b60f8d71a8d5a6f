"""Decoded JSON values to the texts, numbers and truths of the contract; all bounded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit.clean import SECRETIVE_PARAMETERS
from commonline.kit.text import tidy

LINE_LIMIT = 1000
"""Longest title, name, tag or field, in characters."""
ID_LIMIT = 300
"""Longer ids are replaced by their digest."""
LIST_LIMIT = 200
"""Most tags, participants, attachments or references of one activity."""
_FALSE = frozenset({"", "0", "false", "no", "off", "null", "none"})


def text(value: Any) -> str | None:
    """A scalar as text; a list of scalars as lines; None for anything else."""
    if type(value) is str:
        return value
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        lines = [line for part in value[:LIST_LIMIT] if (line := text(part)) is not None]
        return "\n".join(lines) if lines else None
    return str(value)


def line(value: Any, limit: int = LINE_LIMIT) -> str | None:
    """A text on one line, without control characters; None if nothing is left."""
    told = text(value)
    if told is None:
        return None
    if len(told) <= limit and told.isascii() and told.isprintable() and "  " not in told:
        return told.strip(" ") or None
    clean = " ".join(tidy(told[: limit * 4], []).text.split())
    return (clean if len(clean) <= limit else clean[: limit - 1] + "…") or None


def identifier(value: Any) -> str | None:
    """A text or whole number as an id; None for what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    told = str(value).strip()
    if len(told) > ID_LIMIT:
        return hashlib.sha256(told.encode()).hexdigest()
    return told or None


def truth(value: Any) -> bool:
    """Whether an expression says yes; forms and XML say ``false`` and ``0`` as text."""
    if type(value) is str:
        return value.strip().lower() not in _FALSE
    return bool(value)


def lines(value: Any) -> list[str]:
    """Tags: a list of scalars, or one text with commas between them; each once, in their order."""
    if type(value) is str:
        parts: list[Any] = value[: LIST_LIMIT * LINE_LIMIT].split(",")
    elif isinstance(value, list):
        parts = value
    else:
        parts = [value]
    told = (line(part) for part in parts[:LIST_LIMIT])
    return list(dict.fromkeys(part for part in told if part is not None))


def number(value: Any) -> float | None:
    """A finite number, also as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        told = float(value)
    except (ValueError, OverflowError):
        return None
    return told if abs(told) < float("inf") else None


def url(value: Any) -> str | None:
    """An http or https address without credentials and secret parameters; None for anything else."""
    if type(value) is not str or not value.startswith(("https://", "http://")) or len(value) > 4 * LINE_LIMIT:
        return None
    if " " in value or not value.isprintable():
        return None
    if "?" not in value and "@" not in value and value.isascii():
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    if not host:
        return None
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [(name, inner) for name, inner in pairs if name.lower() not in SECRETIVE_PARAMETERS]
        query = query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, host, parts.path, query, parts.fragment))


def digest(value: Any) -> str:
    """32 hex digits that depend on the values only, not on white space or the order of keys."""
    try:
        told = msgspec.json.encode(value, order="sorted")
    except RecursionError:
        raise MalformedPayloadError("nested too deeply") from None
    return hashlib.sha256(told).hexdigest()[:32]


def choice(value: Any, choices: Mapping[str, Any]) -> Any:
    """The symbol that a value names, whatever its case; None for anything else."""
    return choices.get(value.strip().lower()) if type(value) is str else None
