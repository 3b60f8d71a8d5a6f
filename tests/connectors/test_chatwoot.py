"""Chatwoot beyond its fixtures: the signature by hand, and polling that finds what webhooks lost, by the same ids."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, posted, serving
from tests.connectors.rfc2104 import hmac_by_hand

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.chatwoot import source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

FIXTURES = Path(source.__file__).parent / "fixtures"
TOKEN = "chatwoot-token"
BASE = "/api/v1/accounts/1/conversations"


class Chatwoot:
    """Conversations by their latest activity; messages by the one before which they are wanted, three at a time."""

    def __init__(self) -> None:
        self.conversations: list[dict[str, Any]] = []
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.page, self.failing = 2, False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(BASE, self.listed)
        app.router.add_get(BASE + "/{id}/messages", self.said)
        return app

    async def listed(self, request: web.Request) -> web.Response:
        if self.failing:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "8"})
        assert request.headers["api_access_token"] == TOKEN
        assert (request.query["status"], request.query["sort_by"]) == ("all", "last_activity_at_desc")
        found = sorted(self.conversations, key=lambda one: -int(one["last_activity_at"]))
        begin = (int(request.query["page"]) - 1) * self.page
        return web.json_response({"data": {"meta": {}, "payload": found[begin : begin + self.page]}})

    async def said(self, request: web.Request) -> web.Response:
        before = int(request.query.get("before", 1 << 60))
        found = [one for one in self.messages.get(request.match_info["id"], []) if one["id"] < before]
        return web.json_response({"meta": {}, "payload": found[-3:]})


@pytest.fixture
async def chatwoot() -> AsyncIterator[tuple[Chatwoot, Polled]]:
    vendor = Chatwoot()
    async with serving(vendor.app()) as url:
        yield vendor, Polled("chatwoot", {"api_token": ResolvedSecret((TOKEN,)), "url": url, "account_id": "1"})


def conversation(number: int, at: int) -> dict[str, Any]:
    sender = {"id": 31, "name": "Ana Lima", "type": "contact"}
    told = {"id": number, "inbox_id": 5, "status": "open", "meta": {"sender": sender}, "account_id": 1}
    return {**told, "last_activity_at": at // SECOND, "created_at": at // SECOND - 60}


def message(number: int, at: int, *, private: bool = False) -> dict[str, Any]:
    told = {"id": number, "content": f"message {number}", "message_type": 1, "private": private}
    return {**told, "created_at": at // SECOND, "sender": {"id": 21, "name": "Mia Berg", "type": "user"}}


async def test_what_was_said_since_then_oldest_first(chatwoot: tuple[Chatwoot, Polled]) -> None:
    vendor, polled = chatwoot
    vendor.conversations = [conversation(n, NOW - (50 - 10 * n) * MINUTE) for n in range(4)]
    vendor.conversations.append(conversation(9, NOW - 90 * MINUTE))
    vendor.messages["3"] = [message(n, NOW - (40 - n) * MINUTE, private=n == 19) for n in range(10, 20)]
    vendor.messages["3"].insert(0, message(5, NOW - 200 * MINUTE))
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [one.thread.id.rpartition("/")[2] for one in found if one.event.endswith("snapshot")][:3] == ["0", "1", "2"]
    said = [(one.object.text, one.visibility) for one in found if one.object.type == "Note"]
    assert said == [*((f"message {n}", "customer") for n in range(10, 19)), ("message 19", "internal")]
    assert (await polled.round(cursor))[0] == []
    assert TOKEN not in repr(items)


async def test_what_a_webhook_lost_is_found_and_what_came_is_the_same(chatwoot: tuple[Chatwoot, Polled]) -> None:
    vendor, polled = chatwoot
    names = ("by_customer", "by_agent", "private_note")
    bodies = [json.loads((FIXTURES / f"message_created__{name}.json").read_bytes()) for name in names]
    url = polled.settings["url"]
    live = {one.id for body in bodies for one in posted("chatwoot", json.dumps(body).encode(), url=url)}
    vendor.conversations = [{**bodies[0]["conversation"], "account_id": 1}]
    vendor.messages["101"] = [
        {"id": body["id"], "content": body["content"], "message_type": kind, "private": body["private"]}
        for body, kind in zip(bodies, (0, 1, 1), strict=True)
    ]
    polled.since = 0
    items, _ = await polled.round()
    assert live <= {one.id for one in polled.mapped(items)}
    assert len(live) == 3


async def test_patience_and_no_such_account(chatwoot: tuple[Chatwoot, Polled]) -> None:
    vendor, polled = chatwoot
    for account, sentence in (("2", "no such account"), ("", "account_id is missing")):
        polled.settings["account_id"] = account
        with pytest.raises(ConfigurationError, match=sentence):
            await polled.round()
    polled.settings["account_id"], vendor.failing = "1", True
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 8


def test_signature_as_chatwoot_makes_it() -> None:
    webhook = catalogue.manifest("chatwoot").webhook
    assert webhook is not None
    body = (FIXTURES / "message_created__by_agent.json").read_bytes()

    def call(signature: str, stamp: int, content: bytes = body, target: str = "/in/chat") -> Request:
        headers = {"x-chatwoot-signature": signature, "x-chatwoot-timestamp": str(stamp)} if signature else {}
        return Request("POST", target, f"https://acme.example{target}", headers, content)

    def secrets(name: str) -> tuple[str, ...]:
        return ("webhook-secret",) if name == "webhook_secret" else ("long-word",)

    now = NOW // SECOND
    good = "sha256=" + hmac_by_hand("sha256", b"webhook-secret", f"{now}.".encode() + body).hex()
    assert authenticate(webhook, secrets, call(good, now), NOW) == "signature"
    assert authenticate(webhook, secrets, call("", 0, target="/in/chat?token=long-word"), NOW) == "token"
    for other in (call(good, now, body + b" "), call(good, now - 1), call(good[7:], now), call("", 0)):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, other, NOW)
    with pytest.raises(AuthenticationError, match="stale"):
        authenticate(webhook, secrets, call(good, now), NOW + 301 * SECOND)
