"""HMAC and digest of a body, in both forms, against the standard library."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schemas import compiling

from commonline.kit.digests import prover


def compiled() -> Any:
    found, why = compiling.module("commonline.kit._digests")
    if found is None:
        pytest.skip(why)
    if not found.supported():
        pytest.skip("this processor has no SHA instructions")
    return found


@pytest.fixture(params=["compiled", "python"])
def module(request: pytest.FixtureRequest) -> Any:
    return compiled() if request.param == "compiled" else None


def expected(key: bytes, lead: bytes, body: bytes) -> tuple[bytes, bytes]:
    return hmac.digest(key, lead + body, "sha256"), hashlib.sha256(body).digest()


def test_every_place_where_lead_and_body_can_end(module: Any) -> None:
    data = bytes(number * 7 & 255 for number in range(400))
    proved = prover(b"kettle", module)
    for led in range(135):
        for size in (*range(135), 191, 192, 193, 255, 256, 257):
            lead, body = data[:led], data[3 : 3 + size]
            assert proved(lead, body) == expected(b"kettle", lead, body), (led, size)


@given(key=st.binary(max_size=200), lead=st.binary(max_size=300), body=st.binary(max_size=3000))
def test_any_key_lead_and_body(key: bytes, lead: bytes, body: bytes) -> None:
    for module in (compiled(), None):
        assert prover(key, module)(lead, body) == expected(key, lead, body)


def test_long_bodies(module: Any) -> None:
    for size in (65_536, 262_143, 262_144, 3_000_001):
        body = hashlib.shake_128(b"body").digest(size)
        assert prover(b"k", module)(b"v0:1:", body) == expected(b"k", b"v0:1:", body)


def test_what_is_no_bytes_is_refused() -> None:
    module = compiled()
    begun = module.begin(bytes(64))
    for wrong in ((begun, b"", "text"), (begun, bytearray(3), b""), (begun[:-1], b"", b""), (begun, b"")):
        with pytest.raises(TypeError):
            module.prove(*wrong)
    for key in (bytes(63), "k" * 64):
        with pytest.raises(ValueError, match="64 bytes"):
            module.begin(key)
