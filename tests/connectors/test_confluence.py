"""Confluence beyond its fixtures: a search that is read on, and webhooks that are signed or not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from aiohttp import web
from tests.connectors import called
from tests.connectors.polled import NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit.source import Item
from commonline.schemas.records import Delivery

OPEN = {"read": {"restrictions": {"user": {"results": [], "size": 0}, "group": {"results": [], "size": 0}}}}


def page(number: int, when: str, version: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "page",
        "title": f"page {number}",
        "space": {"key": "KETTLE"},
        "history": {"createdDate": "2026-06-01T11:00:00.000Z"},
        "version": {"number": version, "when": f"2026-06-01T{when}:00.000Z"},
        "restrictions": OPEN,
        "body": {"storage": {"value": f"<p>words of {number}</p>"}},
        **more,
    }


class Site:
    """A site that answers searches, two contents a page."""

    def __init__(self, below: str = "") -> None:
        self.contents: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.logins: set[str] = set()
        self.status, self.below = 200, below
        self.app = web.Application()
        self.app.router.add_get(f"{below}/rest/api/content/search", self.search)

    async def search(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        self.logins.add(request.headers["Authorization"])
        begin = int(request.query.get("start", "0"))
        links: dict[str, str] = {"base": "https://x", "context": self.below}
        if begin + 2 < len(self.contents):
            links["next"] = f"/rest/api/content/search?cql=same&start={begin + 2}"
        body = {"results": self.contents[begin : begin + 2], "_links": links}
        return web.json_response(body, status=self.status, headers={"Retry-After": "3"} if self.status != 200 else {})


def polled(url: str, **more: Any) -> Polled:
    settings = {
        "site": url,
        "user": None,
        "api_token": ResolvedSecret(("kettle-token",)),
        "time_zone": "Europe/Berlin",
        "spaces": ["KETTLE"],
        "public_spaces": [],
        "customer_spaces": [],
        **more,
    }
    return Polled("confluence", settings)


async def test_a_search_is_read_on_and_each_version_once() -> None:
    site = Site()
    async with serving(site.app) as url:
        site.contents = [page(1, "11:10"), page(2, "11:20"), page(3, "11:30", 4)]
        one = polled(url)
        items, cursor = await one.round()
        found = one.mapped(items)
        assert [(a.type, a.object.text) for a in found] == [
            ("Create", "words of 1"),
            ("Create", "words of 2"),
            ("Update", "words of 3"),
        ]
        assert {a.visibility for a in found} == {"internal"}
        assert '2026-06-01 13:00"' in site.asked[0]["cql"], "minutes of Berlin"
        assert 'space in ("KETTLE")' in site.asked[0]["cql"]
        assert site.asked[0]["expand"].endswith("body.storage")
        assert site.asked[1]["start"] == "2"
        assert site.logins == {"Bearer kettle-token"}
        assert (await one.round(cursor))[0] == []
        site.contents.append(page(2, "11:31", 2))
        items, _ = await one.round(cursor)
        assert [(a.type, a.object.version) for a in one.mapped(items)] == [("Update", "2")]


async def test_the_cloud_is_below_wiki_and_has_another_login() -> None:
    site = Site("/wiki")
    async with serving(site.app) as url:
        site.contents = [page(n, "11:10") for n in range(3)]
        items, _ = await polled(f"{url}/wiki", user="line@kettles.example").round()
        assert len(items) == 3
        assert site.logins == {"Basic " + base64.b64encode(b"line@kettles.example:kettle-token").decode()}
        assert site.asked[0]["expand"].endswith("body.atlas_doc_format")


async def test_patience_and_settings_that_are_none() -> None:
    site = Site()
    async with serving(site.app) as url:
        site.status = 429
        with pytest.raises(RetryLaterError) as caught:
            await polled(url).round()
        assert caught.value.after_s == 3.0
        for wrong in ({"time_zone": "Kettle/Town"}, {"spaces": ['x" or type = "page']}):
            with pytest.raises(ConfigurationError):
                await polled(url, **wrong).round()


HOOK = {"event": "page_updated", "timestamp": NOW // 1000, "page": {"id": 3, "version": 4, "spaceKey": "KETTLE"}}


def test_a_thin_webhook_does_not_take_the_place_of_the_words() -> None:
    one = polled("https://wiki.kettles.example")
    settings: dict[str, Any] = {
        "site": "https://wiki.kettles.example",
        "public_spaces": ["KETTLE"],
        "customer_spaces": [],
    }
    (thin,) = posted("confluence", json.dumps(HOOK).encode(), **settings)
    assert (thin.type, thin.visibility) == ("Update", "restricted")
    content = json.dumps(page(3, "11:30", 4)).encode()
    (whole,) = one.mapped([Item(content, transport="poll")])
    assert thin.object.id == whole.object.id
    assert thin.id != whole.id


def test_signatures_and_tokens() -> None:
    body = json.dumps(HOOK).encode()
    secrets = {"webhook_secret": "kettle-secret", "webhook_token": "kettle-word"}
    wiki = called.source("confluence", site="https://w.example", **secrets)
    signature = "sha256=" + hmac.new(b"kettle-secret", body, hashlib.sha256).hexdigest()
    assert isinstance(called.call(wiki, body, headers={"X-Hub-Signature": signature}), Delivery)
    made = called.call(wiki, body, target="/in/wiki?token=kettle-word&event=page_updated")
    assert isinstance(made, Delivery)
    assert made.request == "POST /in/wiki?token=***&event=page_updated"
    for headers, target in (({"X-Hub-Signature": signature[:-1] + "0"}, "/in/wiki"), ({}, "/in/wiki?token=guess")):
        with pytest.raises(AuthenticationError):
            called.call(wiki, body + b" ", headers=headers, target=target)
