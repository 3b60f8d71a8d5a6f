"""HTTP message signatures with public keys: draft-cavage-http-signatures (as the fediverse uses it) and RFC 9421. Pure.

A call names the key that it was signed with; whoever holds that key's document (`commonline.kit.documents`) asks here
whether the signature fits. What must be signed: method and target, host, and the body by its digest; and a time, which
may be off by `SKEW_S`.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12 · https://www.rfc-editor.org/rfc/rfc9421
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from commonline.errors import AuthenticationError
from commonline.kit.request import Request, wire

SKEW_S = 12 * 3600
"""Servers of the fediverse have clocks that are off by hours, and repeat a delivery with its first date."""
SMALLEST_RSA = 1024
DIGESTS = {"sha-256": "sha256", "sha-512": "sha512"}
_PAIR = re.compile(r'\s*([A-Za-z-]+)=(?:"((?:[^"\\]|\\.)*)"|(\d+))\s*(?:,|\Z)')
_INPUT = re.compile(
    r'\s*([a-z*][a-z0-9_.*-]*)=(\(((?:"[^"()]*"(?:;[a-z]+)*\s*)*)\)((?:;[a-z]+=(?:"[^"]*"|-?\d+))*))\s*(?:,|\Z)'
)
_PARAMETER = re.compile(r';([a-z]+)=(?:"([^"]*)"|(-?\d+))')
_COMPONENT = re.compile(r'"([^"]*)"((?:;[a-z]+)*)')
_BYTES = re.compile(r"([a-z0-9_.*-]+)=:([A-Za-z0-9+/=]*):", re.IGNORECASE)
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as a call carries it: which key, over which bytes, when it was made and when it ends (seconds)."""

    key_id: str
    value: bytes
    content: bytes
    created: float | None
    expires: float | None


def read(request: Request) -> Signed:
    """The signature of a call, if it covers what it must. Raises `AuthenticationError` with the reason."""
    if "signature-input" in request.headers:
        signed = _rfc9421(request)
    elif "signature" in request.headers:
        signed = _cavage(request)
    else:
        raise AuthenticationError("signature-missing")
    return signed


