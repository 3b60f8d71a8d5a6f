"""Records that changed since then, and what was written into their journals.

https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html

Pages by offset drift while records change. So a page begins behind the last record of the one before, by the time of
its change and its sys_id (keyset): first the rest of that second, then what is later, because ``^OR`` binds closer than
``^``. What changes meanwhile moves towards the end and is met there. Times are as they are stored, in UTC.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec

from commonline.connectors.servicenow.instance import moment, value
from commonline.connectors.servicenow.payload import Field
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 100
TASK_FIELDS = (
    "sys_id,number,sys_class_name,short_description,description,state,active,priority,category,assignment_group,"
    "assigned_to,opened_by,opened_at,caller_id,contact,account,consumer,requested_for,parent,contact_type,close_notes,"
    "sys_created_on,sys_created_by,sys_updated_on,sys_updated_by,sys_mod_count"
)
JOURNAL_FIELDS = "sys_id,element,element_id,name,value,sys_created_on,sys_created_by"


class _Version(msgspec.Struct):
    sys_id: Field = None
    sys_updated_on: Field = None
    sys_created_by: Field = None
    sys_updated_by: Field = None


class _Entry(msgspec.Struct):
    element_id: Field = None
    sys_created_by: Field = None


class _User(msgspec.Struct):
    sys_id: str
    user_name: str
    name: str | None = None
    email: str | None = None


class _Result(msgspec.Struct):
    result: list[msgspec.Raw]


class _Users(msgspec.Struct):
    result: list[_User]


_RESULT = msgspec.json.Decoder(_Result)
_USERS = msgspec.json.Decoder(_Users)
_VERSION = msgspec.json.Decoder(_Version)
_ENTRY = msgspec.json.Decoder(_Entry)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all tables that the setting `tables` names; a position each."""
    table_api = _Tables(context)
    places: dict[str, Any] = dict(cursor or {})
    for table in context.settings["tables"]:
        changes = Changes(context, places.get(table), OVERLAP_US)
        async for records in table_api.changed(table, changes.since):
            fresh = [raw for raw in records if _is_news(changes, _VERSION.decode(raw))]
            items = await table_api.items(table, fresh, changes.since)
            places[table] = changes.cursor()
            yield Page(items, dict(places))


class _Tables:
    """The Table API, with the names of users that were asked for in this round."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        secret, user = credential(context, "password"), str(settings.get("user") or "")
        basic = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
        base = str(settings.get("api_url") or f"https://{settings['instance']}")
        self.api = Api(context, "servicenow", base, {"Authorization": basic if user else f"Bearer {secret}"})
        self.users: dict[str, dict[str, str | None]] = {}

    async def changed(self, table: str, since: int) -> AsyncIterator[list[msgspec.Raw]]:
        """Pages of records, in the order of their change."""
        at, within = _told(since), f"sys_updated_on>={_told(since)}"
        while True:
            listed = await self._list(table, f"{within}^ORDERBYsys_updated_on^ORDERBYsys_id", TASK_FIELDS)
            yield listed
            if len(listed) == PAGE:
                version = _VERSION.decode(listed[-1])
                at = value(version.sys_updated_on) or at
                within = f"sys_updated_on={at}^sys_id>{value(version.sys_id)}"
            elif within.startswith("sys_updated_on="):
                within = f"sys_updated_on>{at}"
            else:
                return

    async def items(self, table: str, records: list[msgspec.Raw], since: int) -> list[Item]:
        """Records with what was written into their journals since then, and the people who are named in them."""
        versions = [_VERSION.decode(raw) for raw in records]
        journals = await self._journals([value(one.sys_id) or "" for one in versions], since)
        entries = [_ENTRY.decode(raw) for raw in journals]
        names = {value(one.sys_created_by) for one in entries}
        names |= {value(name) for one in versions for name in (one.sys_created_by, one.sys_updated_by)}
        await self._know(name for name in names if name)
        found: list[Item] = []
        for raw, version in zip(records, versions, strict=True):
            number = value(version.sys_id) or ""
            said = [(text, one) for text, one in zip(journals, entries, strict=True) if value(one.element_id) == number]
            named = {value(one.sys_created_by) for _, one in said} | {value(version.sys_created_by)}
            named.add(value(version.sys_updated_by))
            users = {name: self.users[name] for name in named if name in self.users}
            told = {"table": table, "task": raw, "journal": [text for text, _ in said], "users": users}
            path = f"GET /api/now/table/{table}/{number}"
            vendor_id = f"{table}/{number}/{value(version.sys_updated_on)}"
            found.append(Item(msgspec.json.encode(told), request=path, vendor_id=vendor_id))
        return found

    async def _journals(self, records: list[str], since: int) -> list[msgspec.Raw]:
        if not records:
            return []
        within = f"element_idIN{','.join(records)}^elementINcomments,work_notes^sys_created_on>={_told(since)}"
        found: list[msgspec.Raw] = []
        while True:
            query = f"{within}^ORDERBYsys_created_on^ORDERBYsys_id"
            listed = await self._list("sys_journal_field", query, JOURNAL_FIELDS, offset=len(found))
            found += listed
            if len(listed) < PAGE:
                return found

    async def _know(self, names: Iterable[str]) -> None:
        """Ask for users who are not known yet; those who are not found stay known by their user name."""
        unknown = sorted({name for name in names if name not in self.users and "," not in name and "^" not in name})
        for begin in range(0, len(unknown), PAGE):
            some = unknown[begin : begin + PAGE]
            query = {"sysparm_query": f"user_nameIN{','.join(some)}", "sysparm_limit": str(PAGE)}
            query |= {"sysparm_fields": "sys_id,user_name,name,email", "sysparm_exclude_reference_link": "true"}
            answer = await self.api.get("/api/now/table/sys_user", query)
            for one in answer.decode(_USERS).result if answer is not None else []:
                self.users[one.user_name] = {"sys_id": one.sys_id, "name": one.name, "email": one.email}

    async def _list(self, table: str, query: str, fields: str, offset: int = 0) -> list[msgspec.Raw]:
        asked = {"sysparm_query": query, "sysparm_fields": fields, "sysparm_limit": str(PAGE)}
        asked |= {"sysparm_display_value": "all", "sysparm_exclude_reference_link": "true"}
        asked |= {"sysparm_suppress_pagination_header": "true", "sysparm_offset": str(offset)}
        answer = await self.api.get(f"/api/now/table/{table}", asked)
        if answer is None:
            raise ConfigurationError(f"tables: this instance has no table {table}, or the user may not read it")
        return answer.decode(_RESULT).result


def _is_news(changes: Changes, version: _Version) -> bool:
    return changes.is_news(value(version.sys_id) or "", moment(version.sys_updated_on))


def _told(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%d %H:%M:%S")
