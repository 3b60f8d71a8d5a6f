"""How Twilio signs: https://www.twilio.com/docs/usage/webhooks/webhooks-security

The MAC (SHA-1, by the account's token) is taken over the address that was called and, behind it, every field of the
form with its value, sorted by name. Of a body that is no form the SHA-256 stands in the address, as `bodySHA256`.
Twilio leaves the port out of the address at times, and puts the usual one in at others.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request, wire

HEADER = "x-twilio-signature"
IDEMPOTENCY = "i-twilio-idempotency-token"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
PORTS = {"https": 443, "http": 80}


def verify(request: Request, settings: Settings, now_us: int) -> Verified:  # noqa: ARG001 - hooks have one form
    """Accept or raise `AuthenticationError`. No time is signed, so that a replay cannot be told from a retry."""
    given = request.headers.get(HEADER)
    secret = settings.get("auth_token")
    if not given:
        raise AuthenticationError("signature-missing")
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    content = _fields(request)
    fits = False
    for address in _addresses(request.url):
        for token in secret.values:
            digest = hmac.new(token.encode(), wire(address) + content, hashlib.sha1).digest()
            fits |= hmac.compare_digest(base64.b64encode(digest), wire(given))
    if not fits:
        raise AuthenticationError("signature-mismatch")
    return Verified("signature", request.headers.get(IDEMPOTENCY))


def _fields(request: Request) -> bytes:
    """What is signed behind the address. Raises `AuthenticationError` where the body is not what was signed."""
    told = request.query.get("bodySHA256")
    if told is not None:
        found = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(found.encode(), told.lower().encode("utf-8", "replace")):
            raise AuthenticationError("body-mismatch")
        return b""
    if request.media_type != FORM:
        if request.body:
            raise AuthenticationError("body-unsigned")
        return b""
    try:
        text = request.body.decode("utf-8", "surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, errors="surrogateescape", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise AuthenticationError("too-many-fields") from None
    return b"".join(name + value for name, value in sorted({(wire(name), wire(value)) for name, value in pairs}))


def _addresses(url: str) -> Iterator[str]:
    """The address as it was called, without its port, and with the usual one."""
    yield url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return
    if port is not None:
        yield urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
    elif parts.scheme in PORTS:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{PORTS[parts.scheme]}"))
