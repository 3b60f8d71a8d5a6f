"""Webhook signatures: schemes are data (`commonline.kit.manifest.Signature`), the rules for all stand here.

* The MAC is taken over the bytes that were sent, never over parsed and re-written JSON.
* Every live secret is tried, and every comparison takes constant time.
* The encoded form must be exact: upper-case hex, missing padding and the like are refused, so that one
  signature has one spelling.
* Where a scheme signs a time, it must be within `tolerance_s` of our clock, both ways.

`sign` makes what `verify` accepts: for tests, for the demonstration day, for trying a source by hand.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit.digests import prover
from commonline.kit.manifest import Signature
from commonline.kit.request import Request, wire

FIELDS = frozenset({"method", "url", "path", "timestamp", "id", "body"})
MAX_CANDIDATES = 16
SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks begins its secrets
_DIGESTS = {"hmac-sha256": hashlib.sha256, "hmac-sha1": hashlib.sha1, "hmac-sha512": hashlib.sha512}
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_SECOND = 1_000_000
_UNITS = {"unix-s": _SECOND, "unix-ms": 1000}
_DIGITS = re.compile(r"[0-9]{1,17}\Z", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
_HUBSPOT_ESCAPES = {f"%{ord(c):02X}": c for c in ":/?@!$'()*,;"}
_HUBSPOT_ESCAPE = re.compile("|".join(_HUBSPOT_ESCAPES), re.IGNORECASE)


def verify(scheme: Signature, secrets: Iterable[str], request: Request, now_us: int) -> None:
    """Accept or raise `AuthenticationError`; its reason is for metrics and never told to the sender."""
    Verifier(scheme, secrets)(request, now_us)


class Verifier:
    """A scheme with its live secrets, prepared: calling it is `verify`. Raises `ConfigurationError` for a secret that
    cannot be one."""

    __slots__ = ("_header", "_lead", "_macs", "_provers", "_scheme", "_timestamp_header", "_tolerance_us")

    def __init__(self, scheme: Signature, secrets: Iterable[str]) -> None:
        self._scheme = scheme
        self._header = scheme.header.lower()
        self._timestamp_header = None if scheme.timestamp_header is None else scheme.timestamp_header.lower()
        self._tolerance_us = scheme.tolerance_s * _SECOND
        keys = [_key(scheme, secret) for secret in secrets]
        self._macs = [_begun(scheme.algorithm, key) for key in keys]
        self._lead = _lead(scheme) if scheme.algorithm == "hmac-sha256" else None
        self._provers = [prover(key) for key in keys] if self._lead is not None else []

    def __call__(self, request: Request, now_us: int) -> bytes | None:
        """Accept, and give the body's SHA-256 where it was made with the MAC; or raise `AuthenticationError`."""
        given = request.headers.get(self._header)
        if not given:
            raise AuthenticationError("signature-missing")
        timestamp = self._timestamp(request, now_us)
        candidates = _candidates(self._scheme, given)
        fits = False
        made = self._made(request, timestamp)
        for one, _ in made:
            expected = _encoded(self._scheme, one)
            for candidate in candidates:
                fits |= hmac.compare_digest(candidate, expected)
        if not fits:
            raise AuthenticationError("signature-mismatch")
        return made[0][1]

    def mac(self, request: Request, timestamp: str = "") -> bytes:
        """The MAC by the first secret. Raises `AuthenticationError` if a signed header was not sent."""
        return self._made(request, timestamp)[0][0]

    def _made(self, request: Request, timestamp: str) -> list[tuple[bytes, bytes | None]]:
        """A MAC for each secret, with the body's digest where one pass makes both."""
        if self._lead is None:
            content = _content(self._scheme, template(self._scheme.content), request, timestamp)
            return [(_mac(inner, outer, content), None) for inner, outer in self._macs]
        lead = b"".join(_content(self._scheme, self._lead, request, timestamp))
        return [prove(lead, request.body) for prove in self._provers]

    def _timestamp(self, request: Request, now_us: int) -> str:
        if self._timestamp_header is None:
            return ""
        text = request.headers.get(self._timestamp_header)
        if not text:
            raise AuthenticationError("timestamp-missing")
        off_us = now_us - _moment(self._scheme.timestamp_format, text)
        if abs(off_us) > self._tolerance_us:
            raise AuthenticationError("stale" if off_us > 0 else "in-the-future")
        return text


def _lead(scheme: Signature) -> tuple[tuple[bytes, str | None], ...] | None:
    """What of the content stands before the body, if the body is its end."""
    *before, (literal, name), (rest, _) = [(b"", None), *template(scheme.content)]
    if name != "body" or rest or any(field == "body" for _, field in before):
        return None
    return tuple(part for part in (*before, (literal, None)) if part != (b"", None))


def _content(
    scheme: Signature, parts: Iterable[tuple[bytes, str | None]], request: Request, timestamp: str
) -> list[bytes]:
    made = []
    for literal, name in parts:
        if literal:
            made.append(literal)
        if name is not None:
            made.append(_field(scheme, request, name, timestamp))
    return made


