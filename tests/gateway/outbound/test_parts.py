"""What is decided without network: signatures, schedule, filters, addresses."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from commonline.errors import ConfigurationError
from commonline.gateway.outbound.destination import Allowed, Pinned, RefusedError, outer
from commonline.gateway.outbound.filters import Filter, identifier, payload
from commonline.gateway.outbound.schedule import DELAYS_US, GIVE_UP_US, HOUR, SECOND, Outcome, decide
from commonline.gateway.outbound.signing import new_secret, signed
from commonline.schemas.models import FeedActivity
from tests.client.published import shown

RECORD = FeedActivity.from_record(shown(1, "My kettle leaks."))


@given(st.text(max_size=200).map(str.encode))
def test_the_specification_s_own_package_verifies(body: bytes) -> None:
    old, new, foreign = new_secret(), new_secret(), new_secret()
    headers = signed([new, old], "msg_1", int(time.time()), body)
    for key in (old, new):
        Webhook(key).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(foreign).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body + b"x", headers)


def test_three_days_and_then_no_more() -> None:
    first = now = 0
    for attempt in range(1, 50):
        verdict = decide(Outcome(500), attempt, first, now, 0.5)
        if verdict.fate == "dead":
            break
        assert verdict.due - now == DELAYS_US[attempt - 1]
        now = verdict.due
    assert attempt == 10
    assert now > 71 * HOUR


@given(st.integers(1, 9), st.floats(0, 1), st.integers(0, GIVE_UP_US))
def test_later_ever_later_never_after_three_days(attempt: int, chance: float, now: int) -> None:
    verdict = decide(Outcome(None, "reset"), attempt, 0, now, chance)
    if verdict.fate == "pending":
        assert now + DELAYS_US[attempt - 1] * 0.79 < verdict.due <= min(GIVE_UP_US, now + DELAYS_US[attempt - 1] * 1.21)


def test_what_the_receiver_says_is_heard() -> None:
    assert decide(Outcome(204), 1, 0, 0, 0).fate == "delivered"
    assert decide(Outcome(302), 1, 0, 0, 0).fate == "pending"
    assert decide(Outcome(410), 1, 0, 0, 0).fate == "gone"
    assert decide(Outcome(429, retry_after_s=3600), 1, 0, 0, 0).due == HOUR
    assert decide(Outcome(429, retry_after_s=1), 1, 0, 0, 0.5).due == 5 * SECOND


def test_filters() -> None:
    assert Filter().wants(RECORD)
    assert Filter(channels=("comment", "email"), directions=("inbound",), sources=("page",)).wants(RECORD)
    assert not Filter(channels=("email",)).wants(RECORD)
    assert not Filter(events=("merged",)).wants(RECORD)
    assert not Filter(visibilities=("internal",)).wants(RECORD)
    merged = FeedActivity.from_record(shown(2, event="merged", other=str(RECORD.conversation)))
    assert Filter(channels=("email",)).wants(merged)
    late = RECORD.model_copy(update={"catch_up": True})
    assert Filter().wants(late)
    assert not Filter(catch_up=False).wants(late)


def test_a_record_has_one_id_for_each_subscription() -> None:
    assert identifier("a", RECORD) == identifier("a", RECORD) != identifier("b", RECORD)
    assert "." not in identifier("a", RECORD)
    told = json.loads(payload(RECORD))
    assert told["type"] == "feed.activity"
    assert FeedActivity.model_validate(told["data"]) == RECORD


INNER = [
    "127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 198.18.0.1",
    "::1 :: fe80::1 fc00::1 fd00:ec2::254 ff02::1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1",
    "2002:7f00:1:: 64:ff9b:1::a00:1 2001:0:7f00:1:: ::7f00:1 fec0::1 192.0.2.1 2001:db8::1",
]


@pytest.mark.parametrize("address", " ".join(INNER).split())
def test_inner_addresses(address: str) -> None:
    assert not outer(ip_address(address))
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(ConfigurationError, match="inner address"):
        Allowed().check(f"https://{host}/hook")
    Allowed(frozenset({address})).check(f"http://{host}/hook")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_outer_addresses(address: str) -> None:
    assert outer(ip_address(address))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1"])
def test_what_resolves_to_an_inner_address_is_refused(host: str) -> None:
    with pytest.raises(OSError, match=r"inner address|not known|No address"):
        asyncio.run(Pinned(Allowed()).resolve(host, 80))


def test_a_host_that_is_named_may_be_inner() -> None:
    found = asyncio.run(
        Pinned(Allowed.from_environ({"COMMONLINE_WEBHOOKS_ALLOW": "crm.internal, LOCALHOST"})).resolve("localhost", 80)
    )
    assert {one["host"] for one in found} <= {"127.0.0.1", "::1"}
    with pytest.raises(RefusedError):
        asyncio.run(Pinned(Allowed(frozenset({"crm.internal"}))).resolve("localhost", 80))


BROKEN = (
    "http://crm.example/ ftp://crm.example/ https:// https://u:p@crm.example/ https://crm.example/#a "
    "https://crm.example:0/ https://crm.example:99999/ https://[::1/ javascript:x https://crm\u00a0.example\x01/"
)


@pytest.mark.parametrize("url", BROKEN.split(" "))
def test_urls_that_no_call_could_go_to(url: str) -> None:
    with pytest.raises(ConfigurationError, match="url"):
        Allowed().check(url)


def test_times_are_of_the_record() -> None:
    assert json.loads(payload(RECORD))["timestamp"] == RECORD.known.isoformat()
    assert datetime.fromisoformat(json.loads(payload(RECORD))["timestamp"]).tzinfo == UTC
