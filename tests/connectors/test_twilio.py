"""Twilio beyond its fixtures: signatures by Twilio's own package; lists from a server that speaks its API."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import web
from multidict import MultiDict
from tests.connectors.polled import NOW, Polled, posted, serving
from twilio.request_validator import RequestValidator

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.twilio import ingress, source
from commonline.errors import AuthenticationError, RetryLaterError
from commonline.kit.request import Request
from commonline.kit.source import Item

FIXTURES = Path(source.__file__).parent / "fixtures"
TOKEN = "kettle-auth-token"
URL = "https://kettles.example/in/twilio?b=2&a=1"
ACCOUNT = "ACc0ffee00c0ffee00c0ffee00c0ffee00"
FORM = [("Body", "Olá & até já 👋"), ("From", "+351911234567"), ("Empty", ""), ("Media", "2"), ("Media", "1")]
OURS = RequestValidator(TOKEN)


def call(url: str, body: bytes, signature: str, content_type: str = "application/x-www-form-urlencoded") -> Request:
    headers = {"content-type": content_type, "x-twilio-signature": signature, "i-twilio-idempotency-token": "once"}
    return Request("POST", url.removeprefix("https://kettles.example"), url, headers, body)


def verified(request: Request, *tokens: str) -> str | None:
    return ingress.verify(request, {"auth_token": ResolvedSecret(tokens or (TOKEN,))}, NOW).vendor_id


def signed(url: str, fields: list[tuple[str, str]]) -> str:
    """As Twilio's package signs; it takes fields as a framework gives them."""
    return str(OURS.compute_signature(url, MultiDict(fields)))


def test_what_twilio_signs_is_accepted() -> None:
    assert verified(call(URL, urlencode(FORM).encode(), signed(URL, FORM))) == "once"
    assert verified(call(URL, urlencode(FORM).encode(), signed(URL, FORM)), "new", TOKEN) == "once"


@pytest.mark.parametrize(
    ("public", "called"),
    [
        ("https://kettles.example/in/t", "https://kettles.example:443/in/t"),
        ("https://kettles.example:8443/in/t", "https://kettles.example/in/t"),
    ],
)
def test_ports_that_twilio_leaves_out_or_adds(public: str, called: str) -> None:
    assert verified(call(public, urlencode(FORM).encode(), signed(called, FORM))) == "once"


def test_a_body_that_is_no_form_is_signed_by_its_digest() -> None:
    body = b'{"event_type": "voice_intelligence_transcript_available"}'
    url = f"https://kettles.example/in/twilio?bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = str(OURS.compute_signature(url, {}))
    assert OURS.validate(url, body.decode(), signature)
    assert verified(call(url, body, signature, "application/json")) == "once"
    with pytest.raises(AuthenticationError, match="body-mismatch"):
        verified(call(url, body + b" ", signature, "application/json"))


@pytest.mark.parametrize(
    "request_",
    [
        call(URL, urlencode([*FORM, ("Body", "pay me")]).encode(), signed(URL, FORM)),
        call(URL, urlencode(FORM).encode(), signed(URL.replace("a=1", "a=2"), FORM)),
        call(URL, urlencode(FORM).encode(), base64.b64encode(b"x" * 20).decode()),
        call(URL, b'{"a": 1}', str(OURS.compute_signature(URL, {})), "application/json"),
        call(URL, urlencode(FORM).encode(), ""),
        call(URL, urlencode([("a", str(n)) for n in range(600)]).encode(), signed(URL, [])),
    ],
)
def test_forgeries(request_: Request) -> None:
    with pytest.raises(AuthenticationError):
        verified(request_)


class Twilio:
    """Lists, newest first, two records a page."""

    def __init__(self) -> None:
        self.records: dict[str, list[dict[str, Any]]] = {"messages": [], "calls": []}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.status = 200
        self.app = web.Application()
        self.app.router.add_get("/2010-04-01/Accounts/{account}/{name}.json", self.listed)

    async def listed(self, request: web.Request) -> web.Response:
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        assert request.headers["Authorization"] == expected
        name = request.match_info["name"].lower()
        self.asked.append((name, dict(request.query)))
        found, begin = self.records.get(name, []), int(request.query.get("Page", "0")) * 2
        more = f"{request.path}?PageSize=2&Page={begin // 2 + 1}" if begin + 2 < len(found) else None
        body = {name: found[begin : begin + 2], "next_page_uri": more}
        return web.json_response(body, status=self.status, headers={"Retry-After": "4"} if self.status != 200 else {})


def message(number: int, updated: str, **more: Any) -> dict[str, Any]:
    return {
        "sid": f"SM{number:032}",
        "account_sid": ACCOUNT,
        "body": f"message {number}",
        "date_created": "Mon, 01 Jun 2026 11:30:00 +0000",
        "date_sent": "Mon, 01 Jun 2026 11:30:00 +0000",
        "date_updated": f"Mon, 01 Jun 2026 {updated} +0000",
        "direction": "outbound-api",
        "from": "+351300500300",
        "to": "+351911234567",
        "status": "sent",
        **more,
    }


def polled(url: str, **more: Any) -> Polled:
    settings = {"api_url": url, "account_sid": ACCOUNT, "auth_token": ResolvedSecret((TOKEN,))}
    return Polled("twilio", settings, **more)


async def test_lists_are_read_to_their_end_and_once() -> None:
    twilio = Twilio()
    async with serving(twilio.app) as url:
        twilio.records["messages"] = [message(n, "11:31:00") for n in (3, 2, 1)]
        one = polled(url)
        items, cursor = await one.round()
        assert [a.object.text for a in one.mapped(items)] == ["message 3", "message 2", "message 1"]
        assert twilio.asked[0] == ("messages", {"DateSent>": "2026-06-01T11:00:00Z", "PageSize": "200"})
        assert TOKEN not in str(items)
        assert (await one.round(cursor))[0] == []
        twilio.records["messages"][1] = message(2, "11:45:00", status="undelivered", error_code=30003)
        items, _ = await one.round(cursor)
        assert [(a.type, a.event) for a in one.mapped(items)] == [("Create", "message"), ("Update", "message.failed")]


async def test_history_and_patience() -> None:
    twilio = Twilio()
    async with serving(twilio.app) as url:
        twilio.records["messages"] = [message(1, "11:31:00")]
        items, cursor = await polled(url, mode="backfill", since=NOW - 90 * 86_400_000_000).round()
        assert len(items) == 1
        assert twilio.asked[0][1]["DateSent>"] == "2026-03-03T12:00:00Z"
        assert cursor is not None
        assert set(cursor) == {"Messages", "Calls", "Recordings", "Transcriptions"}
        twilio.status = 429
        with pytest.raises(RetryLaterError) as caught:
            await polled(url).round()
        assert caught.value.after_s == 4.0


@pytest.mark.parametrize(
    ("form", "record"),
    [
        ("message.received__text", "message.record__polled"),
        ("message.status__failed", "message.record__failed"),
        ("call__completed", "call.record__polled"),
        ("recording__completed", "recording.record__polled"),
        ("transcription__completed", "transcription.record__polled"),
    ],
)
def test_webhook_and_list_tell_the_same_facts(form: str, record: str) -> None:
    told = posted_form((FIXTURES / f"{form}.form").read_bytes())
    listed = [one.id for one in posted("twilio", (FIXTURES / f"{record}.json").read_bytes())]
    assert set(told) <= set(listed)
    assert told


def posted_form(body: bytes) -> list[str]:
    one = Polled("twilio", {})
    item = Item(body, "application/x-www-form-urlencoded", transport="poll")
    return [activity.id for activity in one.mapped([item])]