def _mac(inner: Any, outer: Any, content: Iterable[bytes]) -> bytes:
    digest, whole = inner.copy(), outer.copy()
    for part in content:
        digest.update(part)
    whole.update(digest.digest())
    made: bytes = whole.digest()
    return made


def _field(scheme: Signature, request: Request, name: str, timestamp: str) -> bytes:
    if name == "body":
        return request.body
    if name == "timestamp":
        return wire(timestamp)
    if name == "url":
        return wire(decode_url(request.url) if scheme.url_decoded else request.url)
    if name == "path":
        return wire(request.target)
    return wire(request.method if name == "method" else _identifier(scheme, request))


@lru_cache(maxsize=1024)
def _begun(algorithm: str, key: bytes) -> tuple[Any, Any]:
    """Inner and outer hash of an HMAC with its key taken in (RFC 2104): that is half of its time."""
    make = _DIGESTS[algorithm]
    block = make().block_size
    padded = (make(key).digest() if len(key) > block else key).ljust(block, b"\0")
    return make(padded.translate(_INNER)), make(padded.translate(_OUTER))


def sign(scheme: Signature, secret: str, request: Request, now_us: int) -> dict[str, str]:
    """The headers (signature and time) that make `verify` accept this request."""
    headers: dict[str, str] = {}
    timestamp = ""
    if scheme.timestamp_header:
        timestamp = write_timestamp(scheme, now_us)
        headers[scheme.timestamp_header] = timestamp
    headers[scheme.header] = _encoded(scheme, Verifier(scheme, (secret,)).mac(request, timestamp)).decode()
    return headers


@lru_cache(maxsize=256)
def template(content: str) -> tuple[tuple[bytes, str | None], ...]:
    """A content template as pairs of literal and the name of the field behind it.

    Raises `ConfigurationError` for an unknown field.
    """
    parts: list[tuple[bytes, str | None]] = []
    end = 0
    for found in _PLACEHOLDER.finditer(content):
        if found[1] not in FIELDS:
            known = ", ".join(f"{{{name}}}" for name in sorted(FIELDS))
            raise ConfigurationError(f"signature content {content!r}: {found[0]} is no field; there are: {known}")
        parts.append((content[end : found.start()].encode(), found[1]))
        end = found.end()
    parts.append((content[end:].encode(), None))
    return tuple(parts)


def check(scheme: Signature, secrets: Iterable[str] = ()) -> None:
    """Refuse a scheme, or secrets, that cannot work. Raises `ConfigurationError`."""
    for secret in secrets:
        _key(scheme, secret)
    fields = {name for _, name in template(scheme.content)}
    if "body" not in fields:
        raise ConfigurationError(f"signature content {scheme.content!r} leaves out {{body}}: anyone could change it")
    for name, header in (("timestamp", scheme.timestamp_header), ("id", scheme.id_header)):
        if name in fields and header is None:
            raise ConfigurationError(f"signature content {scheme.content!r} needs {name}_header")
    if scheme.timestamp_header is not None and "timestamp" not in fields:
        raise ConfigurationError(f"signature content {scheme.content!r} leaves out {{timestamp}}: it proves nothing")


def decode_url(url: str) -> str:
    """The escapes that HubSpot v3 decodes before it signs; all others stay."""
    return _HUBSPOT_ESCAPE.sub(lambda found: _HUBSPOT_ESCAPES[found[0].upper()], url) if "%" in url else url


def read_timestamp(scheme: Signature, text: str) -> int:
    """Microseconds since 1970 of a signed time. Raises `AuthenticationError` for any other form."""
    return _moment(scheme.timestamp_format, text)


@lru_cache(maxsize=256)
def _moment(form: str, text: str) -> int:
    """Kept, since many calls of a second have the same."""
    if form == "iso":
        if _ISO.match(text):
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise AuthenticationError("timestamp-malformed") from None
            return int(moment.timestamp() * _SECOND)
    elif _DIGITS.match(text):
        return int(text) * _UNITS[form]
    raise AuthenticationError("timestamp-malformed")


def write_timestamp(scheme: Signature, now_us: int) -> str:
    """The time in the form of the scheme."""
    if scheme.timestamp_format == "iso":
        return datetime.fromtimestamp(now_us // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(now_us // _UNITS[scheme.timestamp_format])


def _identifier(scheme: Signature, request: Request) -> str:
    value = request.headers.get((scheme.id_header or "").lower())
    if not value:
        raise AuthenticationError("id-missing")
    return value


def _candidates(scheme: Signature, given: str) -> list[bytes]:
    values = given.split(scheme.separator, MAX_CANDIDATES) if scheme.separator else [given]
    return [wire(value.strip(" ")) for value in values[:MAX_CANDIDATES]]


def _encoded(scheme: Signature, digest: bytes) -> bytes:
    text = binascii.hexlify(digest) if scheme.encoding == "hex" else binascii.b2a_base64(digest, newline=False)
    return scheme.prefix.encode() + text


def _key(scheme: Signature, secret: str) -> bytes:
    if scheme.secret_form == "text":  # noqa: S105 - the name of a form
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigurationError(
            f"{scheme.secret}: is not base64 behind an optional {SECRET_PREFIX}; copy it anew from the vendor"
        ) from None
