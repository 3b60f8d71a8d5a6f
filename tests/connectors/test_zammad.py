"""Zammad beyond its fixtures: signature, and the second path with the ids of the webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, Polled, posted, serving
from tests.connectors.rfc2104 import hmac_by_hand

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.zammad import source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

FIXTURES = Path(source.__file__).parent / "fixtures"
TOKEN = "zammad-token"


def moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Zammad:
    """The search by time, page by page, no more than so many; and the articles of a ticket."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.articles: dict[str, list[dict[str, Any]]] = {}
        self.failing = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/v1/tickets/search", self.search)
        app.router.add_get("/api/v1/ticket_articles/by_ticket/{id}", self.by_ticket)
        return app

    async def search(self, request: web.Request) -> web.Response:
        if self.failing:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        assert request.headers["Authorization"] == f"Token token={TOKEN}"
        query = request.query
        assert (query["sort_by"], query["order_by"], query["expand"]) == ("updated_at", "asc", "true")
        since = query["query"].removeprefix("updated_at:[").removesuffix(" TO *]")
        found = [one for one in self.tickets if one["updated_at"] >= since.replace("Z", ".000Z")]
        found.sort(key=lambda one: str(one["updated_at"]))
        size, page = int(query["per_page"]), int(query["page"])
        assert size * page <= source.MOST_FOUND
        return web.json_response(found[(page - 1) * size : page * size])

    async def by_ticket(self, request: web.Request) -> web.Response:
        return web.json_response(self.articles.get(request.match_info["id"], []))


@pytest.fixture
async def zammad() -> AsyncIterator[tuple[Zammad, Polled]]:
    vendor = Zammad()
    async with serving(vendor.app()) as url:
        yield vendor, Polled("zammad", {"api_token": ResolvedSecret((TOKEN,)), "url": url})


def ticket(number: int, at: int, created: int | None = None) -> dict[str, Any]:
    told = {"id": number, "title": f"Ticket {number}", "customer_id": 31, "customer": "ana@example.org"}
    told |= {"state": "open", "group": "Service", "group_id": 7, "article_count": 1}
    return {**told, "created_at": moment(created or at), "updated_at": moment(at)}


def article(number: int, at: int, *, internal: bool = False) -> dict[str, Any]:
    told = {"id": number, "body": f"article {number}", "content_type": "text/plain", "sender": "Agent"}
    told |= {"internal": internal, "created_by": "mia@acme.example", "created_by_id": 21, "type": "note"}
    return {**told, "created_at": moment(at), "updated_at": moment(at)}


async def test_changed_tickets_with_their_new_articles(zammad: tuple[Zammad, Polled]) -> None:
    vendor, polled = zammad
    vendor.tickets = [ticket(1, NOW - 20 * MINUTE, NOW - 300 * MINUTE), ticket(2, NOW - 30 * MINUTE)]
    vendor.tickets.append(ticket(3, NOW - 90 * MINUTE))
    vendor.articles["1"] = [article(10, NOW - 300 * MINUTE), article(11, NOW - 20 * MINUTE, internal=True)]
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [(one.object.title or one.object.text, one.type, one.visibility) for one in found] == [
        ("Ticket 2", "Create", "customer"),
        ("Ticket 1", "Create", "customer"),
        ("Ticket 1", "Update", "customer"),
        ("article 11", "Create", "internal"),
    ]
    assert (await polled.round(cursor))[0] == []
    assert TOKEN not in repr(items)


async def test_a_search_has_no_end_where_it_is_cut(
    zammad: tuple[Zammad, Polled], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, polled = zammad
    monkeypatch.setattr(source, "PAGE", 2)
    monkeypatch.setattr(source, "MOST_FOUND", 4)
    vendor.tickets = [ticket(n, NOW - (40 - n) * MINUTE) for n in range(9)]
    items, _ = await polled.round()
    assert [one.object.title for one in polled.mapped(items)] == [f"Ticket {n}" for n in range(9)]


async def test_both_paths_tell_the_same_facts(zammad: tuple[Zammad, Polled]) -> None:
    vendor, polled = zammad
    bodies = [
        json.loads((FIXTURES / f"trigger__{name}.json").read_bytes())
        for name in ("new_ticket_by_mail", "agent_replies", "internal_note")
    ]
    live = {
        one.id for body in bodies for one in posted("zammad", json.dumps(body).encode(), url=polled.settings["url"])
    }
    last = bodies[-1]["ticket"]
    names = {key: last[key]["login"] for key in ("customer", "owner", "created_by", "updated_by")}
    vendor.tickets = [{**last, **names, "group": "Service", "priority": "2 normal"}]
    vendor.articles["101"] = [
        {**body["article"], "created_by": body["article"]["created_by"]["login"]} for body in bodies
    ]
    polled.since = 0
    items, _ = await polled.round()
    listed = {one.id for one in polled.mapped(items)}
    assert listed <= live
    assert len(live - listed) == 1, "how the ticket stood between two polls is told by the webhook alone"


async def test_patience_and_nobody_there(zammad: tuple[Zammad, Polled]) -> None:
    vendor, polled = zammad
    vendor.failing = True
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 5
    polled.settings["url"] += "/elsewhere"
    with pytest.raises(ConfigurationError, match="no Zammad"):
        await polled.round()


def test_signature_as_zammad_makes_it() -> None:
    webhook = catalogue.manifest("zammad").webhook
    assert webhook is not None
    body = (FIXTURES / "trigger__agent_replies.json").read_bytes()

    def call(signature: str, content: bytes = body) -> Request:
        headers = {"x-hub-signature": signature} if signature else {}
        return Request("POST", "/in/desk", "https://acme.example/in/desk", headers, content)

    good = "sha1=" + hmac_by_hand("sha1", b"a long word", body).hex()
    assert authenticate(webhook, lambda _: ("a long word",), call(good), NOW) == "signature"
    for other in (call(good, body + b" "), call(""), call(good[5:]), call("sha1=" + "0" * 40)):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("a long word",), other, NOW)
