"""Salesforce beyond its fixtures: its Bayeux and REST on a small real server, and the acknowledgement of messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from lxml import etree
from tests.connectors import called
from tests.connectors.polled import NOW, Polled, serving

from commonline.configuration.addresses import Address
from commonline.configuration.load import ResolvedSecret
from commonline.connectors.salesforce import mapping, source
from commonline.errors import AuthenticationError, DisconnectedError
from commonline.kit.ingress.handler import Ingress
from commonline.kit.ingress.limits import Limits
from commonline.kit.ingress.server import Listener, Server
from commonline.kit.source import Context, Cursor, Item
from commonline.metrics import Metrics
from commonline.schemas.records import Delivery

FIXTURES = Path(mapping.__file__).parent / "fixtures"
ORGANISATION = "00D5g000004XyzAEAS"
CASE = "5005g00000CaseAAAS"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


class Salesforce:
    """Salesforce: a token, a session, channels with what is kept of them, records."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.records: list[dict[str, Any]] = []
        self.subscribed: list[tuple[str, int]] = []
        self.queries: list[str] = []
        self.too_old = False
        self.waiting: list[dict[str, Any]] = []

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["client_secret"] != "kettle":
            return web.json_response({"error": "invalid_client"}, status=400)
        return web.json_response({"access_token": "T", "id": f"https://login.example/id/{ORGANISATION}/005x"})

    async def cometd(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer T"
        (sent,) = await request.json()
        channel = sent["channel"]
        if channel == "/meta/handshake":
            return web.json_response(
                [{"channel": channel, "successful": True, "clientId": "C", "ext": {"replay": True}}]
            )
        assert sent["clientId"] == "C"
        if channel == "/meta/subscribe":
            return web.json_response([self.subscribe(sent)])
        told = [{"channel": "/data/ChangeEvents", "data": one} for one in self.waiting]
        last = {"channel": channel, "successful": bool(told), "clientId": "C"}
        if not told:
            last |= {"error": "402::Unknown client", "advice": {"reconnect": "handshake"}}
        self.waiting = []
        return web.json_response([*told, last])

    def subscribe(self, sent: dict[str, Any]) -> dict[str, Any]:
        ((name, replay),) = sent["ext"]["replay"].items()
        self.subscribed.append((name, replay))
        if self.too_old and replay > 0:
            return {
                "channel": "/meta/subscribe",
                "successful": False,
                "error": f"400::The replayId {{{replay}}} is old",
            }
        self.waiting = [] if replay == -1 else [one for one in self.kept if one["event"]["replayId"] > replay]
        return {"channel": "/meta/subscribe", "successful": True, "subscription": name}

    async def record(self, request: web.Request) -> web.Response:
        found = [one for one in self.records if one["Id"] == request.match_info["number"]]
        return web.json_response(found[0]) if found else web.Response(status=404)

    async def query(self, request: web.Request) -> web.Response:
        asked = request.query["q"]
        self.queries.append(asked)
        entity = asked.partition(" FROM ")[2].split()[0]
        found = [one for one in self.records if one["attributes"]["type"] == entity]
        page = int(request.query.get("page", "0"))
        told: dict[str, Any] = {"done": page + 1 >= len(found), "records": found[page : page + 1]}
        if page + 1 < len(found):
            told["nextRecordsUrl"] = str(request.rel_url.update_query(page=str(page + 1)))
        return web.json_response(told)


@pytest.fixture
async def salesforce() -> AsyncIterator[tuple[Salesforce, Polled]]:
    made = Salesforce()
    app = web.Application()
    app.router.add_post("/services/oauth2/token", made.token)
    app.router.add_post("/cometd/63.0", made.cometd)
    app.router.add_get("/services/data/v63.0/sobjects/{entity}/{number}", made.record)
    app.router.add_get("/services/data/v63.0/queryAll/", made.query)
    async with serving(app) as url:
        settings = {"url": url, "client_id": "I", "client_secret": ResolvedSecret(("kettle",))}
        settings |= {"channels": ["/data/ChangeEvents"], "entities": ["Case"], "organisation": "", "own_client": ""}
        yield made, Polled("salesforce", settings, since=None)


async def session(polled: Polled, cursor: Cursor | None = None) -> tuple[list[Item], Cursor | None]:
    """What one session reads until the server ends it."""
    items: list[Item] = []
    async with aiohttp.ClientSession() as http:
        context = Context("crm", "acme", polled.settings, http, since_us=polled.since)
        try:
            async for page in source.read(context, cursor):
                items += page.items
                cursor = json.loads(json.dumps(page.cursor))
        except DisconnectedError:
            return items, cursor
    pytest.fail("a stream ended by itself")


async def test_a_stream_goes_on_where_it_was_left(salesforce: tuple[Salesforce, Polled]) -> None:
    made, polled = salesforce
    made.kept = [fixture("change__case-created"), fixture("change__case-updated")]
    assert await session(polled) == ([], None), "begun without a place, it reads what is new"
    items, cursor = await session(polled, {"replays": {"/data/ChangeEvents": 1}})
    assert cursor == {"replays": {"/data/ChangeEvents": 2}}
    (fact,) = polled.mapped(items)
    assert (fact.type, fact.object.id) == ("Update", "salesforce:00D5g000004XyzA/Case/5005g00000CaseA")
    assert made.subscribed == [("/data/ChangeEvents", -1), ("/data/ChangeEvents", 1)]


async def test_a_place_that_is_too_old_begins_with_all_that_is_kept(salesforce: tuple[Salesforce, Polled]) -> None:
    made, polled = salesforce
    made.too_old, made.kept = True, [fixture("change__case-created")]
    items, _ = await session(polled, {"replays": {"/data/ChangeEvents": 99}})
    assert [replay for _, replay in made.subscribed] == [99, -2]
    assert len(items) == 1


async def test_behind_a_gap_the_record_is_read(salesforce: tuple[Salesforce, Polled]) -> None:
    made, polled = salesforce
    made.kept = [fixture("gap__update"), fixture("gap__create")]
    made.records = [fixture("record__case-later")]
    items, _ = await session(polled, {"replays": {"/data/ChangeEvents": 0}})
    told = [(fact.event, fact.object.text is not None) for fact in polled.mapped(items)]
    assert told == [("Case.gap_update", False), ("Case.snapshot", True), ("Lead.gap_create", False)]


async def test_behind_an_overflow_everything_of_its_kind_is_queried(salesforce: tuple[Salesforce, Polled]) -> None:
    made, polled = salesforce
    made.kept = [fixture("overflow__contacts")]
    contact = {"attributes": {"type": "Contact"}, "Id": "0035g00000ContBAAA", "LastName": "Berg"}
    made.records = [contact, {**contact, "Id": "0035g00000ContCAAA"}]
    items, _ = await session(polled, {"replays": {"/data/ChangeEvents": 0}})
    assert [fact.event for fact in polled.mapped(items)] == [
        "Contact.gap_overflow",
        "Contact.snapshot",
        "Contact.snapshot",
    ]
    assert "SystemModstamp >= 2026-05-04T08:25:33Z" in made.queries[0]


async def test_history_is_the_same_facts_as_the_events(salesforce: tuple[Salesforce, Polled]) -> None:
    made, polled = salesforce
    made.records = [fixture("record__case-created"), fixture("record__case-deleted")]
    polled.mode, polled.since = "backfill", NOW
    items, _ = await polled.round()
    created, deleted = polled.mapped(items)
    live = Polled("salesforce", {"organisation": ORGANISATION})
    event = Item(json.dumps(fixture("change__case-created")).encode(), transport="stream")
    assert live.mapped([event])[0].id == created.id
    assert deleted.type == "Delete"


async def test_a_wrong_secret_is_named(salesforce: tuple[Salesforce, Polled]) -> None:
    salesforce[1].settings["client_secret"] = ResolvedSecret(("other",))
    salesforce[1].mode = "backfill"
    with pytest.raises(AuthenticationError, match="client_id, client_secret"):
        await salesforce[1].round()


async def test_a_message_is_acknowledged_in_soap_when_it_is_kept() -> None:
    kept: list[Delivery] = []

    async def keep(delivery: Delivery) -> None:
        await asyncio.sleep(0)
        kept.append(delivery)

    ingress = Ingress(Limits(), Metrics())
    ingress.endpoints, ingress.keep = {"crm": called.source("salesforce", message_token="long-secret", url="")}, keep
    listener = Listener(Server(ingress), Address("127.0.0.1", 0))
    await listener.start()
    body = (FIXTURES / "message__two.xml").read_bytes()
    try:
        async with aiohttp.ClientSession() as http:
            for token, status in (("long-secret", 200), ("other", 401)):
                url = f"{listener.url}/in/crm?token={token}"
                async with http.post(url, data=body, headers={"Content-Type": "text/xml; charset=utf-8"}) as answer:
                    assert answer.status == status
                    told = await answer.read()
                    if status == 200:
                        assert answer.content_type == "text/xml"
                        ack = etree.fromstring(told).findtext(".//{http://soap.sforce.com/2005/09/outbound}Ack")
                        assert ack == "true"
    finally:
        await listener.stop()
    assert [one.request for one in kept] == ["POST /in/crm?token=***"]
