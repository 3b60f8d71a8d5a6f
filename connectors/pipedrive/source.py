"""The second path: records that changed since then, as the API lists them.

https://developers.pipedrive.com/docs/api/v1/Deals#getDeals
Deals, people, organisations and activities come in the order of their change (API version 2). Notes and leads come
newest first (version 1): they are read down to those that are known, and kept from the oldest on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from commonline.connectors.pipedrive.payload import Id
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Answer, Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 100
SECOND_VERSION = frozenset({"deals", "persons", "organizations", "activities"})


class _Version(msgspec.Struct):
    id: Id
    update_time: str | None = None


class _Pagination(msgspec.Struct):
    more_items_in_collection: bool = False
    next_start: int | None = None


class _More(msgspec.Struct):
    next_cursor: str | None = None
    pagination: _Pagination | None = None


class _List(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    additional_data: _More | None = None


_LIST = msgspec.json.Decoder(_List)
_VERSION = msgspec.json.Decoder(_Version)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all kinds of records that the setting `polled` names; a position each."""
    headers = {"x-api-token": credential(context, "api_token")}
    api = Api(context, "pipedrive", _base(context), headers)
    places: dict[str, Any] = dict(cursor or {})
    for kind in context.settings["polled"]:
        changes = Changes(context, places.get(kind), OVERLAP_US)
        pages = _ascending(api, kind, changes) if kind in SECOND_VERSION else _descending(api, kind, changes)
        async for items in pages:
            places[kind] = changes.cursor()
            yield Page(items, dict(places))


def _base(context: Context) -> str:
    told = str(context.settings.get("api_url") or "")
    host = str(context.settings.get("host") or "")
    if not told and not host:
        raise ConfigurationError("host is missing: the company's address at Pipedrive, acme.pipedrive.com")
    return told or f"https://{host}"


async def _ascending(api: Api, kind: str, changes: Changes) -> AsyncIterator[list[Item]]:
    moment = times.from_micros(changes.since).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"updated_since": moment, "sort_by": "update_time", "sort_direction": "asc", "limit": str(PAGE)}
    while True:
        answer = _listed(await api.get(f"/api/v2/{kind}", query), kind)
        yield [item for raw in answer.data or [] if (item := _item(f"/api/v2/{kind}", kind, raw, changes)) is not None]
        following = answer.additional_data.next_cursor if answer.additional_data else None
        if not following:
            return
        query["cursor"] = following


async def _descending(api: Api, kind: str, changes: Changes) -> AsyncIterator[list[Item]]:
    found: list[Item] = []
    query = {"sort": "update_time DESC", "limit": str(PAGE), "start": "0"}
    while True:
        answer = _listed(await api.get(f"/api/v1/{kind}", query), kind)
        listed = answer.data or []
        found += [item for raw in listed if (item := _item(f"/api/v1/{kind}", kind, raw, changes)) is not None]
        oldest = min((times.parse(_VERSION.decode(raw).update_time) or 0 for raw in listed), default=0)
        paging = answer.additional_data.pagination if answer.additional_data else None
        if oldest < changes.since or paging is None or not paging.more_items_in_collection:
            yield found[::-1]
            return
        query["start"] = str(paging.next_start or int(query["start"]) + PAGE)


def _listed(answer: Answer | None, kind: str) -> _List:
    if answer is None:
        raise ConfigurationError(f"polled: Pipedrive has no {kind} at this address; check host")
    return answer.decode(_LIST)


def _item(path: str, kind: str, raw: msgspec.Raw, changes: Changes) -> Item | None:
    version = _VERSION.decode(raw)
    if not changes.is_news(str(version.id), times.parse(version.update_time)):
        return None
    return Item(bytes(raw), request=f"GET {path}", vendor_id=f"{kind}/{version.id}/{version.update_time}")
