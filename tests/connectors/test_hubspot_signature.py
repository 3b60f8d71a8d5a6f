"""HubSpot's v3 signature, against its description written out by hand."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import unquote

import pytest

from commonline.errors import AuthenticationError
from commonline.kit import catalogue
from commonline.kit.authenticate import authenticate
from commonline.kit.request import Request

CONNECTOR = catalogue.connector("hubspot")
RECEIVED = 1_780_315_200_000_000
BODY = b'[{"eventId":1,"propertyValue":"na\xc3\xafve"}]'
DECODED = ":/?@!$'()*,;"


def v3_by_hand(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """HubSpot's description and RFC 2104 written out, so that the oracle shares no code with what it tests."""
    for character in DECODED:
        for form in (f"%{ord(character):02X}", f"%{ord(character):02x}"):
            uri = uri.replace(form, unquote(form))
    content = method.encode() + uri.encode() + body + timestamp.encode()
    key = secret.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + content).digest()
    return base64.b64encode(hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).digest()).decode()


def secrets(_: str) -> tuple[str, ...]:
    return ("old-secret", "new-secret")


def call(url: str, signature: str, timestamp: str, body: bytes = BODY, method: str = "POST") -> Request:
    target = url.partition("//")[2].partition("/")[2]
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp}
    return Request(method, f"/{target}", url, headers, body)


NOW_MS = RECEIVED // 1000
URLS = [
    "https://acme.example/hooks/acme-hubspot",
    "https://acme.example/hooks/acme-hubspot?team=a%2Fb%3Ac&x=%2C%40%21",
    "https://acme.example/hooks/%E4%B8%AD%20space%3f%3F?keep=%25%26%3D%23%2B",
]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("secret", ["old-secret", "new-secret"])
def test_signature_v3_over_the_public_address(url: str, secret: str) -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    stamp = str(NOW_MS)
    good = v3_by_hand(secret, "POST", url, BODY, stamp)
    assert authenticate(webhook, secrets, call(url, good, stamp), RECEIVED) == "signature"
    inside = url.replace("https://acme.example", "http://10.0.0.5:8088")
    for other in (
        call(inside, good, stamp),
        call(url, good, stamp, BODY + b" "),
        call(url, good, stamp, method="PUT"),
        call(url, good, str(NOW_MS + 1)),
        call(url, good.rstrip("="), stamp),
        call(url, "", stamp),
    ):
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, other, RECEIVED)


@pytest.mark.parametrize(("off_ms", "accepted"), [(0, True), (-299_000, True), (-301_000, False), (301_000, False)])
def test_signatures_grow_stale_after_five_minutes(off_ms: int, accepted: bool) -> None:
    webhook = CONNECTOR.manifest.webhook
    assert webhook is not None
    stamp = str(NOW_MS + off_ms)
    request = call(URLS[0], v3_by_hand("new-secret", "POST", URLS[0], BODY, stamp), stamp)
    if accepted:
        assert authenticate(webhook, secrets, request, RECEIVED) == "signature"
    else:
        with pytest.raises(AuthenticationError):
            authenticate(webhook, secrets, request, RECEIVED)
