"""Whose post it is: Mailgun signs in the form, SendGrid in headers, Postmark not at all."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.inbound_mail import forms
from commonline.errors import AuthenticationError, MalformedPayloadError
from commonline.kit.authenticate import authenticate
from commonline.kit.catalogue import manifest
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request, wire

SIGNED, SIGNED_AT = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
TOLERANCE_S = 8 * 3600
"""Mailgun signs when it first tries, and tries again for eight hours; SendGrid signs each try."""
_DIGITS = re.compile(r"[0-9]{1,12}\Z", re.ASCII)


class _Signature(msgspec.Struct):
    timestamp: str | int = ""
    token: str = ""
    signature: str = ""


class _Event(msgspec.Struct):
    signature: _Signature


_EVENT = msgspec.json.Decoder(_Event)


def verify(request: Request, settings: Settings, now_us: int) -> Verified:
    """Any one of the proofs that the source has secrets for. Raises `AuthenticationError`."""
    public = _secrets(settings, "sendgrid_public_key")
    if public and SIGNED in request.headers:
        return _by_sendgrid(request, public, now_us)
    keys = _secrets(settings, "mailgun_signing_key")
    if keys and (found := _mailgun(request)) is not None:
        return _by_mailgun(found, keys, now_us)
    webhook = manifest("inbound_mail").webhook
    if webhook is None:
        raise AuthenticationError("no-secret")
    if (public or keys) and not any(_secrets(settings, token.secret) for token in webhook.token):
        raise AuthenticationError("signature-missing")
    return Verified(authenticate(webhook, lambda name: _secrets(settings, name), request, now_us))


def _by_mailgun(found: _Signature, keys: tuple[str, ...], now_us: int) -> Verified:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks"""
    at = str(found.timestamp)
    _check_time(at, now_us)
    fits = False
    for key in keys:
        expected = hmac.new(key.encode(), f"{at}{found.token}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(expected.encode(), found.signature.encode("utf-8", "replace"))
    if not fits:
        raise AuthenticationError("signature-mismatch")
    return Verified("signature")


def _by_sendgrid(request: Request, keys: tuple[str, ...], now_us: int) -> Verified:
    """ECDSA over the time and the raw body, as the vendor's own library checks it."""
    at = request.headers.get(SIGNED_AT)
    if not at:
        raise AuthenticationError("timestamp-missing")
    _check_time(at, now_us)
    try:
        given = base64.b64decode(request.headers[SIGNED], validate=True)
    except (binascii.Error, ValueError):
        raise AuthenticationError("signature-mismatch") from None
    if not any(_fits(key, given, wire(at) + request.body) for key in keys):
        raise AuthenticationError("signature-mismatch")
    return Verified("signature")


def _fits(key: str, signature: bytes, content: bytes) -> bool:
    try:
        public = load_der_public_key(base64.b64decode(key))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signature, content, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _check_time(told: str, now_us: int) -> None:
    if not _DIGITS.match(told):
        raise AuthenticationError("timestamp-malformed")
    off_s = now_us // 1_000_000 - int(told)
    if abs(off_s) > TOLERANCE_S:
        raise AuthenticationError("stale" if off_s > 0 else "in-the-future")


def _mailgun(request: Request) -> _Signature | None:
    """The three values that Mailgun signs, of a form or of an event; None where they are not all there."""
    if request.media_type == "application/json":
        try:
            return _EVENT.decode(request.body).signature
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
    try:
        form = forms.read(request.headers.get("content-type", ""), request.body)
    except MalformedPayloadError:
        return None
    found = _Signature(form.text("timestamp"), form.text("token"), form.text("signature"))
    return found if found.timestamp and found.token and found.signature else None


def _secrets(settings: Settings, name: str) -> tuple[str, ...]:
    value = settings.get(name)
    return value.values if isinstance(value, ResolvedSecret) else ()
