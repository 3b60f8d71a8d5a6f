"""Change tracking of tables: the first round reads a table through, every later one what changed since.

https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import msgspec

from commonline.connectors.dynamics.mapping import TABLE
from commonline.connectors.dynamics.payload import date
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit.api import Answer, Api, credential
from commonline.kit.source import Context, Cursor, Item, Page

DATA = "/api/data/v9.2"
LOGICAL = {"opportunities": "opportunity"}
"""Sets whose table is not the set's name without its s."""
_SET = re.compile(r"[a-z][a-z0-9_]{1,99}\Z", re.ASCII)


class _Token(msgspec.Struct):
    access_token: str


class _Rows(msgspec.Struct):
    value: list[msgspec.Raw]
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class _Dates(msgspec.Struct):
    modified: str | None = msgspec.field(name="modifiedon", default=None)


_TOKEN = msgspec.json.Decoder(_Token)
_ROWS = msgspec.json.Decoder(_Rows)
_DATES = msgspec.json.Decoder(_Dates)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all tables. Begun without a time, the first round only finds where a table stands."""
    api = await _login(context)
    links: dict[str, str] = dict((cursor or {}).get("deltas", {}))
    since = context.since_us if context.since_us is not None else context.clock()
    for table in context.settings["tables"]:
        if not _SET.match(table):
            raise ConfigurationError(f"tables: {table!r} is no name of a set; write incidents, contacts …")
        known = links.get(table)
        target: str | None = known or f"{DATA}/{table}"
        while target:
            rows = await _page(api, table, target)
            logical = LOGICAL.get(table, table.removesuffix("s"))
            items = [_item(bytes(one), table, logical) for one in rows.value if known or _is_wanted(one, since)]
            if rows.delta:
                links[table] = rows.delta
            yield Page(items, {"deltas": dict(links)} if rows.delta else None)
            target = rows.next


async def _page(api: Api, table: str, target: str) -> _Rows:
    wanted = 'odata.track-changes,odata.maxpagesize=500,odata.include-annotations="*"'
    answer = await api.get(target, None, Prefer=wanted)
    if answer is None:
        raise ConfigurationError(f"tables: {table} does not exist, or change tracking is not switched on for it")
    return answer.decode(_ROWS)


def _is_wanted(row: msgspec.Raw, since: int) -> bool:
    modified = date(_DATES.decode(row).modified)
    return modified is None or modified >= since


def _item(body: bytes, table: str, logical: str) -> Item:
    return Item(body, request=f"GET {DATA}/{table}", headers={TABLE: logical})


async def _login(context: Context) -> Api:
    """By client credentials. Raises `AuthenticationError` and `ConfigurationError`."""
    base, tenant = str(context.settings["url"]).rstrip("/"), str(context.settings["tenant"])
    if not base or not tenant:
        raise ConfigurationError("url and tenant are missing; change tracking is asked with them")
    form = {"grant_type": "client_credentials", "client_id": str(context.settings["client_id"])}
    form |= {"client_secret": credential(context, "client_secret"), "scope": f"{base}/.default"}
    asking = Api(context, "dynamics", str(context.settings["login_url"]), {})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/{quote(tenant, safe='')}/oauth2/v2.0/token"
    answer: Answer | None
    try:
        answer = await asking.call("POST", path, urlencode(form).encode(), headers=kind)
    except ConfigurationError as error:
        raise AuthenticationError(f"client_id, client_secret, tenant: {error}") from error
    if answer is None:
        raise ConfigurationError("tenant: is not known")
    token = answer.decode(_TOKEN).access_token
    return Api(context, "dynamics", base, {"Authorization": f"Bearer {token}", "OData-Version": "4.0"})
