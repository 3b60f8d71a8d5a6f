"""Stripe beyond its fixtures: Stripe's own verifier, amounts, and events by both paths."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from aiohttp import web
from tests.connectors.called import delivered, source
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.stripe import account, ingress
from commonline.errors import AuthenticationError, RetryLaterError
from commonline.kit.request import Request

FIXTURES = Path(ingress.__file__).parent / "fixtures"
KEY = "rk_live_acme"
SECRETS = ("whsec_new", "whsec_old")
SETTINGS = {"signing_secret": ResolvedSecret(SECRETS)}
BODY = (FIXTURES / "charge__succeeded.json").read_bytes()
STAMP = NOW // SECOND


def signed(body: bytes, secret: str, stamp: int = STAMP) -> str:
    """The header as Stripe's own package makes it."""
    made = stripe.WebhookSignature._compute_signature(f"{stamp}.{body.decode()}", secret)
    return f"t={stamp},v1={made},v0=0000"


def call(header: str | None, body: bytes = BODY) -> Request:
    headers = {} if header is None else {ingress.HEADER: header}
    return Request("POST", "/in/payments", "https://acme.example/in/payments", headers, body)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_stripe_signs_is_accepted(secret: str) -> None:
    header = signed(BODY, secret)
    assert stripe.WebhookSignature.verify_header(BODY.decode(), header, secret)
    assert ingress.verify(call(header), SETTINGS, NOW).authentication == "signature"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "signature-missing"),
        (signed(BODY, "whsec_other"), "signature-mismatch"),
        (signed(BODY, SECRETS[0]).replace("v1=", "v0="), "signature-mismatch"),
        (signed(BODY, SECRETS[0]).upper().replace("T=", "t=").replace("V1=", "v1="), "signature-mismatch"),
        (signed(BODY, SECRETS[0], STAMP - 301), "stale"),
        (signed(BODY, SECRETS[0], STAMP + 301), "in-the-future"),
        (signed(BODY, SECRETS[0]).partition(",")[2], "timestamp-missing"),
        ("t=1e9,v1=00", "timestamp-malformed"),
        ("t=" + "9" * 400, "timestamp-malformed"),
        (",".join(["=", "t", "", "v1"] * 9), "timestamp-missing"),
    ],
)
def test_what_stripe_did_not_sign_is_refused(header: str | None, reason: str) -> None:
    with pytest.raises(AuthenticationError, match=reason):
        ingress.verify(call(header), SETTINGS, NOW)


def test_an_event_is_one_delivery_however_often_it_is_sent() -> None:
    payments = source("stripe", signing_secret=SECRETS[0])
    told = [delivered(payments, BODY, {"Stripe-Signature": signed(BODY, SECRETS[0])}) for _ in range(2)]
    assert told[0].id == told[1].id
    assert told[0].vendor_id == json.loads(BODY)["id"]
    assert told[0].headers == {}, "a signature is not kept"


def test_a_changed_body_is_refused() -> None:
    with pytest.raises(AuthenticationError, match="signature-mismatch"):
        ingress.verify(call(signed(BODY, SECRETS[0]), BODY + b" "), SETTINGS, NOW)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1230, "eur", "12.30 EUR"), (500, "JPY", "500 JPY"), (1234567, "bhd", "1234.567 BHD"), (-5, "usd", "-0.05 USD")],
)
def test_amounts_are_told_in_units_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert account.shown(minor, currency) == text


class Stripe:
    """The list of events: newest first, filtered by time, paged by the last one seen."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.failure: web.Response | None = None
        self.page = 3

    async def listed(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.failure is not None:
            return self.failure
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        query = request.query
        found = [e for e in self.events if int(query["created[gte]"]) <= e["created"]]
        found = [e for e in found if e["created"] < int(query.get("created[lt]", 1 << 60))]
        found.sort(key=lambda e: -int(e["created"]))
        after = query.get("starting_after")
        begin = next((n + 1 for n, e in enumerate(found) if e["id"] == after), 0)
        page = found[begin : begin + self.page]
        return web.json_response({"object": "list", "data": page, "has_more": begin + self.page < len(found)})


@pytest.fixture
async def vendor() -> AsyncIterator[tuple[Stripe, Polled]]:
    made = Stripe()
    app = web.Application()
    app.router.add_get("/v1/events", made.listed)
    async with serving(app) as url:
        settings = {"api_key": ResolvedSecret((KEY,)), "api_url": url, "account": ""}
        yield made, Polled("stripe", settings)


def event(number: int, at: int, fixture: str = "charge__succeeded") -> dict[str, Any]:
    told: dict[str, Any] = json.loads((FIXTURES / f"{fixture}.json").read_bytes())
    told["data"]["object"]["id"] = f"ch_{number}"
    return {**told, "id": f"evt_{number}", "created": at // SECOND}


async def test_events_come_oldest_first_and_once(vendor: tuple[Stripe, Polled]) -> None:
    server, polled = vendor
    server.events = [event(n, NOW - (50 - n) * MINUTE) for n in range(8)]
    items, cursor = await polled.round()
    assert [item.vendor_id for item in items] == [f"evt_{n}" for n in range(8)]
    assert "created[lt]" not in server.asked[0], "an hour is one slice"
    server.events.append(event(8, NOW - 55 * MINUTE))
    server.events.append(event(9, NOW + MINUTE))
    server.events.append(event(10, NOW - 6 * MINUTE + 90 * SECOND))
    items, _ = await polled.round(cursor)
    assert [item.vendor_id for item in items] == ["evt_10", "evt_9"], "late ones are found within the overlap"


async def test_history_is_read_in_slices_that_can_be_resumed(vendor: tuple[Stripe, Polled]) -> None:
    server, polled = vendor
    polled.since, polled.mode = NOW - 24 * 60 * MINUTE, "backfill"
    server.events = [event(n, NOW - (23 - 3 * n) * 60 * MINUTE) for n in range(8)]
    items, cursor = await polled.round()
    assert [item.vendor_id for item in items] == [f"evt_{n}" for n in range(8)]
    assert len({query["created[gte]"] for query in server.asked}) == 5
    server.asked.clear()
    assert (await polled.round(cursor))[0] == []
    assert len(server.asked) == 1, "what was read is not asked for again"


async def test_both_paths_tell_the_same_facts(vendor: tuple[Stripe, Polled]) -> None:
    server, polled = vendor
    names = ("charge__succeeded", "customer.subscription__past_due", "invoice__payment_failed")
    bodies = [json.loads((FIXTURES / f"{name}.json").read_bytes()) for name in names]
    server.events, polled.since = bodies, (bodies[0]["created"] - 60) * SECOND
    polled.now = polled.since + 10 * MINUTE
    items, _ = await polled.round()
    live = {activity.id for body in bodies for activity in posted("stripe", json.dumps(body).encode())}
    assert {activity.id for activity in polled.mapped(items)} == live
    assert len(live) == 3


async def test_patience(vendor: tuple[Stripe, Polled]) -> None:
    server, polled = vendor
    server.failure = web.Response(status=429, headers={"Retry-After": "3"})
    with pytest.raises(RetryLaterError) as caught:
        await polled.round()
    assert caught.value.after_s == 3
