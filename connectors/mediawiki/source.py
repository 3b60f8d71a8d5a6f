"""Wikimedia's EventStreams, or the list of recent changes of a wiki of one's own.

https://wikitech.wikimedia.org/wiki/Event_Platform/EventStreams_HTTP_Service · https://www.mediawiki.org/wiki/API:RecentChanges

The stream's id is a list of positions, one a data centre; it is kept whole and given back as ``Last-Event-ID``. The
connection ends every 15 minutes. What the settings do not ask for is left out here: it is all that happens everywhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit import times
from commonline.kit.api import Api
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

SECOND = 1_000_000
OVERLAP_US = 60 * SECOND
OFTEN = 500
"""Events that are passed over before the position is kept."""
PAGE = "500"
PROPERTIES = "title|timestamp|ids|sizes|flags|user|comment|parsedcomment|loginfo|tags"


class _About(msgspec.Struct):
    dt: str | None = None


class _Event(msgspec.Struct):
    wiki: str = ""
    server_name: str = ""
    title: str = ""
    meta: _About = msgspec.field(default_factory=_About)


class _Query(msgspec.Struct):
    recentchanges: list[msgspec.Raw] = []


class _Listed(msgspec.Struct):
    query: _Query | None = None
    error: Any = None
    more: dict[str, str] | None = msgspec.field(name="continue", default=None)


class _Record(msgspec.Struct):
    rcid: int = 0
    timestamp: str | None = None


_EVENT = msgspec.json.Decoder(_Event)
_LISTED = msgspec.json.Decoder(_Listed)
_RECORD = msgspec.json.Decoder(_Record)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """The API where `api_url` is set, else the stream."""
    pages = _listed(context, cursor) if context.settings.get("api_url") else _streamed(context, cursor)
    async for page in pages:
        yield page


async def _streamed(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Events behind the position, for ever; of history up to now."""
    wanted = _Wanted(context.settings)
    base, path = _stream(str(context.settings["stream_url"]))
    headers = {"Accept": "text/event-stream", "User-Agent": str(context.settings["user_agent"])}
    place = (cursor or {}).get("id")
    query = None
    if place:
        headers["Last-Event-ID"] = str(place)
    elif context.since_us is not None:
        query = {"since": times.from_micros(context.since_us).strftime("%Y-%m-%dT%H:%M:%SZ")}
    end_us = context.clock() if context.mode != "live" else None
    api = Api(context, "mediawiki", base, headers, "")
    passed = 0
    async for block, number in _blocks(api, path, query):
        event = _EVENT.decode(block)
        passed += 1
        if wanted.takes(event):
            item = Item(block, request=f"GET {path}", transport="stream")
            yield Page([item], {"id": number})
            passed = 0
        elif passed >= OFTEN:
            yield Page([], {"id": number})
            passed = 0
        if end_us is not None and (times.parse(event.meta.dt) or 0) >= end_us:
            return


async def _blocks(api: Api, path: str, query: dict[str, str] | None) -> AsyncIterator[tuple[bytes, str]]:
    """Data and id of each event (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
    data: list[bytes] = []
    number = ""
    async for line in api.lines(path, query):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            data.append(value)
        elif name == b"id":
            number = value.decode("utf-8", "replace")
        elif not line and data:
            yield b"\n".join(data), number
            data = []


class _Wanted:
    """What the settings ask for: wikis by name or host, and pages by title."""

    def __init__(self, settings: Any) -> None:
        self.wikis = frozenset(settings.get("wikis") or ())
        self.pages = frozenset(settings.get("pages") or ())
        if not self.wikis:
            raise ConfigurationError('wikis: is empty; name at least one, for instance wikis = ["en.wikipedia.org"]')

    def takes(self, event: _Event) -> bool:
        """Whether an event is one of them; a talk page goes with its page."""
        if event.wiki not in self.wikis and event.server_name not in self.wikis:
            return False
        return not self.pages or event.title in self.pages or event.title.partition(":")[2] in self.pages


def _stream(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.path


async def _listed(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Changes since the position, oldest first."""
    parts = urlsplit(str(context.settings["api_url"]))
    headers = {"User-Agent": str(context.settings["user_agent"])}
    api = Api(context, "mediawiki", f"{parts.scheme}://{parts.netloc}", headers)
    place = Changes(context, cursor, OVERLAP_US)
    pages = frozenset(context.settings.get("pages") or ())
    query = {
        "action": "query",
        "list": "recentchanges",
        "rcprop": PROPERTIES,
        "rclimit": PAGE,
        "rcdir": "newer",
        "rcstart": times.from_micros(place.since).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "format": "json",
        "formatversion": "2",
        "maxlag": "5",
    }
    while True:
        answer = await api.get(parts.path, query)
        if answer is None:
            raise ConfigurationError(f"{parts.path} does not exist: check api_url")
        page = answer.decode(_LISTED)
        if page.query is None:
            raise MalformedPayloadError(f"the wiki answered an error: {str(page.error)[:200]}")
        items = []
        for raw in page.query.recentchanges:
            record = _RECORD.decode(raw)
            if place.is_news(str(record.rcid), times.parse(record.timestamp)) and _is_of(raw, pages):
                items.append(Item(bytes(raw), request=f"GET {parts.path}", transport="poll"))
        yield Page(items, place.cursor())
        if not page.more:
            return
        query |= {name: value for name, value in page.more.items() if name.startswith("rc")}


def _is_of(raw: msgspec.Raw, pages: frozenset[str]) -> bool:
    if not pages:
        return True
    title = _EVENT.decode(raw).title
    return title in pages or title.partition(":")[2] in pages
