"""Feeds: a document, polled or pushed, to activities; an entry each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from commonline.connectors.rss import articles
from commonline.connectors.rss.articles import Part
from commonline.kit import feeds
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

NEW, CHANGED = "x-new", "x-changed"
"""Headers of an item in which the poller says which entries it had not seen, and which it saw in another version.
Without them all entries are news: a hub pushes what is new, and history is all of it."""
EVENTS: dict[str, EventMapping] = {"entry": articles.published, "deleted-entry": articles.removed}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Every entry of the document. Raises `MalformedPayloadError` and `msgspec.DecodeError` for what is no feed."""
    address = _address(delivery)
    feed = feeds.parse(delivery.body or b"", delivery.content_type, address)
    new, changed = (frozenset(delivery.headers.get(name, "").split()) for name in (NEW, CHANGED))
    told = new or changed
    parts: list[tuple[str, Any, str]] = []
    for number, one in enumerate(feed.entries):
        name = articles.key(one)
        news = not told or name in new or name in changed
        parts.append(("entry", Part(feed, address, one, news, name in changed), f"entry[{number}]"))
    parts += [
        ("deleted-entry", (feed, address, ref, when), f"deleted-entry[{number}]")
        for number, (ref, when) in enumerate(feed.removed)
    ]
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _address(delivery: Delivery) -> str | None:
    """Which feed it is: the address that was asked, or the topic that the hub was given."""
    method, _, target = (delivery.request or "").partition(" ")
    if method == "GET" and target.startswith(("https://", "http://")):
        return target
    return next(iter(parse_qs(urlsplit(target).query).get("topic", [])), None)
