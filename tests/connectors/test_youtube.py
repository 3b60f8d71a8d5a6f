"""YouTube beyond its fixtures: threads with more answers than they tell, and the hub."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.youtube import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request
from commonline.kit.source import Context

US = "UCacme"


def comment(name: str, minutes_ago: float, **more: Any) -> dict[str, Any]:
    moment = times.from_micros(NOW - int(minutes_ago * MINUTE)).strftime("%Y-%m-%dT%H:%M:%SZ")
    snippet = {"textOriginal": name, "authorChannelId": {"value": "UCana"}, "publishedAt": moment, "updatedAt": moment}
    return {"kind": "youtube#comment", "id": name, "snippet": snippet | more}


def thread(name: str, minutes_ago: float, answers: int = 0, *shown: dict[str, Any]) -> dict[str, Any]:
    top = comment(name, minutes_ago)
    snippet = {"topLevelComment": top, "videoId": "v1", "channelId": US, "totalReplyCount": answers}
    return {"kind": "youtube#commentThread", "id": name, "snippet": snippet, "replies": {"comments": list(shown)}}


class Site:
    """Threads of one channel, newest first, in pages of two; answers by comment; a hub."""

    def __init__(self) -> None:
        self.threads: list[dict[str, Any]] = []
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.status = 200

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(source.THREADS, self.list_threads)
        app.router.add_get(source.COMMENTS, self.list_answers)
        app.router.add_post("/subscribe", self.hub)
        return app

    def page(self, request: web.Request, items: list[dict[str, Any]]) -> web.Response:
        self.asked.append(request.path)
        if self.status != 200 or request.headers.get("X-Goog-Api-Key") != "key":
            return web.json_response({"error": {}}, status=self.status if self.status != 200 else 403)
        begin = int(request.query.get("pageToken", "0"))
        more = {"nextPageToken": str(begin + 2)} if begin + 2 < len(items) else {}
        return web.json_response({"items": items[begin : begin + 2], **more})

    async def list_threads(self, request: web.Request) -> web.Response:
        known = request.query["allThreadsRelatedToChannelId"] == US
        return self.page(request, self.threads) if known else web.json_response({}, status=404)

    async def list_answers(self, request: web.Request) -> web.Response:
        return self.page(request, self.answers[request.query["parentId"]])

    async def hub(self, request: web.Request) -> web.Response:
        self.forms.append(dict(await request.post()))
        return web.Response(status=202)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, Polled]]:
    made = Site()
    async with serving(made.app()) as url:
        settings = {
            "channels": [US],
            "api_key": ResolvedSecret(("key",)),
            "hub_secret": ResolvedSecret(("a secret of sixteen",)),
            "api_url": url,
            "hub_url": f"{url}/subscribe",
        }
        yield made, Polled("youtube", settings)


def texts(source_: Polled, items: list[Any]) -> list[str | None]:
    return [one.object.text for one in source_.mapped(items)]


async def test_answers_to_an_old_comment_are_found(site: tuple[Site, Polled]) -> None:
    youtube, source_ = site
    youtube.threads = [thread("new", 5), thread("old", 500), thread("older", 900)]
    items, cursor = await source_.round()
    assert texts(source_, items) == ["new"]
    assert len(youtube.asked) == 1, "what is older than the position ends the list"
    youtube.threads[1] = thread("old", 500, 3, comment("old.1", 2, parentId="old"))
    youtube.answers["old"] = [comment(f"old.{n}", 1, parentId="old") for n in (3, 2)] + [comment("old.1", 2)]
    items, cursor = await source_.round(cursor)
    assert texts(source_, items) == ["old", "old.1", "old.3", "old.2"], "one by its thread"
    items, _ = await source_.round(cursor)
    assert items == []
    assert "key" not in str(items)


async def test_a_changed_comment_is_news(site: tuple[Site, Polled]) -> None:
    youtube, source_ = site
    youtube.threads = [thread("one", 5)]
    _, cursor = await source_.round()
    later = times.from_micros(NOW).strftime("%Y-%m-%dT%H:%M:%SZ")
    youtube.threads[0]["snippet"]["topLevelComment"]["snippet"] |= {"textOriginal": "changed", "updatedAt": later}
    items, _ = await source_.round(cursor)
    told = [(one.type, one.object.text) for one in source_.mapped(items)]
    assert told == [("Create", "changed"), ("Update", "changed")]


async def test_history(site: tuple[Site, Polled]) -> None:
    youtube, source_ = site
    youtube.threads = [thread(f"t{n}", n * 1000) for n in range(1, 8)]
    source_.mode, source_.since = "backfill", NOW - 5500 * MINUTE
    items, _ = await source_.round()
    assert texts(source_, items) == [f"t{n}" for n in range(1, 6)]


async def test_refusals(site: tuple[Site, Polled]) -> None:
    youtube, source_ = site
    source_.settings["channels"] = ["UCother"]
    with pytest.raises(ConfigurationError, match="UCother"):
        await source_.round()
    source_.settings |= {"channels": [US], "api_key": ResolvedSecret(("wrong",))}
    with pytest.raises(AuthenticationError):
        await source_.round()
    source_.settings["api_key"] = ResolvedSecret(("key",))
    youtube.status = 503
    with pytest.raises(RetryLaterError):
        await source_.round()


async def test_the_hub_asks_back_and_signs(site: tuple[Site, Polled]) -> None:
    youtube, source_ = site
    async with aiohttp.ClientSession() as http:
        callback = "https://acme.example/in/youtube"
        context = Context("youtube", "acme", source_.settings, http, clock=lambda: NOW, callback=callback)
        lease = await source.renew(context, None)
    assert lease is not None
    assert lease.until - lease.since == 5 * 86_400 * SECOND
    (form,) = youtube.forms
    assert form["hub.topic"] == source.TOPIC + US
    target = form["hub.callback"].removeprefix("https://acme.example")
    question = f"{target}&hub.mode=subscribe&hub.challenge=42&hub.topic={quote(form['hub.topic'])}"
    answer = ingress.handshake(Request("GET", question, ""), source_.settings, NOW)
    assert answer is not None
    assert answer.body == b"42"
    webhook = catalogue.manifest("youtube").webhook
    assert webhook is not None
    body = b"<feed/>"
    value = hmac.new(form["hub.secret"].encode(), body, hashlib.sha1).hexdigest()
    call = Request("POST", target, "", {"x-hub-signature": f"sha1={value}"}, body)
    assert authenticate(webhook, lambda _: (form["hub.secret"],), call, NOW) == "signature"
    with pytest.raises(AuthenticationError):
        authenticate(webhook, lambda _: ("other",), call, NOW)
    assert json.loads(json.dumps(lease.data)) == {"channels": [US]}
