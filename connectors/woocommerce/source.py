"""The second path: orders that changed since then, with their notes.

https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders
https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-order-notes

Pages are begun anew behind the last change that was seen, so that orders which change meanwhile move no others.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import msgspec

from commonline.connectors.woocommerce.payload import Id
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.parts import fresh, with_parts
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 50
ORDERS = "/wp-json/wc/v3/orders"


class _Version(msgspec.Struct):
    id: Id
    date_modified_gmt: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_VERSION = msgspec.json.Decoder(_Version)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over the shop's orders, in the order in which they changed."""
    pair = f"{credential(context, 'consumer_key')}:{credential(context, 'consumer_secret')}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    api = Api(context, "woocommerce", str(context.settings["url"]), headers)
    changes = Changes(context, cursor, OVERLAP_US)
    since, begin, page = changes.since, changes.since, 1
    while True:
        query = {"modified_after": _told(begin), "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
        answer = await api.get(ORDERS, {**query, "per_page": str(PAGE), "page": str(page)})
        if answer is None:
            raise ConfigurationError("url: this WordPress has no WooCommerce API, or no pretty permalinks")
        listed = answer.decode(_LIST)
        versions = [_VERSION.decode(raw) for raw in listed]
        items = [
            await _item(api, raw, version, since)
            for raw, version in zip(listed, versions, strict=True)
            if changes.is_news(str(version.id), times.parse(version.date_modified_gmt))
        ]
        yield Page(items, changes.cursor())
        if len(listed) < PAGE:
            return
        last = times.parse(versions[-1].date_modified_gmt) or begin
        begin, page = (last - times.SECOND, 1) if last - times.SECOND > begin else (begin, page + 1)


async def _item(api: Api, raw: msgspec.Raw, version: _Version, since: int) -> Item:
    """An order with those of its notes that are not older than the round."""
    path = f"{ORDERS}/{version.id}"
    answer = await api.get(f"{path}/notes")
    noted = fresh(answer.decode(_LIST) if answer is not None else [], since)
    vendor_id = f"order/{version.id}/{version.date_modified_gmt}"
    return Item(with_parts(raw, "notes", noted[::-1], path), request=f"GET {path}", vendor_id=vendor_id)


def _told(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%S")
