"""Stripe's signature: time and signatures stand in one header, ``t=…,v1=…,v1=…``.

https://docs.stripe.com/webhooks/signature
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.ids import same_secret
from commonline.kit.hooks import Verified
from commonline.kit.request import Request, wire

HEADER = "stripe-signature"
TOLERANCE_US = 300 * 1_000_000
MOST = 16
"""Signatures that are looked at; Stripe sends one for each live secret."""


def verify(request: Request, settings: Mapping[str, Any], now_us: int) -> Verified:
    """Accept or raise `AuthenticationError`. Signatures of other schemes than v1 count for nothing."""
    given = request.headers.get(HEADER)
    if not given:
        raise AuthenticationError("signature-missing")
    parts = [part.partition("=")[::2] for part in given.split(",", MOST)[:MOST]]
    stamp = next((value for name, value in parts if name == "t"), "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise AuthenticationError("timestamp-malformed" if stamp else "timestamp-missing")
    off_us = now_us - int(stamp) * 1_000_000
    if abs(off_us) > TOLERANCE_US:
        raise AuthenticationError("stale" if off_us > 0 else "in-the-future")
    secret = settings.get("signing_secret")
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    fits = False
    for value in secret.values:
        made = hmac.new(value.encode(), stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        for name, signature in parts:
            fits |= name == "v1" and same_secret(wire(signature), made)
    if not fits:
        raise AuthenticationError("signature-mismatch")
    return Verified("signature")
