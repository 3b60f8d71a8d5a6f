"""WooCommerce beyond its fixtures: signature and ping, and orders with their notes by both paths."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.connectors import called
from tests.connectors.polled import MINUTE, NOW, Polled, posted, serving
from tests.connectors.rfc2104 import hmac_by_hand

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.woocommerce import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.handshake import Answer
from commonline.kit.request import Request

FIXTURES = Path(source.__file__).parent / "fixtures"
KEY, SECRET = "ck_acme", "cs_acme"


def moment(at: int) -> str:
    return times.from_micros(at).strftime("%Y-%m-%dT%H:%M:%S")


class Shop:
    """Orders behind a time, by page; the notes of an order, newest first."""

    def __init__(self) -> None:
        self.orders: list[dict[str, Any]] = []
        self.notes: dict[str, list[dict[str, Any]]] = {}
        self.failing = False

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get(source.ORDERS, self.listed)
        app.router.add_get(source.ORDERS + "/{id}/notes", self.noted)
        return app

    async def listed(self, request: web.Request) -> web.Response:
        if self.failing:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "6"})
        pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        assert request.headers["Authorization"] == f"Basic {pair}"
        query = request.query
        assert (query["orderby"], query["order"], query["dates_are_gmt"]) == ("modified", "asc", "true")
        found = [one for one in self.orders if one["date_modified_gmt"] > query["modified_after"]]
        found.sort(key=lambda one: (one["date_modified_gmt"], one["id"]))
        size, page = int(query["per_page"]), int(query["page"])
        return web.json_response(found[(page - 1) * size : page * size])

    async def noted(self, request: web.Request) -> web.Response:
        return web.json_response(self.notes.get(request.match_info["id"], [])[::-1])


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, Polled]]:
    vendor = Shop()
    async with serving(vendor.app()) as url:
        settings = {"consumer_key": ResolvedSecret((KEY,)), "consumer_secret": ResolvedSecret((SECRET,)), "url": url}
        yield vendor, Polled("woocommerce", settings)


def order(number: int, at: int, created: int | None = None) -> dict[str, Any]:
    told = {"id": number, "number": str(number), "status": "processing", "customer_id": 31, "total": "9.90"}
    return {**told, "date_created_gmt": moment(created or at), "date_modified_gmt": moment(at)}


def note(number: int, at: int, *, shared: bool) -> dict[str, Any]:
    told = {"id": number, "author": "mia", "note": f"note {number}", "customer_note": shared}
    return {**told, "date_created_gmt": moment(at)}


async def test_changed_orders_with_their_new_notes(shop: tuple[Shop, Polled]) -> None:
    vendor, polled = shop
    vendor.orders = [order(1, NOW - 20 * MINUTE, NOW - 300 * MINUTE), order(2, NOW - 30 * MINUTE)]
    vendor.orders.append(order(3, NOW - 90 * MINUTE))
    vendor.notes["1"] = [note(10, NOW - 200 * MINUTE, shared=True), note(11, NOW - 21 * MINUTE, shared=True)]
    vendor.notes["1"].append(note(12, NOW - 20 * MINUTE, shared=False))
    items, cursor = await polled.round()
    found = polled.mapped(items)
    assert [(one.object.title or one.object.text, one.type, one.visibility) for one in found] == [
        ("#2", "Create", "customer"),
        ("#1", "Create", "customer"),
        ("#1", "Update", "customer"),
        ("note 11", "Create", "customer"),
        ("note 12", "Create", "internal"),
    ]
    assert (await polled.round(cursor))[0] == []
    assert SECRET not in repr(items)


async def test_pages_lose_nothing_at_one_moment(shop: tuple[Shop, Polled], monkeypatch: pytest.MonkeyPatch) -> None:
    vendor, polled = shop
    monkeypatch.setattr(source, "PAGE", 2)
    same = NOW - 30 * MINUTE
    vendor.orders = [order(n, same + max(n - 4, 0) * MINUTE) for n in range(8)]
    items, _ = await polled.round()
    assert [one.object.title for one in polled.mapped(items)] == [f"#{n}" for n in range(8)]


async def test_both_paths_tell_the_same_facts(shop: tuple[Shop, Polled]) -> None:
    vendor, polled = shop
    topics = {"order__created": "order.created", "order__completed": "order.updated"}
    url = polled.settings["url"]
    live = set()
    for name, topic in topics.items():
        body = (FIXTURES / f"{name}.json").read_bytes()
        live |= {one.id for one in posted("woocommerce", body, {"x-wc-webhook-topic": topic}, url=url)}
    vendor.orders, polled.since = [json.loads((FIXTURES / "order__completed.json").read_bytes())], 10**15
    items, _ = await polled.round()
    assert {one.id for one in polled.mapped(items)} == live
    assert len(live) == 2


async def test_patience_and_no_shop(shop: tuple[Shop, Polled]) -> None:
    vendor, polled = shop
    vendor.failing = True
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 6
    polled.settings["url"] += "/blog"
    with pytest.raises(ConfigurationError, match="no WooCommerce"):
        await polled.round()


def call(body: bytes, signature: str = "") -> Request:
    headers = {"x-wc-webhook-signature": signature} if signature else {}
    return Request("POST", "/in/shop", "https://acme.example/in/shop", headers, body)


def test_signature_as_woocommerce_makes_it() -> None:
    webhook = catalogue.manifest("woocommerce").webhook
    assert webhook is not None
    body = (FIXTURES / "order__created.json").read_bytes()
    good = base64.b64encode(hmac_by_hand("sha256", b"webhook-secret", body)).decode()
    assert authenticate(webhook, lambda _: ("webhook-secret",), call(body, good), NOW) == "signature"
    for other in (call(body + b" ", good), call(body), call(body, good.rstrip("="))):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, lambda _: ("webhook-secret",), other, NOW)


def test_the_ping_is_answered_though_nothing_signs_it() -> None:
    shop = called.source("woocommerce", url="https://shop.acme.example", webhook_secret="webhook-secret")
    assert shop.takes("application/x-www-form-urlencoded")
    assert isinstance(called.call(shop, b"webhook_id=7"), Answer)
    body = (FIXTURES / "order__created.json").read_bytes()
    signed = base64.b64encode(hmac_by_hand("sha256", b"webhook-secret", body)).decode()
    sent = {"X-WC-Webhook-Signature": signed, "X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Delivery-ID": "d1"}
    told = called.delivered(shop, body, sent)
    assert (told.vendor_id, told.headers) == ("d1", {"x-wc-webhook-topic": "order.created"})


@pytest.mark.parametrize("body", [b"webhook_id=x", b"webhook_id=7&a=1", b'{"id":7}', b"", b"webhook_id=" + b"7" * 99])
def test_the_ping_is_answered_and_nothing_else(body: bytes) -> None:
    assert ingress.handshake(call(b"webhook_id=7"), {}, NOW) is not None
    assert ingress.handshake(call(body), {}, NOW) is None
