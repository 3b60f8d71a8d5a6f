"""Texts that only this installation can have written: an HMAC-SHA-256 behind them, by a key of the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence


def mac(key: bytes, purpose: str, text: str) -> str:
    """The authentication code of a text for one purpose, URL-safe."""
    digest = hmac.new(key, f"{purpose}\n{text}".encode(), hashlib.sha256).digest()
    return encoded(digest)


def sign(ring: Sequence[bytes], purpose: str, text: str) -> str:
    """The text with its code, by the newest key."""
    return f"{text}.{mac(ring[0], purpose, text)}"


def opened(ring: Sequence[bytes], purpose: str, signed: str) -> str | None:
    """The text, if one of the keys signed it for this purpose."""
    text, _, code = signed.rpartition(".")
    if text and any(hmac.compare_digest(code.encode(), mac(key, purpose, text).encode()) for key in ring):
        return text
    return None


def encoded(data: bytes) -> str:
    """Bytes as URL-safe text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """What `encoded` made a text of."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
