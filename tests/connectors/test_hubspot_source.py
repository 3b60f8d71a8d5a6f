"""HubSpot's second path, against a server that answers as its API does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.hubspot_api import THREADS, TOKEN, HubSpot, iso

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.hubspot.source import OVERLAP_US, PAGE, read
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.kit.source import Context, Cursor, Item, Page
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("hubspot")
PORTAL = "27145000"
NOW = 1_780_315_200_000_000
MINUTE = 60_000_000


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
