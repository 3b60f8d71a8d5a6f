"""HubSpot's second path, against a server that answers as its API does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.hubspot.source import OVERLAP_US, PAGE, read
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("hubspot")
TOKEN = "pat-eu1-secret"
PORTAL = "27145000"
NOW = 1_780_315_200_000_000
MINUTE = 60_000_000
THREADS = "/conversations/v3/conversations/threads"


def iso(micros: int) -> str:
    return times.from_micros(micros).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class HubSpot:
    """The parts of HubSpot's API that are used: paging, filters and sorting as documented."""

    def __init__(self) -> None:
        self.threads: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.originals: dict[str, str] = {}
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.failures: list[web.Response] = []
        self.page = 2
        self.url = ""

    def talk(self, thread: str, number: str, at: int, **fields: Any) -> None:
        told = {
            "id": number,
            "type": "MESSAGE",
            "conversationsThreadId": thread,
            "createdAt": iso(at),
            "createdBy": "V-351",
            "senders": [{"actorId": "V-351", "name": "Ana Ferreira"}],
            "recipients": [],
            "text": f"text of {number}",
            "attachments": [],
            "direction": "INCOMING",
            "channelId": "1000",
            "channelAccountId": "902",
            "truncationStatus": "NOT_TRUNCATED",
            "archived": False,
            **fields,
        }
        self.messages.setdefault(thread, []).append(told)
        one = self.threads.setdefault(thread, {"id": thread, "createdAt": iso(at), "status": "OPEN"})
        one["latestMessageTimestamp"] = iso(at)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.gate])
        app.router.add_get(THREADS, self.list_threads)
        app.router.add_get(THREADS + "/{thread}/messages", self.list_messages)
        app.router.add_get(THREADS + "/{thread}/messages/{message}/original-content", self.original)
        app.router.add_post("/crm/v3/objects/{kind}/search", self.search)
        return app

    @web.middleware
    async def gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.failures:
            return self.failures.pop(0)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    def paged(self, request: web.Request, found: list[dict[str, Any]]) -> web.Response:
        start = int(request.query.get("after", 0))
        body: dict[str, Any] = {"results": found[start : start + self.page]}
        if start + self.page < len(found):
            body["paging"] = {"next": {"after": str(start + self.page), "link": "?"}}
        return web.json_response(body)

    async def list_threads(self, request: web.Request) -> web.Response:
        assert request.query["sort"] == "latestMessageTimestamp"
        since = request.query["latestMessageTimestampAfter"]
        found = [t for t in self.threads.values() if t["latestMessageTimestamp"] > since]
        return self.paged(request, sorted(found, key=lambda t: str(t["latestMessageTimestamp"])))

    async def list_messages(self, request: web.Request) -> web.Response:
        thread = request.match_info["thread"]
        if thread not in self.messages:
            return web.json_response({"status": "error"}, status=404)
        assert request.query["sort"] == "-createdAt"
        return self.paged(request, sorted(self.messages[thread], key=lambda m: str(m["createdAt"]), reverse=True))

    async def original(self, request: web.Request) -> web.Response:
        text = self.originals.get(request.match_info["message"])
        if text is None:
            return web.json_response({"status": "error"}, status=404)
        return web.json_response({"text": text, "richText": f"<p>{text}</p>"})

    async def search(self, request: web.Request) -> web.Response:
        question = await request.json()
        [group] = question["filterGroups"]
        assert question["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        found = list(self.records.get(request.match_info["kind"], []))
        for one in group["filters"]:
            if one["propertyName"] == "hs_object_id":
                found = [r for r in found if int(r["id"]) > int(one["value"])]
            else:
                found = [r for r in found if (times.parse(r["updatedAt"]) or 0) // 1000 >= int(one["value"])]
        found.sort(key=lambda r: int(r["id"]))
        return web.json_response({"total": len(found), "results": found[: question["limit"]]})


@pytest.fixture
async def hubspot() -> AsyncIterator[HubSpot]:
    vendor = HubSpot()
    runner = web.AppRunner(vendor.app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    vendor.url = f"http://{host}:{port}"
    yield vendor
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def no_wait(_: float) -> None:
    return None


def context(
    vendor: HubSpot, http: aiohttp.ClientSession, since: int | None = NOW - 60 * MINUTE, **more: Any
) -> Context:
    settings = {
        "access_token": ResolvedSecret((TOKEN,)),
        "portal_id": PORTAL,
        "api_url": vendor.url,
        "polled": ["conversations"],
        **more,
    }
    return Context(
        source="acme-hubspot",
        workspace="acme",
        settings=settings,
        http=http,
        since_us=since,
        clock=lambda: NOW,
        sleep=no_wait,
    )


async def round_of(one: Context, cursor: Cursor | None = None) -> tuple[list[Item], Cursor | None]:
    items: list[Item] = []
    async for page in read(one, cursor):
        items += page.items
        cursor = page.cursor
    return items, json.loads(json.dumps(cursor))


def mapped(items: list[Item]) -> list[Activity]:
    source = trial(CONNECTOR, {"portal_id": PORTAL})
    found: list[Activity] = []
    for item in items:
        sample = Sample("item", item.body, request=item.request, transport="poll")
        for result in source.run(source.delivery(sample, NOW)):
            assert result.activities, result.outcome
            found += result.activities
    return found


async def test_threads_and_their_new_messages_in_order(hubspot: HubSpot, http: aiohttp.ClientSession) -> None:
    for number in range(5):
        hubspot.talk("7", f"a{number}", NOW - (50 - number) * MINUTE)
    hubspot.talk("8", "b0", NOW - 30 * MINUTE)
    hubspot.talk("9", "old", NOW - 300 * MINUTE)
    hubspot.threads["7"]["threadAssociations"] = {"associatedTicketId": "55"}
    items, cursor = await round_of(context(hubspot, http))
    found = mapped(items)
    assert [a.object.text for a in found if a.object.type == "Note"] == [
        *(f"text of a{n}" for n in range(5)),
        "text of b0",
    ]
    assert [r.id for a in found for r in a.references if r.kind == "thread"] == [f"hubspot:{PORTAL}/ticket/55"]
    assert cursor == {"conversations": {"since": NOW}}
    assert TOKEN not in repr(items)


async def test_nothing_is_read_twice_but_the_overlap(hubspot: HubSpot, http: aiohttp.ClientSession) -> None:
    hubspot.talk("7", "early", NOW - 30 * MINUTE)
    hubspot.talk("7", "late", NOW - OVERLAP_US // 2)
    first, cursor = await round_of(context(hubspot, http))
    again, cursor = await round_of(context(hubspot, http), cursor)
    assert [i.request for i in first if "messages" in (i.request or "")] == [
        f"GET {THREADS}/7/messages/early",
        f"GET {THREADS}/7/messages/late",
    ]
    assert [i.request for i in again if "messages" in (i.request or "")] == [f"GET {THREADS}/7/messages/late"]
    # The same answer again has the same delivery id.
    assert {i.vendor_id for i in again} <= {i.vendor_id for i in first}


async def test_a_late_status_brings_a_message_again(hubspot: HubSpot, http: aiohttp.ClientSession) -> None:
    hubspot.talk("7", "sent", NOW - 30 * MINUTE)
    _, cursor = await round_of(context(hubspot, http))
    failed = {"statusType": "FAILED", "failureDetails": {"errorMessage": "too late", "errorMessageTokens": {}}}
    hubspot.messages["7"][0].update(status=failed, updatedAt=iso(NOW + MINUTE))
    hubspot.talk("7", "next", NOW + MINUTE)
    items, _ = await round_of(context(hubspot, http), cursor)
    found = mapped(items)
    assert [a.fields.get("error") for a in found if a.changes] == ["too late"]


async def test_the_whole_of_a_long_message_is_fetched(hubspot: HubSpot, http: aiohttp.ClientSession) -> None:
    hubspot.talk("7", "long", NOW - MINUTE, text="Dear…", truncationStatus="TRUNCATED")
    hubspot.talk("7", "gone", NOW - MINUTE, text="Only this…", truncationStatus="TRUNCATED")
    hubspot.originals["long"] = 'Dear Acme, "quoted" and long'
    items, _ = await round_of(context(hubspot, http))
    texts = {a.object.id.rpartition("/")[2]: a for a in mapped(items) if a.object.type == "Note"}
    assert texts["long"].object.text == 'Dear Acme, "quoted" and long'
    assert texts["long"].fields == {}
    assert texts["gone"].object.text == "Only this…"
    assert texts["gone"].fields == {"truncation": "truncated"}


async def test_a_thread_that_is_gone_meanwhile_is_passed_over(hubspot: HubSpot, http: aiohttp.ClientSession) -> None:
    hubspot.talk("7", "a", NOW - MINUTE)
    hubspot.talk("8", "b", NOW - MINUTE)
    del hubspot.messages["7"]
    items, _ = await round_of(context(hubspot, http))
    assert [i.request for i in items if "messages" in (i.request or "")] == [f"GET {THREADS}/8/messages/b"]


def contact(number: int, at: int) -> dict[str, Any]:
    properties = {"firstname": "Ana", "lastname": str(number), "email": f"ana{number}@post.example"}
    created = iso(NOW - 600 * MINUTE)
    return {"id": str(number), "properties": properties, "createdAt": created, "updatedAt": iso(at), "archived": False}


async def test_search_goes_by_id_and_a_crash_goes_on_where_it_was(
    hubspot: HubSpot, http: aiohttp.ClientSession
) -> None:
    changed = NOW - 10 * MINUTE
    hubspot.records["contacts"] = [contact(n, changed) for n in range(1, 2 * PAGE + 31)]
    hubspot.records["contacts"].append(contact(9999, NOW - 300 * MINUTE))
    one = context(hubspot, http, polled=["contacts"])
    before: Page | None = None
    async for page in read(one, None):
        before = page
        break
    assert before is not None
    assert len(before.items) == PAGE
    items, cursor = await round_of(one, json.loads(json.dumps(before.cursor)))
    found = mapped([*before.items, *items])
    assert len(found) == len({a.object.id for a in found}) == 2 * PAGE + 30
    assert cursor == {"contacts": {"since": NOW}}
    assert found[0].participants[0].name == "Ana 1"
    assert found[0].participants[0].claims[0].account == "mailto:ana1@post.example"
    quiet, _ = await round_of(one, cursor)
    assert quiet == []


async def test_a_stream_that_is_added_later_begins_where_it_is_told(
    hubspot: HubSpot, http: aiohttp.ClientSession
) -> None:
    hubspot.records["tickets"] = [
        {"id": "5", "properties": {"subject": "x"}, "createdAt": iso(NOW), "updatedAt": iso(NOW), "archived": False}
    ]
    one = context(hubspot, http, since=None, polled=["conversations", "tickets"])
    items, cursor = await round_of(one, {"conversations": {"since": NOW - MINUTE}})
    assert [i.request for i in items] == ["POST /crm/v3/objects/tickets/search"]
    assert cursor == {"conversations": {"since": NOW}, "tickets": {"since": NOW}}


@pytest.mark.parametrize(
    ("status", "headers", "error", "wait"),
    [
        (401, {}, AuthenticationError, None),
        (403, {}, AuthenticationError, None),
        (429, {"Retry-After": "7"}, RetryLaterError, 7.0),
        (429, {}, RetryLaterError, 10.0),
        (502, {"Retry-After": "soon"}, RetryLaterError, 10.0),
        (400, {}, ConfigurationError, None),
        (302, {"Location": "http://127.0.0.1:1/"}, ConfigurationError, None),
    ],
)
async def test_refusals(
    hubspot: HubSpot,
    http: aiohttp.ClientSession,
    status: int,
    headers: dict[str, str],
    error: type[Exception],
    wait: float | None,
) -> None:
    hubspot.failures = [web.Response(status=status, headers=headers)]
    with pytest.raises(error) as caught:
        await round_of(context(hubspot, http))
    assert TOKEN not in str(caught.value)
    if isinstance(caught.value, RetryLaterError):
        assert caught.value.after_s == wait


async def test_nobody_answers(http: aiohttp.ClientSession) -> None:
    vendor = HubSpot()
    vendor.url = "http://127.0.0.1:9"
    with pytest.raises(DisconnectedError):
        await round_of(context(vendor, http))


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"portal_id": None}, "portal_id"), ({"access_token": None}, "access_token"), ({"polled": ["leads"]}, "leads")],
)
async def test_settings_that_do_not_fit_are_named(
    hubspot: HubSpot, http: aiohttp.ClientSession, settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigurationError, match=named):
        await round_of(context(hubspot, http, **settings))
