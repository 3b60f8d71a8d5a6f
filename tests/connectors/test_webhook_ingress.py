"""Any webhook: how calls are proven, by the scheme that the source chooses."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.webhook import ingress
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.manifest import Webhook
from commonline.kit.request import Request

NOW = 1_777_900_000_000_000


def scheme(signature: dict[str, Any], secret: str | None = "kettle", **settings: Any) -> Webhook:
    declared = catalogue.manifest("webhook").webhook
    assert declared is not None
    given = {"signature": signature, "headers": [], "delivery_id_header": "webhook-id", **settings}
    return ingress.webhook({**given, "secret": ResolvedSecret((secret,)) if secret else None}, declared)


def proven(webhook: Webhook, secret: str, body: bytes = b"{}", target: str = "/in/shop", **headers: str) -> str:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request("POST", target, f"https://acme.example{target}", sent, body)
    return authenticate(webhook, lambda _name: (secret,), request, NOW)


def test_standard_webhooks_vector() -> None:
    """The example of the specification's reference libraries."""
    request = Request(
        "POST",
        "/in/shop",
        "https://acme.example/in/shop",
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        b'{"test": 2432232314}',
    )
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = 1_614_265_330_000_000
    assert authenticate(scheme({}), lambda _name: (secret,), request, at) == "signature"
    with pytest.raises(AuthenticationError, match="stale"):
        authenticate(scheme({"tolerance_s": 60}), lambda _name: (secret,), request, at + 61_000_000)


def test_each_scheme_accepts_its_own_and_refuses_others() -> None:
    body = b'{"a": 1}'
    mac = hmac.new(b"kettle", body, hashlib.sha256).digest()
    basic = base64.b64encode(b"ana:kettle").decode()
    hexed = scheme({"scheme": "hmac-hex", "header": "x-sig", "prefix": "sha256="})
    based = scheme({"scheme": "hmac-base64", "header": "x-sig"})
    assert proven(hexed, "kettle", body, x_sig=f"sha256={mac.hex()}") == "signature"
    assert proven(based, "kettle", body, x_sig=base64.b64encode(mac).decode()) == "signature"
    assert proven(scheme({"scheme": "token"}), "kettle", authorization="Bearer kettle") == "token"
    assert proven(scheme({"scheme": "token", "header": "x-gitlab-token"}), "kettle", x_gitlab_token="kettle") == "token"
    assert proven(scheme({"scheme": "basic"}), "ana:kettle", authorization=f"Basic {basic}") == "token"
    assert proven(scheme({"scheme": "query", "name": "t"}), "kettle", target="/in/shop?t=kettle") == "token"
    assert proven(scheme({"scheme": "none"}, None), "") == "none"
    wrong = [(one, "kettle") for one in (hexed, based, scheme({"scheme": "token"}), scheme({"scheme": "basic"}))]
    for webhook, secret in [*wrong, (scheme({}), "whsec_a2V0dGxl")]:
        with pytest.raises(AuthenticationError):
            proven(webhook, secret, body, x_sig=f"sha256={mac[::-1].hex()}", authorization="Bearer other")


def test_unsigned_calls_only_where_the_source_says_so() -> None:
    with pytest.raises(ConfigurationError, match=r'secret: is missing.*scheme = "none"'):
        scheme({}, None)
    with pytest.raises(ConfigurationError, match="needs header"):
        scheme({"scheme": "hmac-hex"})
    with pytest.raises(ConfigurationError, match="signature: "):
        scheme({"scheme": "rot13"})
    assert not scheme({"scheme": "token"}).unsigned_allowed


def test_headers_and_delivery_id_of_the_source_are_kept() -> None:
    webhook = scheme({}, headers=["X-Kettle "], delivery_id_header="x-request-id")
    assert "x-kettle" in webhook.headers
    assert "ce-type" in webhook.headers
    assert webhook.vendor_id_header == "x-request-id"
