"""The second path: Stripe's own list of its events, which goes back thirty days.

https://docs.stripe.com/api/events/list

The list comes newest first, so it is asked for in slices of time, each read to its end and kept from its oldest event
on. Events are those that the webhook sends, byte for byte but for spaces.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 300 * times.SECOND
SLICE_S = 6 * 3600
PAGE = 100


class _Event(msgspec.Struct):
    id: str
    created: int


class _List(msgspec.Struct):
    data: list[msgspec.Raw]
    has_more: bool = False


_LIST = msgspec.json.Decoder(_List)
_EVENT = msgspec.json.Decoder(_Event)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round, up to now. A key of a platform may read the events of one connected account."""
    headers = {"Authorization": f"Bearer {credential(context, 'api_key')}"}
    if connected := str(context.settings.get("account") or ""):
        headers["Stripe-Account"] = connected
    api = Api(context, "stripe", str(context.settings["api_url"]), headers)
    changes = Changes(context, cursor, OVERLAP_US)
    begin, now = changes.since // times.SECOND, context.clock() // times.SECOND
    while True:
        end = begin + SLICE_S
        span = {"created[gte]": str(begin), **({"created[lt]": str(end)} if end <= now else {})}
        found = await _slice(api, span)
        items = [
            Item(bytes(raw), request="GET /v1/events", vendor_id=event.id)
            for event, raw in reversed(found)
            if changes.is_news(event.id, times.parse(event.created))
        ]
        changes.reached(min(end * times.SECOND, context.clock() - OVERLAP_US))
        yield Page(items, changes.cursor())
        if end > now:
            return
        begin = end


async def _slice(api: Api, span: dict[str, str]) -> list[tuple[_Event, msgspec.Raw]]:
    """The events of a span of time, newest first."""
    found: list[tuple[_Event, msgspec.Raw]] = []
    query = {**span, "limit": str(PAGE)}
    while True:
        answer = await api.get("/v1/events", query)
        if answer is None:
            raise ConfigurationError("api_url: Stripe has no events there")
        page = answer.decode(_LIST)
        found += [(_EVENT.decode(raw), raw) for raw in page.data]
        if not page.has_more or not page.data:
            return found
        query["starting_after"] = found[-1][0].id
