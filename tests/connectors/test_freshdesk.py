"""Freshdesk beyond its fixtures: tickets with their replies, lists without end, deleted ones, tokens of automations."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.freshdesk import source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

DOMAIN = "acme.freshdesk.com"
KEY = "0123456789abcdef"


def moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%SZ")


class Freshdesk:
    """Lists by page: what changed in that order, what was deleted newest first, replies oldest first."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.deleted: list[dict[str, Any]] = []
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.failure: type[web.HTTPException] | None = None

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/api/v2/tickets", self.listed)
        app.router.add_get("/api/v2/tickets/{id}/conversations", self.conversations)
        return app

    def _page(self, request: web.Request, found: list[dict[str, Any]]) -> web.Response:
        size, page = int(request.query["per_page"]), int(request.query["page"])
        assert page <= source.LAST_PAGE, "Freshdesk has no more pages"
        return web.json_response(found[(page - 1) * size : page * size])

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if self.failure is not None:
            raise self.failure(headers={"Retry-After": "31"})
        key = base64.b64encode(f"{KEY}:X".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {key}":
            raise web.HTTPUnauthorized
        if request.query.get("filter") == "deleted":
            assert (request.query["order_by"], request.query["order_type"]) == ("updated_at", "desc")
            return self._page(request, sorted(self.deleted, key=lambda one: str(one["updated_at"]), reverse=True))
        assert (request.query["order_by"], request.query["order_type"]) == ("updated_at", "asc")
        found = [one for one in self.tickets if one["updated_at"] >= request.query["updated_since"]]
        return self._page(request, sorted(found, key=lambda one: str(one["updated_at"])))

    async def conversations(self, request: web.Request) -> web.Response:
        return self._page(request, self.said.get(request.match_info["id"], []))


@pytest.fixture
async def freshdesk() -> AsyncIterator[tuple[Freshdesk, Polled]]:
    vendor = Freshdesk()
    async with serving(vendor.app()) as url:
        settings = {"api_key": ResolvedSecret((KEY,)), "domain": DOMAIN, "api_url": url}
        yield vendor, Polled("freshdesk", settings)


def ticket(number: int, at: int, created: int | None = None, **told: Any) -> dict[str, Any]:
    base = {"id": number, "subject": f"Ticket {number}", "description": "<p>Help</p>", "status": 2, "source": 2}
    base |= {"requester_id": 1, "requester": {"id": 1, "name": "Ana Lima", "email": "ana@example.org"}}
    return {**base, "created_at": moment(created or at), "updated_at": moment(at), **told}


def remark(number: int, at: int, *, private: bool = False) -> dict[str, Any]:
    told = {"id": number, "body": f"<p>remark {number}</p>", "incoming": False, "private": private, "user_id": 8}
    return {**told, "created_at": moment(at), "updated_at": moment(at)}


async def test_changed_tickets_with_their_new_replies(freshdesk: tuple[Freshdesk, Polled]) -> None:
    vendor, polled = freshdesk
    vendor.tickets = [ticket(1, NOW - 20 * MINUTE, NOW - 300 * MINUTE), ticket(2, NOW - 30 * MINUTE)]
    vendor.tickets.append(ticket(3, NOW - 90 * MINUTE))
    vendor.said["1"] = [remark(10, NOW - 200 * MINUTE), remark(11, NOW - 20 * MINUTE, private=True)]
    vendor.deleted = [ticket(4, NOW - 10 * MINUTE), ticket(5, NOW - 95 * MINUTE)]
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [(one.object.title or one.object.text, one.type, one.visibility) for one in found] == [
        ("Ticket 2", "Create", "customer"),
        ("Ticket 1", "Create", "customer"),
        ("Ticket 1", "Update", "customer"),
        ("remark 11", "Create", "internal"),
        (None, "Delete", "customer"),
    ]
    assert (await polled.round(cursor))[0] == []
    assert KEY not in repr(items)


async def test_a_list_has_no_end_at_its_last_page(
    freshdesk: tuple[Freshdesk, Polled], monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, polled = freshdesk
    monkeypatch.setattr(source, "PAGE", 2)
    monkeypatch.setattr(source, "LAST_PAGE", 2)
    vendor.tickets = [ticket(n, NOW - (40 - n) * MINUTE) for n in range(9)]
    items, _ = await polled.round()
    assert [one.object.title for one in polled.mapped(items)] == [f"Ticket {n}" for n in range(9)]


async def test_history_is_what_a_poll_would_have_brought(freshdesk: tuple[Freshdesk, Polled]) -> None:
    vendor, polled = freshdesk
    vendor.tickets = [ticket(1, NOW - 20 * MINUTE)]
    vendor.said["1"] = [remark(10, NOW - 20 * MINUTE)]
    live, _ = await polled.round()
    polled.since, polled.mode = 0, "backfill"
    history, _ = await polled.round()
    assert [one.id for one in polled.mapped(history)] == [one.id for one in polled.mapped(live)]


async def test_both_paths_tell_the_same_ticket(freshdesk: tuple[Freshdesk, Polled]) -> None:
    vendor, polled = freshdesk
    hook = {"triggered_event": "{ticket_action:created}", "ticket_id": "7", "requester_email": "ana@example.org"}
    (live,) = posted("freshdesk", json.dumps({"freshdesk_webhook": hook}).encode(), domain=DOMAIN)
    vendor.tickets = [ticket(7, NOW - MINUTE)]
    items, _ = await polled.round()
    assert [one.id for one in polled.mapped(items)] == [live.id]


async def test_patience_and_a_wrong_key(freshdesk: tuple[Freshdesk, Polled]) -> None:
    vendor, polled = freshdesk
    vendor.failure = web.HTTPTooManyRequests
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 31
    polled.settings["api_key"] = ResolvedSecret(("other",))
    vendor.failure = None
    with pytest.raises(AuthenticationError):
        await polled.round()
    polled.settings["api_url"] += "/elsewhere"
    with pytest.raises(ConfigurationError, match="domain"):
        await polled.round()


def test_tokens_of_automations() -> None:
    webhook = catalogue.manifest("freshdesk").webhook
    assert webhook is not None

    def call(**headers: str) -> Request:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request("POST", "/in/desk", "https://acme.example/in/desk", named, b"{}")

    def secrets(name: str) -> tuple[str, ...]:
        return ("long-word",) if name == "webhook_token" else ("fresh:pass",)

    basic = "Basic " + base64.b64encode(b"fresh:pass").decode()
    assert authenticate(webhook, secrets, call(x_commonline_token="long-word"), NOW) == "token"
    assert authenticate(webhook, secrets, call(authorization=basic), NOW) == "token"
    for other in (call(), call(x_commonline_token="word"), call(authorization="Basic eA==")):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, other, NOW)
