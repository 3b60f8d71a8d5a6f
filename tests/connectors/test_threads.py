"""Threads beyond its fixtures: rounds over lists, and how calls are proven."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.handshake import by_query
from commonline.kit.request import Request

CONNECTOR = catalogue.connector("threads")


def media(number: int, minutes_ago: float, username: str = "ana", **more: Any) -> dict[str, Any]:
    moment = times.from_micros(NOW - int(minutes_ago * MINUTE))
    return {
        "id": str(number),
        "username": username,
        "text": f"Text {number}",
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        **more,
    }


class Profile:
    """Lists by path, newest first, in pages of two."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {"/me/threads": [], "/me/replies": [], "/me/mentions": []}
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != "Bearer token":
            return web.json_response({"error": {"code": 190}}, status=401)
        path = request.path.removeprefix("/v1.0")
        self.asked.append(path)
        found = self.lists.get(path)
        if found is None:
            return web.json_response({"error": {"code": 100}}, status=404)
        begin = int(request.query.get("after", "0"))
        body: dict[str, Any] = {"data": found[begin : begin + 2], "paging": {"cursors": {"after": str(begin + 2)}}}
        if begin + 2 < len(found):
            body["paging"]["next"] = f"https://graph.example{path}?access_token=token&after={begin + 2}"
        return web.json_response(body)


@pytest.fixture
async def profile() -> AsyncIterator[tuple[Profile, Polled]]:
    made = Profile()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    async with serving(app) as url:
        settings = {"access_token": ResolvedSecret(("token",)), "api_url": url, "days": 14, "username": "acmekettles"}
        yield made, Polled("threads", settings)


def ids(items: list[Any]) -> list[str]:
    return [json.loads(item.body)["id"] for item in items]


async def test_replies_to_an_old_post_are_found_once(profile: tuple[Profile, Polled]) -> None:
    threads, source = profile
    threads.lists["/me/threads"] = [media(2, 20, "acmekettles", has_replies=False), media(1, 5000, "acmekettles")]
    threads.lists["/1/conversation"] = [media(12, 5), media(11, 30), media(10, 4000)]
    threads.lists["/me/mentions"] = [media(20, 40)]
    items, cursor = await source.round()
    assert ids(items) == ["2", "20", "12", "11"]
    assert "/2/conversation" not in threads.asked, "nobody has answered there"
    again, cursor = await source.round(cursor)
    assert again == []
    threads.lists["/1/conversation"].insert(0, media(13, 6))
    later, _ = await source.round(cursor)
    assert ids(later) == ["13"], "it was listed late"
    assert "token" not in str(items)


async def test_history(profile: tuple[Profile, Polled]) -> None:
    threads, source = profile
    threads.lists["/me/threads"] = [media(n, n * 1000, "acmekettles", has_replies=n == 60) for n in (1, 30, 60)]
    threads.lists["/60/conversation"] = [media(n, n) for n in (100, 200, 300)]
    source.mode, source.since = "backfill", NOW - 60_001 * MINUTE
    items, _ = await source.round()
    assert ids(items) == ["1", "30", "60", "100", "200", "300"]


async def test_what_is_polled_is_what_is_posted(profile: tuple[Profile, Polled]) -> None:
    threads, source = profile
    reply = media(12, 5, replied_to={"id": "1"}, root_post={"id": "1"})
    threads.lists["/me/mentions"] = [{**reply, "hide_status": "NOT_HUSHED"}]
    items, _ = await source.round()
    body = json.dumps({"time": 1, "values": {"field": "replies", "value": reply}}).encode()
    (there,) = posted("threads", body, username="acmekettles")
    (here,) = source.mapped(items)
    assert (here.id, here.thread.id) == (there.id, "threads:media/1")


async def test_refusals(profile: tuple[Profile, Polled]) -> None:
    threads, source = profile
    source.settings["access_token"] = ResolvedSecret(("other",))
    with pytest.raises(AuthenticationError):
        await source.round()
    source.settings["access_token"] = ResolvedSecret(("token",))
    del threads.lists["/me/mentions"]
    with pytest.raises(ConfigurationError, match="/me/mentions"):
        await source.round()


def test_signature_and_handshake() -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    body = b'{"values":{"field":"replies","value":{}}}'
    value = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    for given, good in ((value, True), (value[:-1] + "0", value.endswith("0")), ("", False)):
        call = Request("POST", "/in/t", "", {"x-hub-signature-256": given}, body)
        if good:
            assert authenticate(webhook, lambda _: ("secret",), call, NOW) == "signature"
            continue
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("secret",), call, NOW)
    asked = Request("GET", "/in/t?hub.mode=subscribe&hub.challenge=77&hub.verify_token=secret", "")
    answer = by_query(webhook, lambda _: ("secret",), asked)
    assert answer is not None
    assert answer.body == b"77"
