"""Feeds beyond their fixtures: polite polling, what is news, and a hub that asks back and signs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.connectors.polled import NOW, SECOND, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.rss import ingress, source
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    MalformedPayloadError,
    RetryLaterError,
)
from commonline.kit import catalogue, feeds, websub
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request
from commonline.kit.source import Context, Page
from commonline.schemas.records import Activity

SECRET = "a secret of sixteen"


def item(number: int, text: str = "text") -> str:
    inner = f"<guid isPermaLink='false'>n{number}</guid><title>T{number}</title><description>{text}</description>"
    return f"<item>{inner}</item>"


class Site:
    """A feed with an entity tag, and a hub that asks back at once."""

    def __init__(self) -> None:
        self.items = [item(1)]
        self.asked: list[str | None] = []
        self.refusal: web.Response | None = None
        self.ttl = ""
        self.forms: list[dict[str, Any]] = []
        self.challenged: list[str] = []
        self.hub_status = 202

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/feed.xml", self.feed)
        app.router.add_get("/moved.xml", self.moved)
        app.router.add_post("/hub", self.hub)
        return app

    def body(self) -> str:
        links = '<atom:link rel="hub" href="%s/hub"/><atom:link rel="self" href="https://news.example/kettles"/>'
        head = f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>N</title>{self.ttl}"
        return f"{head}{links}{''.join(self.items)}</channel></rss>"

    async def moved(self, _: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently("/feed.xml")

    async def feed(self, request: web.Request) -> web.Response:
        if self.refusal is not None:
            return self.refusal
        self.asked.append(request.headers.get("If-None-Match"))
        body = self.body() % f"http://{request.host}"
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:8]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": tag})

    async def hub(self, request: web.Request) -> web.Response:
        self.forms.append(dict(await request.post()))
        return web.Response(status=self.hub_status)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, Polled]]:
    made = Site()
    async with serving(made.app()) as url:
        settings = {"feeds": [f"{url}/feed.xml"], "hub_secret": ResolvedSecret((SECRET,)), "interval_s": 600}
        yield made, Polled("rss", settings)


def told(found: list[Activity]) -> list[tuple[str, str | None]]:
    return [(one.type, one.object.title) for one in found]


async def test_what_is_new_and_what_has_changed(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    items, cursor = await source_.round()
    assert items == [], "the first time, what stands there is remembered"
    news.items.insert(0, item(2))
    source_.now += 600 * SECOND
    items, cursor = await source_.round(cursor)
    assert told(source_.mapped(items)) == [("Create", "T2")]
    source_.now += 600 * SECOND
    items, cursor = await source_.round(cursor)
    assert items == []
    assert news.asked[-1] is not None, "it is asked for what has changed only"
    news.items[1] = item(1, "other text")
    source_.now += 600 * SECOND
    items, cursor = await source_.round(cursor)
    found = source_.mapped(items)
    assert told(found) == [("Create", "T1"), ("Update", "T1")]
    assert found[1].object.text == "other text"


async def test_history_is_what_stands_there(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    news.items = [item(n) for n in range(3)]
    source_.mode = "backfill"
    items, _ = await source_.round()
    assert len(source_.mapped(items)) == 3


async def test_a_feed_is_not_asked_before_its_time(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    news.ttl = "<ttl>60</ttl>"
    _, cursor = await source_.round()
    source_.now += 3599 * SECOND
    _, cursor = await source_.round(cursor)
    assert len(news.asked) == 1
    source_.now += 2 * SECOND
    news.refusal = web.Response(status=503, headers={"Retry-After": "3000"})
    _, cursor = await source_.round(cursor)
    news.refusal = None
    source_.now += 2900 * SECOND
    _, cursor = await source_.round(cursor)
    assert len(news.asked) == 1
    source_.now += 700 * SECOND
    await source_.round(cursor)
    assert len(news.asked) == 2


async def test_one_feed_that_fails_holds_up_no_other(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    good = source_.settings["feeds"][0]
    base = good.removesuffix("/feed.xml")
    source_.settings["feeds"] = [f"{base}/nothing.xml", "file:///etc/passwd", f"{base}/moved.xml", good]
    pages: list[Page] = []
    async with aiohttp.ClientSession() as http:
        context = Context("press", "acme", source_.settings, http, clock=lambda: NOW)
        reading = source.read(context, None)
        with pytest.raises(DisconnectedError, match=r"nothing\.xml answered 404"):
            await collect(reading, pages)
    assert len(news.asked) == 2
    assert pages[-1].cursor is not None
    assert len(pages[-1].cursor[good]["entries"]) == 1


async def collect(reading: AsyncIterator[Page], pages: list[Page]) -> None:
    """Keep what an iterator gives before it raises."""
    async for page in reading:
        pages.append(page)  # noqa: PERF401 - what came before the end counts


async def test_what_is_gone_is_not_asked_again(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    news.refusal = web.Response(status=410)
    async with aiohttp.ClientSession() as http:
        context = Context("press", "acme", source_.settings, http, clock=lambda: source_.now)
        pages = source.read(context, None)
        page = await anext(pages)
        with pytest.raises(DisconnectedError, match="gone"):
            await anext(pages)
    news.refusal = None
    source_.now += 10**12
    await source_.round(page.cursor)
    assert news.asked == []


async def renewed(source_: Polled, callback: str | None = "https://acme.example/in/press") -> Any:
    async with aiohttp.ClientSession() as http:
        context = Context("press", "acme", source_.settings, http, clock=lambda: NOW, callback=callback)
        return await source.renew(context, None)


async def test_a_hub_asks_back_and_posts_what_is_signed(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    lease = await renewed(source_)
    (form,) = news.forms
    assert form["hub.topic"] == "https://news.example/kettles"
    assert lease.until == NOW + int(form["hub.lease_seconds"]) * SECOND
    assert lease.data == {"topics": {form["hub.topic"]: source_.settings["feeds"][0].replace("feed.xml", "hub")}}
    target = form["hub.callback"].removeprefix("https://acme.example")
    question = f"{target}&hub.mode=subscribe&hub.topic=https%3A%2F%2Fnews.example%2Fkettles&hub.challenge=c%2B1"
    answer = ingress.handshake(Request("GET", question, ""), source_.settings, NOW)
    assert answer is not None
    assert answer.body == b"c+1"
    for wrong in ("mode=unsubscribe", "topic=https%3A%2F%2Fother.example"):
        name = wrong.partition("=")[0]
        changed = "&".join(p if f"hub.{name}=" not in p else f"hub.{wrong}" for p in question.split("&"))
        with pytest.raises(AuthenticationError):
            ingress.handshake(Request("GET", changed, ""), source_.settings, NOW)
    with pytest.raises(AuthenticationError):
        ingress.handshake(Request("GET", question.replace("token=", "token=0"), ""), source_.settings, NOW)
    webhook = catalogue.manifest("rss").webhook
    assert webhook is not None
    body = news.body().encode()
    for name in ("sha1", "sha256", "sha512"):
        value = f"{name}={hmac.new(form['hub.secret'].encode(), body, name).hexdigest()}"
        call = Request("POST", target, "", {"x-hub-signature": value}, body)
        assert authenticate(webhook, lambda _: (SECRET,), call, NOW) == "signature"
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("other",), call, NOW)


async def test_leases_that_are_not_granted(site: tuple[Site, Polled]) -> None:
    news, source_ = site
    assert await renewed(source_, None) is None, "nobody can call us"
    for status, error in ((400, ConfigurationError), (503, RetryLaterError)):
        news.hub_status = status
        with pytest.raises(error):
            await renewed(source_)
    source_.settings["hub_secret"] = None
    assert await renewed(source_) is None


def test_other_calls_are_no_question() -> None:
    assert websub.handshake(Request("POST", "/in/press?hub.mode=subscribe", ""), (SECRET,)) is None
    assert websub.handshake(Request("GET", "/in/press", ""), (SECRET,)) is None


def test_encodings_that_nobody_names() -> None:
    text = "Как пережить новогоднюю ночь и всё, что за ней следует: чайник, чай и сахар"
    body = f"<rss><channel><item><title>{text}</title></item></channel></rss>".encode("koi8-r")
    (entry,) = feeds.parse(body).entries
    assert entry.title is not None
    assert entry.title.value == text


def test_elements_that_lie_too_deep_are_refused_at_once() -> None:
    with pytest.raises(MalformedPayloadError, match="nested deeper"):
        feeds.parse(b"<rss>" + b"<a>" * 5000)
