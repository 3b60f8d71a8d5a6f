"""The second path: tickets that changed since then, with their articles.

https://docs.zammad.org/en/latest/api/ticket/index.html#search
https://docs.zammad.org/en/latest/api/ticket/articles.html

The search by time needs Elasticsearch, which Zammad recommends anyway; without it nothing is found.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.connectors.zammad.payload import Id
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.parts import fresh, with_parts
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 50
MOST_FOUND = 10_000
"""Elasticsearch gives no more of one search; the next is begun from the last change that was seen."""


class _Version(msgspec.Struct):
    id: Id
    updated_at: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_VERSION = msgspec.json.Decoder(_Version)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over the tickets that the token's user may see, in the order in which they changed."""
    headers = {"Authorization": f"Token token={credential(context, 'api_token')}"}
    api = Api(context, "zammad", str(context.settings["url"]), headers)
    changes = Changes(context, cursor, OVERLAP_US)
    since, begin, last, page = changes.since, changes.since, changes.since, 1
    while True:
        query = {
            "query": f"updated_at:[{_moment(begin)} TO *]",
            "sort_by": "updated_at",
            "order_by": "asc",
            "expand": "true",
            "per_page": str(PAGE),
            "page": str(page),
        }
        answer = await api.get("/api/v1/tickets/search", query)
        if answer is None:
            raise ConfigurationError("url: no Zammad answers there")
        listed = answer.decode(_LIST)
        items = []
        for raw in listed:
            version = _VERSION.decode(raw)
            last = times.parse(version.updated_at) or last
            if changes.is_news(str(version.id), times.parse(version.updated_at)):
                items.append(await _item(api, raw, version, since))
        yield Page(items, changes.cursor())
        if len(listed) < PAGE:
            return
        begin, page = (begin, page + 1) if (page + 1) * PAGE <= MOST_FOUND else (last, 1)


async def _item(api: Api, raw: msgspec.Raw, version: _Version, since: int) -> Item:
    """A ticket with those of its articles that are not older than the round."""
    path = f"/api/v1/ticket_articles/by_ticket/{version.id}"
    answer = await api.get(path, {"expand": "true"})
    said = fresh(answer.decode(_LIST) if answer is not None else [], since)
    target = f"/api/v1/tickets/{version.id}"
    vendor_id = f"ticket/{version.id}/{version.updated_at}"
    return Item(with_parts(raw, "articles", said, target), request=f"GET {target}", vendor_id=vendor_id)


def _moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%SZ")
