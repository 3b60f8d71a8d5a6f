"""Intercom beyond its fixtures: the signature by hand, HEAD, and the second path with the ids of the webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, posted, serving
from tests.connectors.rfc2104 import hmac_by_hand

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.intercom import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.ingress.endpoint import endpoint
from commonline.kit.replay import trial
from commonline.kit.request import Request

APP = "i6acme01"
TOKEN = "dG9rOmFjbWU"
FIXTURES = Path(source.__file__).parent / "fixtures"
MIA = {"type": "admin", "id": "9001", "name": "Mia Berg", "email": "mia@acme.example"}


class Intercom:
    """Conversations and tickets, found by the time of their change, and given whole."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict[str, Any]]] = {"conversations": {}, "tickets": {}}
        self.asked: list[str] = []
        self.failure: web.Response | None = None
        self.page = 2

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.gate])
        app.router.add_post("/{kind}/search", self.search)
        app.router.add_get("/{kind}/{id}", self.whole)
        return app

    @web.middleware
    async def gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.failure is not None:
            return self.failure
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or "Intercom-Version" not in request.headers:
            return web.json_response({"type": "error.list"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def search(self, request: web.Request) -> web.Response:
        kind, question = request.match_info["kind"], await request.json()
        query = question["query"]
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        assert question["sort"] == {"field": "updated_at", "order": "ascending"}
        found = [one for one in self.objects[kind].values() if one["updated_at"] > query["value"]]
        found.sort(key=lambda one: int(one["updated_at"]))
        begin = int(question["pagination"].get("starting_after", 0))
        following = {"page": 2, "starting_after": str(begin + self.page)} if begin + self.page < len(found) else None
        brief = [{"type": "x", "id": one["id"], "updated_at": one["updated_at"]} for one in found]
        return web.json_response({kind: brief[begin : begin + self.page], "pages": {"next": following}})

    async def whole(self, request: web.Request) -> web.Response:
        one = self.objects[request.match_info["kind"]].get(request.match_info["id"])
        return web.json_response(one) if one else web.json_response({"type": "error.list"}, status=404)


@pytest.fixture
async def intercom() -> AsyncIterator[tuple[Intercom, Polled]]:
    vendor = Intercom()
    async with serving(vendor.app()) as url:
        token = ResolvedSecret((TOKEN,))
        settings = {"access_token": token, "app_id": APP, "api_url": url, "polled": ["conversations", "tickets"]}
        yield vendor, Polled("intercom", settings)


def part(number: int, at: int, kind: str = "comment", **told: Any) -> dict[str, Any]:
    moment = at // SECOND
    body = f"<p>part {number}</p>"
    return {"id": str(number), "part_type": kind, "body": body, "created_at": moment, "updated_at": moment, **told}


def conversation(number: int, at: int, *parts: dict[str, Any]) -> dict[str, Any]:
    first = {"type": "conversation", "id": f"7{number}", "body": "<p>Hello</p>", "author": {"type": "user", "id": "c1"}}
    held = {"type": "conversation_part.list", "conversation_parts": list(parts), "total_count": len(parts)}
    moment = at // SECOND
    return {
        "type": "conversation",
        "id": str(number),
        "created_at": moment - 3600,
        "updated_at": moment,
        "source": first,
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c1"}]},
        "conversation_parts": held,
        "state": "open",
    }


async def test_changed_conversations_with_what_is_new_in_them(intercom: tuple[Intercom, Polled]) -> None:
    vendor, polled = intercom
    held = vendor.objects["conversations"]
    for number in (1, 2, 3):
        at = NOW - (30 - 5 * number) * MINUTE
        held[str(number)] = conversation(number, at, part(number * 10, at, author=MIA))
    held["4"] = conversation(4, NOW - 90 * MINUTE)
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [one.object.id.rpartition("/")[2] for one in found] == ["71", "10", "72", "20", "73", "30"]
    assert {one.visibility for one in found} == {"customer"}
    again, cursor = await polled.round(cursor)
    assert again == []
    late = NOW + MINUTE
    note = part(11, late, "note", author=MIA)
    held["1"] = conversation(1, late, part(10, NOW - 25 * MINUTE, author=MIA), note)
    items, _ = await polled.round(cursor)
    found = polled.mapped(items)
    assert [(one.object.text, one.visibility) for one in found] == [("Hello", "customer"), ("part 11", "internal")]
    assert TOKEN not in repr(items)


async def test_both_paths_tell_the_same_facts(intercom: tuple[Intercom, Polled]) -> None:
    vendor, polled = intercom
    told = [json.loads((FIXTURES / f"conversation__{name}.json").read_bytes()) for name in ("user_created", "noted")]
    live = [activity for one in told for activity in posted("intercom", json.dumps(one).encode())]
    vendor.objects["conversations"]["101"] = told[1]["data"]["item"]
    polled.since = 0
    items, _ = await polled.round()
    assert {one.id for one in polled.mapped(items)} == {one.id for one in live}


async def test_tickets(intercom: tuple[Intercom, Polled]) -> None:
    vendor, polled = intercom
    item = json.loads((FIXTURES / "ticket__note.json").read_bytes())["data"]["item"]
    vendor.objects["tickets"]["202"] = item
    polled.since = 0
    items, _ = await polled.round()
    assert [(one.object.type, one.visibility) for one in polled.mapped(items)] == [
        ("Ticket", "customer"),
        ("Note", "internal"),
    ]


async def test_one_that_is_gone_meanwhile_is_passed_over(intercom: tuple[Intercom, Polled]) -> None:
    vendor, polled = intercom
    vendor.objects["conversations"]["x"] = {"id": "gone", "updated_at": NOW // SECOND}
    items, cursor = await polled.round()
    assert items == []
    assert (cursor or {})["conversations"]["changed"] == NOW


async def test_patience_and_a_wrong_token(intercom: tuple[Intercom, Polled]) -> None:
    vendor, polled = intercom
    vendor.failure = web.Response(status=429, headers={"Retry-After": "12"})
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 12
    del polled.settings["access_token"]
    with pytest.raises(ConfigurationError, match="access_token"):
        await polled.round()


def call(body: bytes, **headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("POST", "/in/messenger", "https://acme.example/in/messenger", named, body)


def test_signature_as_intercom_makes_it() -> None:
    webhook = catalogue.manifest("intercom").webhook
    assert webhook is not None
    body = (FIXTURES / "conversation__user_created.json").read_bytes()
    signed = "sha1=" + hmac_by_hand("sha1", b"client-secret", body).hex()
    assert authenticate(webhook, lambda _: ("client-secret",), call(body, x_hub_signature=signed), NOW) == "signature"
    for other in (call(body + b" ", x_hub_signature=signed), call(body, x_hub_signature=signed[5:]), call(body)):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("client-secret",), other, NOW)


def test_head_is_answered_and_nothing_else() -> None:
    settings = {"client_secret": ResolvedSecret(("client-secret",))}
    made = endpoint(replace(trial(catalogue.connector("intercom"), {}).source, settings=settings), 1 << 20)
    assert made is not None
    assert made.methods == {"POST", "GET", "HEAD"}
    asked = Request("HEAD", "/in/messenger", "https://acme.example/in/messenger", {}, b"")
    answer = ingress.handshake(asked, {}, NOW)
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"")
    assert ingress.handshake(call(b"{}"), {}, NOW) is None
