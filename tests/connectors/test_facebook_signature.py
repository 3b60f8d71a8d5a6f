"""Meta's signatures and handshake, against RFC 2104 written out by hand."""

from __future__ import annotations

import hashlib

import pytest

from commonline.errors import AuthenticationError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.handshake import by_query
from commonline.kit.request import Request

CONNECTOR = catalogue.connector("facebook")
RECEIVED = 1_780_315_200_000_000


def hmac_by_hand(key: bytes, content: bytes, digest: str) -> str:
    """RFC 2104 written out, so that the oracle shares no code with what it tests."""
    block = key.ljust(64, b"\0")
    inner = hashlib.new(digest, bytes(b ^ 0x36 for b in block) + content, usedforsecurity=False).digest()
    outer = hashlib.new(digest, bytes(b ^ 0x5C for b in block) + inner, usedforsecurity=False)
    return outer.hexdigest()


def secrets(name: str) -> tuple[str, ...]:
    return {"app_secret": ("old-secret", "new-secret"), "verify_token": ("word",)}[name]


def call(headers: dict[str, str], body: bytes) -> Request:
    return Request("POST", "/hooks/fb", "https://acme.example/hooks/fb", headers, body)


BODY = b'{"object":"page","entry":[],"note":"\\u00e4\\u2026"}'


@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
@pytest.mark.parametrize(
    ("header", "prefix", "digest"),
    [("x-hub-signature-256", "sha256=", "sha256"), ("x-hub-signature", "sha1=", "sha1")],
)
def test_signature_as_meta_makes_it(secret: str, header: str, prefix: str, digest: str) -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    signed = {header: prefix + hmac_by_hand(secret.encode(), BODY, digest)}
    assert authenticate(webhook, secrets, call(signed, BODY), RECEIVED) == "signature"
    # Meta signs the escaped form; the same text with its characters written out is another body.
    other = BODY.decode("unicode_escape").encode()
    with pytest.raises(AuthenticationError):
        authenticate(webhook, secrets, call(signed, other), RECEIVED)


@pytest.mark.parametrize("value", ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40, "0" * 64])
def test_forged_signatures_are_refused(value: str) -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    for header in ("x-hub-signature-256", "x-hub-signature"):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, call({header: value}, BODY), RECEIVED)


def test_handshake_answers_the_challenge_verbatim() -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None

    def ask(query: str) -> Request:
        return Request("GET", f"/hooks/fb?{query}", f"https://acme.example/hooks/fb?{query}")

    answer = by_query(webhook, secrets, ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=word"))
    assert answer is not None
    assert answer.body == b"1158201444"
    with pytest.raises(AuthenticationError):
        by_query(webhook, secrets, ask("hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess"))
