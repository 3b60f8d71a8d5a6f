"""Zoom's question whether the address is ours, asked when it is entered and every 72 hours.

https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint

The answer proves that we hold the secret token, and is made of nothing but what was asked. So it is given only to a
call that is signed as every other, else anybody could have texts of their choice signed.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.kit import catalogue, signature
from commonline.kit.handshake import BODY_LIMIT, Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request

VALIDATION = "endpoint.url_validation"
TOKEN_LIMIT = 512


class _Asked(msgspec.Struct):
    plain: str = msgspec.field(name="plainToken")


class _Body(msgspec.Struct):
    event: str
    payload: _Asked


_BODY = msgspec.json.Decoder(_Body)


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:
    """The answer to a validation, or None if this call is none. Raises `AuthenticationError` if it is not signed."""
    if request.method != "POST" or len(request.body) > BODY_LIMIT or VALIDATION.encode() not in request.body:
        return None
    try:
        body = _BODY.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    secret = settings.get("secret_token")
    if body.event != VALIDATION or not isinstance(secret, ResolvedSecret) or len(body.payload.plain) > TOKEN_LIMIT:
        return None
    key = _signed_with(secret.values, request, now_us)
    proof = hmac.new(key.encode(), body.payload.plain.encode(), hashlib.sha256).hexdigest()
    answer = msgspec.json.encode({"plainToken": body.payload.plain, "encryptedToken": proof})
    return Answer(answer, content_type="application/json")


def _signed_with(secrets: tuple[str, ...], request: Request, now_us: int) -> str:
    """The secret by which this call is signed; raises what the last one raised."""
    webhook = catalogue.manifest("zoom").webhook
    for scheme in webhook.signature if webhook else ():
        for secret in secrets[:-1]:
            try:
                signature.verify(scheme, (secret,), request, now_us)
            except AuthenticationError:
                continue
            return secret
        signature.verify(scheme, secrets[-1:], request, now_us)
    return secrets[-1]
