from __future__ import annotations

import pytest

from commonline.errors import AuthenticationError
from commonline.kit import handshake
from commonline.kit.manifest import BodyEcho, QueryEcho, Webhook
from commonline.kit.request import Request

META = Webhook(
    handshake=QueryEcho(
        kind="query-echo",
        match={"hub.mode": "subscribe"},
        token="hub.verify_token",
        secret="verify_token",
        echo="hub.challenge",
    )
)
SLACK = Webhook(handshake=BodyEcho(kind="body-echo", field="type", equals="url_verification", echo="challenge"))


def secrets(_: str) -> tuple[str, ...]:
    return ("kettle", "old-kettle")


def get(query: str) -> Request:
    return Request("GET", f"/in/fb?{query}", "")


def post(body: bytes) -> Request:
    return Request("POST", "/in/slack", "", {}, body)


@pytest.mark.parametrize("token", ["kettle", "old-kettle"])
def test_query_echo_answers_the_challenge_verbatim(token: str) -> None:
    query = f"hub.mode=subscribe&hub.challenge=1158%2001%3Cb%3E&hub.verify_token={token}"
    answer = handshake.by_query(META, secrets, get(query))
    assert answer is not None
    assert (answer.status, answer.body) == (200, b"1158 01<b>")
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "query", ["hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong"]
)
def test_query_echo_with_a_wrong_token_is_not_theirs(query: str) -> None:
    with pytest.raises(AuthenticationError):
        handshake.by_query(META, secrets, get(query))


@pytest.mark.parametrize(
    "query",
    ["", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=kettle", "hub.mode=subscribe&hub.verify_token=kettle"],
)
def test_other_calls_are_no_handshake(query: str) -> None:
    assert handshake.by_query(META, secrets, get(query)) is None
    assert handshake.by_query(SLACK, secrets, get(query)) is None


def test_a_challenge_of_a_megabyte_is_not_echoed() -> None:
    with pytest.raises(AuthenticationError):
        handshake.by_query(META, secrets, get("hub.mode=subscribe&hub.verify_token=kettle&hub.challenge=" + "x" * 5000))


def test_body_echo() -> None:
    answer = handshake.by_body(SLACK, post(b'{"token":"t","challenge":"3eZbrw1aB","type":"url_verification"}'))
    assert answer is not None
    assert answer.body == b"3eZbrw1aB"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"url_verification",
        b'["url_verification"]',
        b'{"type":"event_callback","text":"url_verification"}',
        b'{"type":"url_verification"}',
        b'{"type":"url_verification","challenge":7}',
        b"[" * 50_000 + b'"url_verification"',
    ],
)
def test_other_bodies_are_no_handshake(body: bytes) -> None:
    assert handshake.by_body(SLACK, post(body)) is None
