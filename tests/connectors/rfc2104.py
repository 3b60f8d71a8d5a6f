"""HMAC as RFC 2104 writes it, so that the oracle of a signature shares no code with what it tests."""

from __future__ import annotations

import hashlib


def hmac_by_hand(digest: str, key: bytes, content: bytes) -> bytes:
    """The code over `content`; `digest` is ``sha1`` or ``sha256``, whose blocks have 64 bytes."""
    block = key.ljust(64, b"\0")
    assert len(block) == 64, "longer keys are hashed first; no secret here is so long"
    inner = hashlib.new(digest, bytes(b ^ 0x36 for b in block) + content, usedforsecurity=False).digest()
    return hashlib.new(digest, bytes(b ^ 0x5C for b in block) + inner, usedforsecurity=False).digest()
