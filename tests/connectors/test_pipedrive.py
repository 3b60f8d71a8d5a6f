"""Pipedrive beyond its fixtures: the password of the webhook, and records by both paths."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import encode_basic_auth, web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.pipedrive import source
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

FIXTURES = Path(source.__file__).parent / "fixtures"
TOKEN = "0123456789abcdef"


def moment(at: int, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    return times.from_micros(at).strftime(form)


class Pipedrive:
    """Lists of both versions: by cursor in the order of change, and by start with the newest first."""

    def __init__(self) -> None:
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.page = 2

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/v2/{kind}", self.ascending)
        app.router.add_get("/api/v1/{kind}", self.descending)
        return app

    def _gate(self, request: web.Request) -> list[dict[str, Any]]:
        self.asked.append(request.path_qs)
        if request.headers.get("x-api-token") != TOKEN:
            raise web.HTTPUnauthorized
        if request.match_info["kind"] not in self.records:
            raise web.HTTPNotFound
        found = self.records[request.match_info["kind"]]
        return sorted(found, key=lambda one: times.parse(one["update_time"]) or 0)

    async def ascending(self, request: web.Request) -> web.Response:
        found = self._gate(request)
        assert (request.query["sort_by"], request.query["sort_direction"]) == ("update_time", "asc")
        since = times.parse(request.query["updated_since"]) or 0
        found = [one for one in found if (times.parse(one["update_time"]) or 0) >= since]
        begin = int(request.query.get("cursor", 0))
        more = str(begin + self.page) if begin + self.page < len(found) else None
        page = found[begin : begin + self.page]
        return web.json_response({"success": True, "data": page, "additional_data": {"next_cursor": more}})

    async def descending(self, request: web.Request) -> web.Response:
        found = self._gate(request)[::-1]
        assert request.query["sort"] == "update_time DESC"
        begin = int(request.query["start"])
        more = begin + self.page < len(found)
        paging = {"start": begin, "more_items_in_collection": more, "next_start": begin + self.page if more else None}
        page = found[begin : begin + self.page] or None
        return web.json_response({"success": True, "data": page, "additional_data": {"pagination": paging}})


@pytest.fixture
async def pipedrive() -> AsyncIterator[tuple[Pipedrive, Polled]]:
    vendor = Pipedrive()
    async with serving(vendor.app()) as url:
        token = ResolvedSecret((TOKEN,))
        settings = {"api_token": token, "company_id": "4711", "host": "", "api_url": url, "polled": ["deals", "notes"]}
        yield vendor, Polled("pipedrive", settings)


def deal(number: int, at: int, created: int | None = None) -> dict[str, Any]:
    told = {"id": number, "title": f"Deal {number}", "status": "open", "visible_to": "3"}
    return {**told, "add_time": moment(created or at), "update_time": moment(at)}


def note(number: int, at: int) -> dict[str, Any]:
    form = "%Y-%m-%d %H:%M:%S"
    told = {"id": number, "content": f"<p>note {number}</p>", "deal_id": 1, "user_id": 801}
    return {**told, "add_time": moment(at, form), "update_time": moment(at, form)}


async def test_lists_of_both_orders_oldest_first_and_once(pipedrive: tuple[Pipedrive, Polled]) -> None:
    vendor, polled = pipedrive
    vendor.records["deals"] = [deal(n, NOW - (50 - 5 * n) * MINUTE) for n in range(5)]
    vendor.records["notes"] = [note(n, NOW - (80 - 10 * n) * MINUTE) for n in range(7)]
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [one.object.title for one in found if one.object.type == "Deal"] == [f"Deal {n}" for n in range(5)]
    assert [one.object.text for one in found if one.object.type == "Note"] == [f"note {n}" for n in range(2, 7)]
    assert {one.visibility for one in found} == {"internal"}
    assert (await polled.round(cursor))[0] == []
    vendor.records["deals"][0]["update_time"] = moment(NOW)
    vendor.records["notes"].append(note(9, NOW))
    items, _ = await polled.round(cursor)
    assert [(one.type, one.event) for one in polled.mapped(items)] == [
        ("Update", "deal.snapshot"),
        ("Create", "note.snapshot"),
    ]
    assert TOKEN not in repr(items)


async def test_both_paths_tell_the_same_facts(pipedrive: tuple[Pipedrive, Polled]) -> None:
    vendor, polled = pipedrive
    bodies = [(FIXTURES / f"{name}.json").read_bytes() for name in ("deal__created", "note__created")]
    vendor.records = {"deals": [json.loads(bodies[0])["data"]], "notes": [json.loads(bodies[1])["data"]]}
    polled.since = 0
    items, _ = await polled.round()
    live = [activity.id for body in bodies for activity in posted("pipedrive", body)]
    assert [activity.id for activity in polled.mapped(items)] == live


async def test_an_edit_has_the_version_that_the_list_tells(pipedrive: tuple[Pipedrive, Polled]) -> None:
    vendor, polled = pipedrive
    body = (FIXTURES / "deal__won.json").read_bytes()
    vendor.records = {"deals": [json.loads(body)["data"]], "notes": []}
    polled.since = 0
    items, _ = await polled.round()
    (live,) = posted("pipedrive", body)
    (listed,) = polled.mapped(items)
    assert live.object.version == listed.object.version == str(1772449200 * SECOND)
    assert listed.event.endswith("snapshot"), "unify drops it where the version is known"


async def test_what_only_a_person_can_mend(pipedrive: tuple[Pipedrive, Polled]) -> None:
    _, polled = pipedrive
    with pytest.raises(ConfigurationError, match="deals"):
        await polled.round()
    polled.settings["api_url"] = ""
    with pytest.raises(ConfigurationError, match="host is missing"):
        await polled.round()


def test_the_password_as_another_client_writes_it() -> None:
    webhook = catalogue.manifest("pipedrive").webhook
    assert webhook is not None
    secret = "pipe:kettle:drüben"

    def call(header: str) -> Request:
        url = "https://acme.example/in/crm"
        return Request("POST", "/in/crm", url, {"authorization": header} if header else {}, b"{}")

    good = encode_basic_auth("pipe", "kettle:drüben", "utf-8")
    assert authenticate(webhook, lambda _: (secret,), call(good), NOW) == "token"
    wrong = "Basic " + base64.b64encode(b"pipe:other").decode()
    for header in ("", wrong, good.replace("Basic", "Bearer"), "Basic ***"):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: (secret,), call(header), NOW)
