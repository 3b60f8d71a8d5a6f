"""The first path, in truth: tickets that changed since then, with their replies and notes. Webhooks only are quicker.

https://developers.freshdesk.com/api/#list_all_tickets
https://developers.freshdesk.com/api/#list_all_ticket_notes

The list ends at page 300, so it is begun anew there from the last change that was seen. Deleted tickets stand in a list
of their own, newest first.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from commonline.connectors.freshdesk.payload import Id
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Answer, Api, credential
from commonline.kit.changes import Changes
from commonline.kit.parts import fresh, with_parts
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 100
LAST_PAGE = 300
TICKETS = "/api/v2/tickets"
LIVE, DELETED = "tickets", "deleted"


class _Version(msgspec.Struct):
    id: Id
    updated_at: str | None = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_VERSION = msgspec.json.Decoder(_Version)
_TICKET = msgspec.json.Decoder(dict[str, msgspec.Raw])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round: changed tickets in the order of their change, then deleted ones."""
    key = base64.b64encode(f"{credential(context, 'api_key')}:X".encode()).decode()
    base = str(context.settings.get("api_url") or f"https://{context.settings['domain']}")
    api = Api(context, "freshdesk", base, {"Authorization": f"Basic {key}"})
    places: dict[str, Any] = dict(cursor or {})
    changes = Changes(context, places.get(LIVE), OVERLAP_US)
    async for items in _changed(api, changes):
        places[LIVE] = changes.cursor()
        yield Page(items, dict(places))
    changes = Changes(context, places.get(DELETED), OVERLAP_US)
    items = await _deleted(api, changes)
    places[DELETED] = changes.cursor()
    yield Page(items, places)


async def _changed(api: Api, changes: Changes) -> AsyncIterator[list[Item]]:
    since, begin, last, page = changes.since, changes.since, changes.since, 1
    while True:
        moment = times.from_micros(begin).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = {"updated_since": moment, "order_by": "updated_at", "order_type": "asc", "page": str(page)}
        listed = _listed(await api.get(TICKETS, {**query, "per_page": str(PAGE), "include": "description,requester"}))
        items = []
        for raw in listed:
            version = _VERSION.decode(raw)
            updated = times.parse(version.updated_at)
            if changes.is_news(str(version.id), updated):
                items.append(await _item(api, raw, version, since))
            last = updated or last
        yield items
        if len(listed) < PAGE:
            return
        begin, page = (begin, page + 1) if page < LAST_PAGE else (last, 1)


async def _item(api: Api, raw: msgspec.Raw, version: _Version, since: int) -> Item:
    """A ticket with those of its replies and notes that are not older than the round."""
    said: list[msgspec.Raw] = []
    path = f"{TICKETS}/{version.id}"
    page = 1
    while True:
        answer = await api.get(f"{path}/conversations", {"page": str(page), "per_page": str(PAGE)})
        listed = answer.decode(_LIST) if answer is not None else []
        said += fresh(listed, since)
        if len(listed) < PAGE:
            break
        page += 1
    vendor_id = f"ticket/{version.id}/{version.updated_at}"
    return Item(with_parts(raw, "conversations", said, path), request=f"GET {path}", vendor_id=vendor_id)


async def _deleted(api: Api, changes: Changes) -> list[Item]:
    found: list[Item] = []
    page = 1
    while True:
        query = {"filter": "deleted", "order_by": "updated_at", "order_type": "desc", "page": str(page)}
        listed = _listed(await api.get(TICKETS, {**query, "per_page": str(PAGE)}))
        oldest = changes.since
        for raw in listed:
            version = _VERSION.decode(raw)
            oldest = times.parse(version.updated_at) or oldest
            if changes.is_news(str(version.id), times.parse(version.updated_at)):
                body = msgspec.json.encode({**_TICKET.decode(raw), "deleted": True})
                vendor_id = f"deleted/{version.id}/{version.updated_at}"
                found.append(Item(body, request=f"GET {TICKETS}/{version.id}", vendor_id=vendor_id))
        if len(listed) < PAGE or oldest < changes.since or page == LAST_PAGE:
            return found[::-1]
        page += 1


def _listed(answer: Answer | None) -> list[msgspec.Raw]:
    if answer is None:
        raise ConfigurationError("domain: Freshdesk has no tickets there")
    return answer.decode(_LIST)
