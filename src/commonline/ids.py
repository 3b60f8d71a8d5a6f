"""Deterministic ids: the same fact has the same id, whatever the transport, the process or the day."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from commonline.compiled import extension

NAMESPACE = uuid.UUID("6f1d2f0e-6a52-5c7b-9a3c-2f4e0c1b7a90")
SEPARATOR = "\x1f"
_NAMESPACE_BYTES = NAMESPACE.bytes
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_sha1 = hashlib.sha1
_F = TypeVar("_F", bound=Callable[..., Any])
FORM: Final = extension("commonline._ids", *(Path(__file__).with_name(name) for name in ("hashes.h", "ids.c")))
PYTHON: Final[dict[str, Any]] = {}
"""The forms in Python, by name; what this module offers is compiled where it can be (docs/adr/0010)."""


def _either(python: _F) -> _F:
    PYTHON[python.__name__] = python
    found: _F = getattr(FORM.module, python.__name__, python)
    return found


@_either
def uuid5(*parts: str) -> str:
    """UUID version 5 (RFC 9562) of the parts joined by U+001F, in Commonline's name space; 36 characters."""
    name = SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    text = _sha1(_NAMESPACE_BYTES + name, usedforsecurity=False).hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


@_either
def keyed_hash(key: bytes, *parts: str, size: int = 16) -> bytes:
    """Keyed BLAKE2b (RFC 7693) of the parts joined by U+001F: a name that tells nothing without the key."""
    name = SEPARATOR.join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(name, key=key[:64], digest_size=size).digest()


@_either
class KeyedNames:
    """Keyed hashes of texts or bytes below one head: ``names(prefix, what)`` is `prefix` and the hash of both."""

    __slots__ = ("_hashed",)

    def __init__(self, key: bytes, head: str, size: int = 16) -> None:
        self._hashed = hashlib.blake2b(head.encode("utf-8", "surrogatepass"), key=key[:64], digest_size=size)

    def __call__(self, prefix: bytes, what: str | bytes) -> bytes:
        hashed = self._hashed.copy()
        hashed.update(what if isinstance(what, bytes) else what.encode("utf-8", "surrogatepass"))
        return prefix + hashed.digest()


def same_secret(given: str | bytes, expected: str | bytes) -> bool:
    """Compare in constant time."""
    left = given.encode() if isinstance(given, str) else given
    right = expected.encode() if isinstance(expected, str) else expected
    return hmac.compare_digest(left, right)


def corrected(activity: str, offset: int, entry: int) -> str:
    """The id of a correction of an activity by the replay of its delivery that lies at `offset`."""
    return uuid5(activity, "corrected", str(offset), str(entry))
