"""What a feed says, whichever of the formats it is written in: see `commonline.kit.feeds`."""

from __future__ import annotations

import msgspec

HTML = "text/html"
PLAIN = "text/plain"
MOST = 2000
"""Entries of one document that are read."""
MOST_HUBS = 5


def line(value: object) -> str | None:
    """An identifier or a name on one line; None for what is empty or no text."""
    return " ".join(value.split()) or None if isinstance(value, str) else None


class Author(msgspec.Struct, frozen=True):
    """Who wrote it, as far as is told."""

    name: str | None = None
    email: str | None = None
    url: str | None = None


class Enclosure(msgspec.Struct, frozen=True):
    """A file that belongs to an entry."""

    url: str
    media_type: str | None = None
    size: int | None = None
    title: str | None = None
    duration_s: float | None = None


class Markup(msgspec.Struct, frozen=True):
    """A text and the media type that it is written in."""

    value: str
    media_type: str = PLAIN


class Entry(msgspec.Struct, kw_only=True):
    """An entry. Times in microseconds; `extra` holds elements of other vocabularies by ``prefix_name``."""

    id: str | None = None
    link: str | None = None
    title: Markup | None = None
    text: Markup | None = None
    authors: list[Author] = []
    published: int | None = None
    updated: int | None = None
    tags: list[str] = []
    enclosures: list[Enclosure] = []
    language: str | None = None
    answers: str | None = None
    extra: dict[str, str] = {}


class Feed(msgspec.Struct, kw_only=True):
    """A document. `self_url` and `hubs` are what it says of WebSub; `ttl_s` how long it asks not to be asked again;
    `removed` are ids of removed entries with the time, if it is told."""

    title: str | None = None
    link: str | None = None
    id: str | None = None
    language: str | None = None
    authors: list[Author] = []
    entries: list[Entry] = []
    removed: list[tuple[str, int | None]] = []
    self_url: str | None = None
    hubs: list[str] = []
    ttl_s: float | None = None
