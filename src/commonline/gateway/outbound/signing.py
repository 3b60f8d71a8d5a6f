"""Signatures by Standard Webhooks 1.0 (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as it is shown to the receiver: ``whsec_`` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(keys: Iterable[str], identifier: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of a call. `keys`: the present secret first, then those that are still good after a rotation.

    `at_s` is when this attempt is made, in seconds since 1970; `identifier` is the same for every attempt.
    """
    content = b".".join((identifier.encode(), str(at_s).encode(), body))
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{_mac(key, content)}" for key in keys),
    }


def _mac(key: str, content: bytes) -> str:
    octets = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(octets, content, hashlib.sha256).digest()).decode()
