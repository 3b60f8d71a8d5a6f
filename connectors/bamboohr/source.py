"""Who changed since then, and each of them: a webhook says only that something changed.

https://documentation.bamboohr.com/reference/get-changed-employee-ids
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import msgspec

from commonline.connectors.bamboohr.mapping import ACTION, CHANGED
from commonline.connectors.bamboohr.payload import ASKED, CHANGES, Change
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 60 * times.SECOND
PAGE = 50


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round: everybody who changed, the longest ago first."""
    key = base64.b64encode(f"{credential(context, 'api_key')}:x".encode()).decode()
    company = context.settings["company"]
    api = Api(
        context, "bamboohr", f"{str(context.settings['url']).rstrip('/')}/{company}", {"Authorization": f"Basic {key}"}
    )
    place = Changes(context, cursor, OVERLAP_US)
    items: list[Item] = []
    for change in await _changed(api, place.since):
        if not place.is_news(change.id, times.parse(change.changed)):
            continue
        items.append(await _employee(api, change))
        if len(items) >= PAGE:
            yield Page(items, place.cursor())
            items = []
    yield Page(items, place.cursor())


async def _changed(api: Api, since: int) -> list[Change]:
    begin = times.from_micros(since).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = await api.get("/v1/employees/changed", {"since": begin})
    if answer is None:
        raise ConfigurationError("company: BambooHR does not know it; write the subdomain, acme of acme.bamboohr.com")
    told = answer.decode(CHANGES).employees
    found = list(told.values()) if isinstance(told, dict) else told
    return sorted(found, key=lambda one: one.changed)


async def _employee(api: Api, change: Change) -> Item:
    """The employee; of one who is gone, or may not be read, only that."""
    path = f"/v1/employees/{change.id}"
    answer = None if change.action.lower() == "deleted" else await api.get(path, {"fields": ASKED})
    body = answer.body if answer is not None else msgspec.json.encode({"id": change.id})
    return Item(body, request=f"GET {path}", headers={ACTION: change.action, CHANGED: change.changed})
