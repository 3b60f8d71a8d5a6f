"""LinkedIn beyond its fixtures: challenge, signature, and notifications as they are listed."""

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
from commonline.connectors.linkedin import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

ORG = "urn:li:organization:5515715"


def notification(number: int, minutes_ago: float) -> dict[str, Any]:
    urn = f"urn:li:comment:(urn:li:activity:1,{number})"
    comment = {"entity": urn, "owner": "urn:li:person:ana", "text": f"Text {number}"}
    return {
        "notificationId": number,
        "organizationalEntity": ORG,
        "action": "COMMENT",
        "sourcePost": "urn:li:share:1",
        "generatedActivity": urn,
        "decoratedGeneratedActivity": {"comment": comment},
        "lastModifiedAt": (NOW - int(minutes_ago * MINUTE)) // 1000,
    }


class Site:
    """Notifications, newest first."""

    def __init__(self) -> None:
        self.elements: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.status = 200

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(request.rel_url.raw_query_string)
        if request.headers["Authorization"] != "Bearer token" or self.status != 200:
            return web.json_response({}, status=self.status if self.status != 200 else 401)
        assert request.headers["LinkedIn-Version"] == "202506"
        assert request.headers["X-Restli-Protocol-Version"] == "2.0.0"
        start, count = int(request.query["start"]), int(request.query["count"])
        return web.json_response({"elements": self.elements[start : start + count]})


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, Polled]]:
    made = Site()
    app = web.Application()
    app.router.add_get(source.PATH, made.listed)
    async with serving(app) as url:
        settings = {"access_token": ResolvedSecret(("token",)), "organization": "5515715", "version": "202506"}
        yield made, Polled("linkedin", settings | {"api_url": url})


def numbers(items: list[Any]) -> list[int]:
    return [json.loads(item.body)["notificationId"] for item in items]


async def test_notifications_are_read_once(site: tuple[Site, Polled]) -> None:
    linkedin, source_ = site
    linkedin.elements = [notification(n, n / 10) for n in range(1, 251)]
    items, cursor = await source_.round()
    assert numbers(items) == list(range(1, 251))
    assert [query.rpartition("start=")[2] for query in linkedin.asked] == [f"{n}&count=100" for n in (0, 100, 200)]
    assert (
        f"organizationalEntity=urn%3Ali%3Aorganization%3A5515715&timeRange=(start:{(NOW - 60 * MINUTE) // 1000}"
        in (linkedin.asked[0])
    )
    linkedin.elements.insert(0, notification(300, 0))
    items, _ = await source_.round(cursor)
    assert numbers(items) == [300]


async def test_what_is_listed_is_what_is_posted(site: tuple[Site, Polled]) -> None:
    linkedin, source_ = site
    linkedin.elements = [notification(1, 5)]
    items, _ = await source_.round()
    (here,) = source_.mapped(items)
    body = {"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": linkedin.elements}
    (there,) = posted("linkedin", json.dumps(body).encode(), organization="5515715")
    assert (here.id, here.thread.id, here.direction) == (there.id, there.thread.id, "inbound")


async def test_refusals(site: tuple[Site, Polled]) -> None:
    linkedin, source_ = site
    for status, error in ((401, AuthenticationError), (404, ConfigurationError), (503, RetryLaterError)):
        linkedin.status = status
        with pytest.raises(error):
            await source_.round()


def test_challenge() -> None:
    settings = {"client_secret": ResolvedSecret(("secret", "old"))}
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = ingress.handshake(Request("GET", f"/in/li?challengeCode={code}&applicationId=1", ""), settings, NOW)
    assert answer is not None
    expected = hmac.new(b"secret", code.encode(), hashlib.sha256).hexdigest()
    assert json.loads(answer.body) == {"challengeCode": code, "challengeResponse": expected}
    assert ingress.handshake(Request("POST", f"/in/li?challengeCode={code}", ""), settings, NOW) is None
    with pytest.raises(AuthenticationError):
        ingress.handshake(Request("GET", "/in/li?challengeCode=x", ""), {"client_secret": None}, NOW)


def test_the_prefix_is_part_of_what_is_signed() -> None:
    webhook = catalogue.manifest("linkedin").webhook
    assert webhook is not None
    body = b'{"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"}'
    good = hmac.new(b"secret", b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    bare = hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    call = Request("POST", "/in/li", "", {"x-li-signature": good}, body)
    assert authenticate(webhook, lambda _: ("secret",), call, NOW) == "signature"
    for value in (bare, f"hmacsha256={good}", ""):
        forged = Request("POST", "/in/li", "", {"x-li-signature": value}, body)
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("secret",), forged, NOW)
