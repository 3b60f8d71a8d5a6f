"""How Discord signs, and the two questions whether an address is ours.

https://docs.discord.com/developers/events/webhook-events · https://docs.discord.com/developers/interactions/overview

Ed25519 over the time and the body. Discord tries an address with wrong signatures as well, and takes it only if those
are answered 401. A PING of webhook events (type 0) is answered 204, one of interactions (type 1) with a PONG.
"""

from __future__ import annotations

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from commonline.connectors.discord.payload import POSTED
from commonline.errors import AuthenticationError
from commonline.kit.handshake import BODY_LIMIT, Answer
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request, wire

SIGNATURE, TIMESTAMP = "x-signature-ed25519", "x-signature-timestamp"
TOLERANCE_S = 900
"""Discord tries again for ten minutes."""


def verify(request: Request, settings: Settings, now_us: int) -> Verified:
    """Accept or raise `AuthenticationError`."""
    key, given = settings.get("public_key"), request.headers.get(SIGNATURE)
    stamp = request.headers.get(TIMESTAMP, "")
    if not key:
        raise AuthenticationError("no-secret")
    if not given:
        raise AuthenticationError("signature-missing")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < 13):
        raise AuthenticationError("timestamp-malformed")
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(key)))
        public.verify(bytes.fromhex(given), wire(stamp) + request.body)
    except (ValueError, InvalidSignature):
        raise AuthenticationError("signature-mismatch") from None
    if abs(now_us // 1_000_000 - int(stamp)) > TOLERANCE_S:
        raise AuthenticationError("stale")
    return Verified("signature")


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:
    """The answer to a signed PING, or None if this call is none."""
    if request.method != "POST" or len(request.body) > BODY_LIMIT:
        return None
    try:
        told = POSTED.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if told.event is not None or told.type != (1 if told.version is None else 0):
        return None
    verify(request, settings, now_us)
    if told.version is None:
        return Answer(b'{"type":1}', content_type="application/json")
    return Answer(status=204)
