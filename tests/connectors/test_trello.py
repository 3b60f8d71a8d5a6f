"""Trello: the address is asked before a webhook is made, and its signature covers the address."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from tests.connectors.called import call, delivered, source

from commonline.errors import AuthenticationError
from commonline.kit.handshake import Answer

BODY = b'{"action":{}}'


def proof(address: str) -> dict[str, str]:
    digest = hmac.new(b"kettle", BODY + address.encode(), hashlib.sha1).digest()
    return {"X-Trello-Webhook": base64.b64encode(digest).decode(), "Content-Type": "application/json"}


def test_the_signature_is_over_body_and_address() -> None:
    at = source("trello", app_secret="kettle")
    assert delivered(at, BODY, proof("https://acme.example/in/source")).authentication == "signature"
    for headers in (proof("https://other.example/in/source"), {}):
        with pytest.raises(AuthenticationError):
            delivered(at, BODY, headers)


def test_the_address_answers_when_it_is_asked() -> None:
    answer = call(source("trello", app_secret="kettle"), method="HEAD")
    assert isinstance(answer, Answer)
    assert answer.status == 200
