"""ServiceNow beyond its fixtures: paging by key while records change, journals, names of users."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.servicenow import source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import times

USER, PASSWORD = "commonline.integration", "s3cret-word"


def moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%d %H:%M:%S")


class ServiceNow:
    """The Table API as far as it is used: conditions joined by ``^``, two orders, a limit and an offset."""

    def __init__(self) -> None:
        self.tables: dict[str, list[dict[str, str]]] = {"incident": [], "sys_journal_field": [], "sys_user": []}
        self.queries: list[str] = []
        self.failing = False
        self.after: dict[int, dict[str, str]] = {}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/now/table/{table}", self.listed)
        return app

    async def listed(self, request: web.Request) -> web.Response:
        if self.failing:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "44"})
        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {basic}":
            raise web.HTTPUnauthorized
        table, query = request.match_info["table"], request.query
        if table not in self.tables:
            raise web.HTTPNotFound
        self.queries.append(f"{table}?{query['sysparm_query']}")
        conditions = [one for one in query["sysparm_query"].split("^") if not one.startswith("ORDERBY")]
        orders = [one[7:] for one in query["sysparm_query"].split("^") if one.startswith("ORDERBY")]
        found = [one for one in self.tables[table] if all(_holds(one, condition) for condition in conditions)]
        found.sort(key=lambda one: [one[name] for name in orders])
        begin, limit = int(query.get("sysparm_offset", 0)), int(query["sysparm_limit"])
        page: list[Any] = found[begin : begin + limit]
        if query.get("sysparm_display_value") == "all":
            page = [{key: {"value": text, "display_value": text.title()} for key, text in one.items()} for one in page]
        if (moved := self.after.pop(len(self.queries), None)) is not None:
            self.tables["incident"][0] |= moved
        return web.json_response({"result": page})


def _holds(one: dict[str, str], condition: str) -> bool:
    assert "^OR" not in condition
    for sign in (">=", ">", "=", "IN"):
        name, found, value = condition.partition(sign)
        if found:
            told = one[name]
            return {">=": told >= value, ">": told > value, "=": told == value, "IN": told in value.split(",")}[sign]
    raise AssertionError(condition)


@pytest.fixture
async def servicenow() -> AsyncIterator[tuple[ServiceNow, Polled]]:
    vendor = ServiceNow()
    async with serving(vendor.app()) as url:
        settings = {"password": ResolvedSecret((PASSWORD,)), "user": USER, "instance": "acme.service-now.com"}
        yield vendor, Polled("servicenow", {**settings, "tables": ["incident"], "api_url": url})


def incident(number: int, at: int, created: int | None = None) -> dict[str, str]:
    told = {"sys_id": f"{number:032x}", "number": f"INC{number}", "short_description": f"Incident {number}"}
    told |= {"state": "new", "active": "true", "caller_id": "c1", "sys_created_by": "ana.lima"}
    return {**told, "sys_created_on": moment(created or at), "sys_updated_on": moment(at), "sys_updated_by": "mia.berg"}


def journal(number: int, record: int, at: int, element: str = "comments", by: str = "mia.berg") -> dict[str, str]:
    told = {"sys_id": f"{number:032x}", "element_id": f"{record:032x}", "element": element, "name": "incident"}
    return {**told, "value": f"entry {number}", "sys_created_on": moment(at), "sys_created_by": by}


async def test_records_with_their_new_journal_and_the_people_in_it(servicenow: tuple[ServiceNow, Polled]) -> None:
    vendor, polled = servicenow
    vendor.tables["incident"] = [incident(1, NOW - 20 * MINUTE, NOW - 300 * MINUTE), incident(2, NOW - 90 * MINUTE)]
    vendor.tables["sys_journal_field"] = [
        journal(10, 1, NOW - 290 * MINUTE),
        journal(11, 1, NOW - 20 * MINUTE),
        journal(12, 1, NOW - 20 * MINUTE, "work_notes", "gone.user"),
        journal(13, 2, NOW - 20 * MINUTE),
    ]
    person = {"sys_id": "c9", "user_name": "mia.berg", "name": "Mia Berg", "email": "mia@acme.example"}
    vendor.tables["sys_user"] = [person]
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [(one.object.title or one.object.text, one.type, one.visibility) for one in found] == [
        ("Incident 1", "Create", "customer"),
        ("Incident 1", "Update", "customer"),
        ("entry 11", "Create", "customer"),
        ("entry 12", "Create", "internal"),
    ]
    actors = [one.actor.account.rpartition(":")[2] for one in found[1:] if one.actor and one.actor.account]
    place = "acme.service-now.com"
    assert actors == [f"{place}/user/c9", f"{place}/user/c9", f"{place}/user_name/gone.user"]
    assert (await polled.round(cursor))[0] == []
    assert PASSWORD not in repr(items)


async def test_paging_by_key_loses_nothing_while_records_change(
    servicenow: tuple[ServiceNow, Polled], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, polled = servicenow
    monkeypatch.setattr(source, "PAGE", 3)
    same = NOW - 30 * MINUTE
    vendor.tables["incident"] = [incident(n, same if n < 8 else same + n * SECOND) for n in range(12)]
    vendor.after = {1: {"sys_updated_on": moment(NOW - MINUTE)}}
    items, _ = await polled.round()
    seen = [json.loads(item.body)["task"]["number"]["value"] for item in items]
    assert sorted(set(seen)) == sorted(f"INC{n}" for n in range(12))
    assert seen.count("INC0") == 2, "it changed while it was read"
    assert len(seen) == 13


async def test_history_has_the_ids_of_the_poll(servicenow: tuple[ServiceNow, Polled]) -> None:
    vendor, polled = servicenow
    vendor.tables["incident"] = [incident(1, NOW - 20 * MINUTE)]
    vendor.tables["sys_journal_field"] = [journal(10, 1, NOW - 20 * MINUTE)]
    live, _ = await polled.round()
    polled.since, polled.mode = NOW - 600 * MINUTE, "backfill"
    history, _ = await polled.round()
    assert [one.id for one in polled.mapped(history)] == [one.id for one in polled.mapped(live)]


async def test_patience_a_wrong_table_a_wrong_password(servicenow: tuple[ServiceNow, Polled]) -> None:
    vendor, polled = servicenow
    polled.settings["tables"] = ["kettle"]
    with pytest.raises(ConfigurationError, match="no table kettle"):
        await polled.round()
    polled.settings |= {"tables": ["incident"], "password": ResolvedSecret(("other",))}
    with pytest.raises(AuthenticationError):
        await polled.round()
    vendor.failing = True
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 44