def verify(signed: Signed, pem: str, now_us: int) -> None:
    """Accept or raise `AuthenticationError`."""
    now = now_us / _SECOND
    if signed.created is None or not now - SKEW_S <= signed.created <= now + SKEW_S:
        raise AuthenticationError("stale")
    if signed.expires is not None and signed.expires < now:
        raise AuthenticationError("stale")
    try:
        key = load_pem_public_key(pem.encode("ascii", "replace"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise AuthenticationError("key-unusable") from None
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA:
            key.verify(signed.value, signed.content, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signed.value, signed.content)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signed.value, signed.content, ec.ECDSA(hashes.SHA256()))
        else:
            raise AuthenticationError("key-unusable")
    except InvalidSignature:
        raise AuthenticationError("signature-mismatch") from None


def _cavage(request: Request) -> Signed:
    parameters = _pairs(request.headers["signature"])
    names = parameters.get("headers", "date").lower().split()
    created, expires = (_number(parameters.get(name)) for name in ("created", "expires"))
    if "(request-target)" not in names or "host" not in names or not {"date", "(created)"} & set(names):
        raise AuthenticationError("signature-covers-too-little")
    if request.body or request.method == "POST":
        if "digest" not in names and "content-digest" not in names:
            raise AuthenticationError("signature-covers-too-little")
        _check_digest(request)
    lines = [_cavage_line(request, name, parameters) for name in names]
    if "date" in names:
        created = _date(request.headers.get("date", ""))
    return Signed(
        parameters.get("keyid", ""), _base64(parameters.get("signature", "")), b"\n".join(lines), created, expires
    )


def _cavage_line(request: Request, name: str, parameters: dict[str, str]) -> bytes:
    url = urlsplit(request.url)
    if name == "(request-target)":
        target = f"{url.path or '/'}{f'?{url.query}' if url.query else ''}"
        value = f"{request.method.lower()} {target}"
    elif name in ("(created)", "(expires)"):
        value = parameters.get(name.strip("()"), "")
    elif name == "host":
        value = url.netloc
    else:
        found = request.headers.get(name)
        if found is None:
            raise AuthenticationError("signed-header-missing")
        value = found
    return wire(f"{name}: {value}")


def _pairs(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(header):
        pair = _PAIR.match(header, place)
        if pair is None or pair.end() == place:
            raise AuthenticationError("signature-malformed")
        found[pair[1].lower()] = pair[2] if pair[2] is not None else pair[3]
        place = pair.end()
    if not found.get("keyid") or not found.get("signature"):
        raise AuthenticationError("signature-malformed")
    return found


def _rfc9421(request: Request) -> Signed:
    told = _INPUT.match(request.headers["signature-input"])
    if told is None:
        raise AuthenticationError("signature-malformed")
    label, whole, inner, rest = told[1], told[2], told[3], told[4]
    value = next(
        (found[2] for found in _BYTES.finditer(request.headers.get("signature", "")) if found[1] == label), None
    )
    parameters = {name: text or digits for name, text, digits in _PARAMETER.findall(rest)}
    if value is None or not parameters.get("keyid"):
        raise AuthenticationError("signature-malformed")
    components = _COMPONENT.findall(inner)
    names = {name for name, _ in components}
    has_target = (
        "@target-uri" in names or {"@authority", "@path"} <= names or {"@authority", "@request-target"} <= names
    )
    if "@method" not in names or not has_target or any(flags for _, flags in components):
        raise AuthenticationError("signature-covers-too-little")
    if request.body or request.method == "POST":
        if "content-digest" not in names and "digest" not in names:
            raise AuthenticationError("signature-covers-too-little")
        _check_digest(request)
    lines = [wire(f'"{name}": {_component(request, name)}') for name, _ in components]
    lines.append(wire(f'"@signature-params": {whole}'))
    created, expires = (_number(parameters.get(name)) for name in ("created", "expires"))
    if created is None and "date" in names:
        created = _date(request.headers.get("date", ""))
    return Signed(parameters["keyid"], _base64(value), b"\n".join(lines), created, expires)


def _component(request: Request, name: str) -> str:
    """A component's value (RFC 9421 §2)."""
    url = urlsplit(request.url)
    derived = {
        "@method": request.method,
        "@target-uri": request.url,
        "@authority": url.netloc.lower(),
        "@scheme": url.scheme.lower(),
        "@path": url.path or "/",
        "@query": f"?{url.query}",
        "@request-target": f"{url.path or '/'}{f'?{url.query}' if url.query else ''}",
        "host": url.netloc,
    }
    found = derived.get(name, request.headers.get(name))
    if found is None:
        raise AuthenticationError("signed-header-missing")
    return found.strip()


def _check_digest(request: Request) -> None:
    """``Digest`` (RFC 3230) and ``Content-Digest`` (RFC 9530) must fit the body, each that is there."""
    fits = False
    for header, form in (("digest", "{}={}"), ("content-digest", "{}=:{}:")):
        told = request.headers.get(header)
        if told is None:
            continue
        values = [part.strip() for part in told.split(",")]
        for part in values:
            name = part.partition("=")[0].lower()
            if name not in DIGESTS:
                continue
            made = base64.b64encode(hashlib.new(DIGESTS[name], request.body).digest()).decode()
            expected = form.format(part.partition("=")[0], made)
            if not hmac.compare_digest(wire(part), expected.encode()):
                raise AuthenticationError("digest-mismatch")
            fits = True
    if not fits:
        raise AuthenticationError("digest-missing")


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(wire(text), validate=True)
    except binascii.Error:
        raise AuthenticationError("signature-malformed") from None


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 13 else None


def _date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
