from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from commonline.errors import AuthenticationError
from commonline.kit import signature
from commonline.kit.authenticate import authenticate, has_secret
from commonline.kit.manifest import Signature, Token, Webhook
from commonline.kit.request import Request

NOW = 1_764_000_000_000_000
SCHEME = Signature(header="X-Signature", secret="signing")
CALL = Request("POST", "/in/x?token=letmein%21", "http://localhost/in/x", {}, b"{}")
SECRETS = {"signing": ("new", "old"), "token": ("letmein!",), "login": ("ana:s3cret:with colon",)}


def secrets(name: str) -> tuple[str, ...]:
    return SECRETS.get(name, ())


def reason(webhook: Webhook, call: Request) -> str:
    with pytest.raises(AuthenticationError) as caught:
        authenticate(webhook, secrets, call, NOW)
    return caught.value.reason


def with_headers(**headers: str) -> Request:
    return replace(CALL, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_signature_by_either_live_secret() -> None:
    webhook = Webhook(signature=[SCHEME])
    for secret in ("new", "old"):
        made = signature.sign(SCHEME, secret, CALL, NOW)
        call = with_headers(x_signature=made["X-Signature"])
        assert authenticate(webhook, secrets, call, NOW) == "signature"
    assert reason(webhook, CALL) == "signature-missing"
    assert reason(webhook, with_headers(x_signature="0" * 64)) == "signature-mismatch"


def test_tokens_in_header_query_and_basic_auth() -> None:
    header = Webhook(token=[Token(header="Authorization", prefix="Bearer ", secret="token")])
    assert authenticate(header, secrets, with_headers(authorization="Bearer letmein!"), NOW) == "token"
    assert reason(header, with_headers(authorization="letmein!")) == "token-missing"
    assert reason(header, with_headers(authorization="Bearer letmein")) == "token-mismatch"
    query = Webhook(token=[Token(query="token", secret="token")])
    assert authenticate(query, secrets, CALL, NOW) == "token"
    assert reason(query, replace(CALL, target="/in/x?token=")) == "token-mismatch"
    assert reason(query, replace(CALL, target="/in/x")) == "token-missing"
    basic = Webhook(token=[Token(basic=True, secret="login")])
    login = base64.b64encode(b"ana:s3cret:with colon").decode()
    assert authenticate(basic, secrets, with_headers(authorization=f"basic {login}"), NOW) == "token"
    for odd in (f"Bearer {login}", "Basic !!!", "Basic ", "Basic"):
        assert reason(basic, with_headers(authorization=odd)).startswith("token-")


def test_any_one_that_fits_is_enough_and_the_most_telling_reason_is_counted() -> None:
    webhook = Webhook(signature=[SCHEME], token=[Token(query="token", secret="token")])
    assert authenticate(webhook, secrets, CALL, NOW) == "token"
    assert reason(webhook, replace(CALL, target="/in/x?token=wrong")) == "token-mismatch"


def test_without_a_configured_secret_only_products_that_cannot_sign_come_in() -> None:
    unset = Signature(header="x", secret="unset")
    assert reason(Webhook(signature=[unset]), CALL) == "no-secret"
    assert reason(Webhook(), CALL) == "no-secret"
    assert authenticate(Webhook(signature=[unset], unsigned_allowed=True), secrets, CALL, NOW) == "none"


def test_a_configured_secret_is_never_passed_by_because_unsigned_is_allowed() -> None:
    assert reason(Webhook(signature=[SCHEME], unsigned_allowed=True), CALL) == "signature-missing"


def test_has_secret() -> None:
    assert has_secret(Webhook(signature=[SCHEME]), secrets)
    assert not has_secret(Webhook(token=[Token(header="x", secret="unset")]), secrets)
