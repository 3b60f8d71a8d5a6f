"""JSON Feed, by types. https://jsonfeed.org/version/1.1"""

from __future__ import annotations

import msgspec

from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.syndication import HTML, MOST, MOST_HUBS, Author, Enclosure, Entry, Feed, Markup, line

VERSION = "https://jsonfeed.org/version/"


class _Author(msgspec.Struct):
    name: str | None = None
    url: str | None = None


class _Attachment(msgspec.Struct):
    url: str
    mime_type: str | None = None
    title: str | None = None
    size_in_bytes: float | None = None
    duration_in_seconds: float | None = None


class _Item(msgspec.Struct):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    author: _Author | None = None
    authors: list[_Author] = []
    tags: list[str] = []
    language: str | None = None
    attachments: list[_Attachment] = []


class _Hub(msgspec.Struct):
    type: str = ""
    url: str = ""


class _Feed(msgspec.Struct):
    version: str
    title: str | None = None
    home_page_url: str | None = None
    feed_url: str | None = None
    language: str | None = None
    author: _Author | None = None
    authors: list[_Author] = []
    hubs: list[_Hub] = []
    items: list[_Item] = []


_FEED = msgspec.json.Decoder(_Feed)


def parse(body: bytes) -> Feed:
    """The feed of a body. Raises `MalformedPayloadError` and `msgspec.DecodeError` for what is none."""
    told = _FEED.decode(body)
    if not told.version.startswith(VERSION):
        raise MalformedPayloadError("is no version of JSON Feed", "version")
    return Feed(
        title=line(told.title),
        link=line(told.home_page_url),
        language=line(told.language),
        authors=_authors(told.authors, told.author),
        entries=[_entry(item) for item in told.items[:MOST]],
        self_url=line(told.feed_url),
        hubs=[hub.url for hub in told.hubs if hub.type.lower() == "websub" and hub.url][:MOST_HUBS],
    )


def _entry(item: _Item) -> Entry:
    text = None
    if item.content_html is not None:
        text = Markup(item.content_html, HTML)
    elif (plain := item.content_text if item.content_text is not None else item.summary) is not None:
        text = Markup(plain)
    return Entry(
        id=line(str(item.id)) if item.id is not None else None,
        link=line(item.url) or line(item.external_url),
        title=Markup(item.title) if item.title is not None else None,
        text=text,
        authors=_authors(item.authors, item.author),
        published=times.parse(item.date_published),
        updated=times.parse(item.date_modified),
        tags=[tag for one in item.tags if (tag := line(one))],
        enclosures=[_enclosure(one) for one in item.attachments],
        language=line(item.language),
    )


def _authors(authors: list[_Author], author: _Author | None) -> list[Author]:
    told = authors or ([author] if author is not None else [])
    return [Author(line(one.name), None, line(one.url)) for one in told[:20]]


def _enclosure(one: _Attachment) -> Enclosure:
    size = one.size_in_bytes
    known = int(size) if size is not None and 0 <= size < 2**53 else None
    return Enclosure(one.url, line(one.mime_type), known, line(one.title), one.duration_in_seconds)
