"""Segment and RudderStack beyond their fixtures: whose calls they are, and whose clock is told."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from commonline.errors import AuthenticationError
from commonline.kit import catalogue, times
from commonline.kit.authenticate import authenticate
from commonline.kit.replay import trial
from commonline.kit.request import Request
from commonline.kit.samples import Sample
from commonline.schemas.records import Activity

CONNECTOR = catalogue.connector("segment")
NOW = 1_780_315_200_000_000
BODY = b'{"type":"track","event":"Signed Up","userId":"u-1"}'


def sha1_by_hand(key: bytes, content: bytes) -> str:
    """RFC 2104 written out, so that the oracle shares no code with what it tests."""
    block = key.ljust(64, b"\0")
    inner = hashlib.new("sha1", bytes(b ^ 0x36 for b in block) + content, usedforsecurity=False).digest()
    return hashlib.new("sha1", bytes(b ^ 0x5C for b in block) + inner, usedforsecurity=False).hexdigest()


def proven(headers: dict[str, str], **secrets: str) -> str:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    call = Request("POST", "/in/customers", "https://acme.example/in/customers", headers, BODY)
    return authenticate(webhook, lambda name: (secrets[name],) if name in secrets else (), call, NOW)


def test_a_signed_call_of_segment() -> None:
    assert proven({"x-signature": sha1_by_hand(b"kettle", BODY)}, shared_secret="kettle") == "signature"
    with pytest.raises(AuthenticationError):
        proven({"x-signature": sha1_by_hand(b"kettle", BODY + b" ")}, shared_secret="kettle")


def test_a_call_of_rudderstack_and_of_a_library() -> None:
    assert proven({"authorization": "Bearer long-secret"}, token="long-secret") == "token"
    assert proven({"authorization": "Basic d3JpdGUta2V5Og=="}, user_password="write-key:") == "token"
    for headers in ({}, {"authorization": "Bearer other"}, {"authorization": "Basic b3RoZXI6"}):
        with pytest.raises(AuthenticationError):
            proven(headers, token="long-secret", user_password="write-key:")


def told(**call: Any) -> Activity:
    one = trial(CONNECTOR, {})
    body = json.dumps({"type": "track", "event": "Asked", "userId": "u-1", **call}).encode()
    (result,) = one.run(one.delivery(Sample("call", body), NOW))
    (activity,) = result.activities
    return activity


@pytest.mark.parametrize(
    ("clocks", "published", "clock"),
    [
        # A clock that goes an hour wrong is put right by what the server saw of it.
        (("10:00:01", "10:00:03", "09:00:05"), "09:00:03", "source"),
        ((None, None, "09:00:05"), "09:00:05", "source"),
        (("10:00:01", "10:00:03", None), "10:00:01", "author"),
        ((None, None, None), None, "received"),
    ],
)
def test_the_time_is_corrected(clocks: tuple[str | None, ...], published: str | None, clock: str) -> None:
    names = ("originalTimestamp", "sentAt", "receivedAt")
    given = {name: f"2026-05-04T{at}Z" for name, at in zip(names, clocks, strict=True) if at}
    activity = told(messageId="m-1", **given)
    assert activity.published == (times.parse(f"2026-05-04T{published}Z") if published else NOW)
    assert activity.clock == clock


def test_a_replay_is_the_same_fact_and_another_call_is_not() -> None:
    assert told(messageId="m-1").id == told(messageId="m-1", sentAt="2026-05-04T10:00:00Z").id
    assert told(messageId="m-1").id != told(messageId="m-2").id
    assert told(properties={"text": "one"}).id != told(properties={"text": "two"}).id


def test_a_visitor_is_never_joined_by_that_alone() -> None:
    visitor = told(userId=None, anonymousId="v-1").actor
    assert visitor is not None
    assert (visitor.kind, visitor.claims) == ("anonymous", [])
