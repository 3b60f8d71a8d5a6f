"""A vendor's call as a value: what authentication, handshakes and deliveries are decided on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, its body complete and decompressed.

    `target` is path and query exactly as on the wire, `url` the public one (see `public_url`). `headers` have
    lower-case names; one that was sent twice has both values with a comma between them (RFC 9110 §5.3).
    Bytes that are no UTF-8 appear as surrogates; `wire` turns text back into what was sent.
    """

    method: str
    target: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        """Decoded query parameters; of one that is repeated, the last. Empty if there are more than 200."""
        text = self.target.partition("?")[2]
        try:
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS))
        except ValueError:
            return {}

    @property
    def media_type(self) -> str:
        """Content type without parameters, lower case; empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


MAX_PARAMETERS = 200


def fold(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers that somebody wrote: by lower-case name, repeated ones joined."""
    return received([(wire(name), wire(value)) for name, value in pairs])[0]


def received(pairs: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], int]:
    """Headers as received: by lower-case name, repeated ones joined; and their size on the wire in bytes."""
    headers: dict[str, str] = {}
    size = 0
    for name, value in pairs:
        size += len(name) + len(value)
        key, text = _lower(name), value.decode("utf-8", "surrogateescape")
        known = headers.get(key)
        headers[key] = text if known is None else f"{known}, {text}"
    return headers, size


@lru_cache(maxsize=512)
def _lower(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape").lower()


def wire(text: str) -> bytes:
    """The bytes that a header or target had on the wire."""
    return text.encode("utf-8", "surrogateescape")


def clean_text(text: str) -> str:
    """Text that can be stored: what is no Unicode (bytes on the wire, lone surrogates) is replaced."""
    if text.isascii():
        return text
    try:
        return wire(text).decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
