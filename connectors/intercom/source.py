"""The second path: conversations and tickets that changed, each with the parts that are new.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations/searchconversations
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/tickets/searchtickets

The search tells which changed, by whole seconds; the object itself has to be asked for. Intercom gives the newest 500
parts of a conversation; those that are older than the round are left out of what is kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.connectors.intercom.payload import Id, Moment
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.api import Answer, Api, credential
from commonline.kit.changes import Changes
from commonline.kit.parts import fresh
from commonline.kit.source import Context, Cursor, Item, Page

VERSION = "2.14"
OVERLAP_US = 120 * times.SECOND
"""The search index is a little behind."""
PAGE = 50
PARTS = {"conversations": "conversation_parts", "tickets": "ticket_parts"}


class _Version(msgspec.Struct):
    id: Id = None
    updated_at: Moment = None


class _Next(msgspec.Struct):
    starting_after: str | None = None


class _Pages(msgspec.Struct):
    next: _Next | None = None


class _Found(msgspec.Struct):
    conversations: list[_Version] | None = None
    tickets: list[_Version] | None = None
    pages: _Pages | None = None


_FOUND = msgspec.json.Decoder(_Found)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PARTS = msgspec.json.Decoder(list[msgspec.Raw])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over conversations and tickets, in the order in which they changed."""
    headers = {"Authorization": f"Bearer {credential(context, 'access_token')}", "Intercom-Version": VERSION}
    api = Api(context, "intercom", str(context.settings["api_url"]), headers)
    places: dict[str, Any] = dict(cursor or {})
    for kind in context.settings["polled"]:
        changes = Changes(context, places.get(kind), OVERLAP_US)
        async for items in _changed(api, kind, changes):
            places[kind] = changes.cursor()
            yield Page(items, dict(places))


async def _changed(api: Api, kind: str, changes: Changes) -> AsyncIterator[list[Item]]:
    since = changes.since
    after: str | None = None
    while True:
        paging: dict[str, Any] = {"per_page": PAGE, **({"starting_after": after} if after else {})}
        question = {
            "query": {"field": "updated_at", "operator": ">", "value": since // times.SECOND - 1},
            "sort": {"field": "updated_at", "order": "ascending"},
            "pagination": paging,
        }
        answer = await api.post(f"/{kind}/search", question)
        found = answer.decode(_FOUND) if answer is not None else _Found()
        items: list[Item] = []
        for one in (found.conversations if kind == "conversations" else found.tickets) or []:
            if changes.is_news(str(one.id), times.parse(one.updated_at)):
                whole = await api.get(f"/{kind}/{quote(str(one.id), safe='')}")
                items += [_item(whole, kind, one, since)] if whole is not None else []
        yield items
        after = found.pages.next.starting_after if found.pages and found.pages.next else None
        if after is None:
            return


def _item(answer: Answer, kind: str, version: _Version, since: int) -> Item:
    """The object with those of its parts that are not older than the round."""
    whole = answer.decode(_OBJECT)
    name = PARTS[kind]
    try:
        if name in whole:
            held = _OBJECT.decode(whole[name])
            if name in held:
                held[name] = msgspec.Raw(msgspec.json.encode(fresh(_PARTS.decode(held[name]), since)))
                whole[name] = msgspec.Raw(msgspec.json.encode(held))
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(f"{answer.target}: {error}", name) from error
    vendor_id = f"{kind}/{version.id}/{version.updated_at}"
    return Item(msgspec.json.encode(whole), request=f"GET {answer.target}", vendor_id=vendor_id)
