"""Texts from outside, in parts that a template escapes one by one: text is never markup."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from commonline.schemas.models import Span
from commonline.streams.unify.patterns import MASKS

Kind = Literal["plain", "hidden", "quoted", "added", "removed"]
_MARKS = re.compile("|".join(re.escape(mark) for mark in sorted({*MASKS.values(), "[account]", "[handle]", "[name]"})))
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 20_000
"""Code points of two texts together beyond which their difference is not sought: it takes the square of that."""


class Part(NamedTuple):
    """A part of a text and how it is shown."""

    kind: Kind
    text: str


def parts(text: str, spans: Sequence[Span]) -> list[Part]:
    """A text with what a policy masked, and with what its author only quoted, set apart."""
    quoted = sorted((span.start, span.end) for span in spans if span.kind == "quoted")
    found: list[Part] = []
    at = 0
    for start, end in quoted:
        if start < at or end > len(text):
            continue
        found += _masked("plain", text[at:start])
        found += _masked("quoted", text[start:end])
        at = end
    return [*found, *_masked("plain", text[at:])]


def _masked(kind: Kind, text: str) -> Iterator[Part]:
    at = 0
    for match in _MARKS.finditer(text):
        if match.start() > at:
            yield Part(kind, text[at : match.start()])
        yield Part("hidden", match.group().strip("[]"))
        at = match.end()
    if at < len(text):
        yield Part(kind, text[at:])


def difference(before: str, after: str) -> list[Part]:
    """What an edit took away and what it added, word by word."""
    if len(before) + len(after) > LONGEST:
        return [Part("removed", before), Part("added", after)]
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Part] = []
    for action, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if action == "equal":
            found.append(Part("plain", "".join(old[a:b])))
            continue
        if a < b:
            found.append(Part("removed", "".join(old[a:b])))
        if c < d:
            found.append(Part("added", "".join(new[c:d])))
    return found


def safe_link(url: str | None) -> str | None:
    """A link of a source, if a browser may follow it: http and https only, never ``javascript:`` or ``data:``."""
    if not url:
        return None
    try:
        told = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if told.scheme.lower() in ("http", "https") and told.netloc else None
