"""The challenge by which X proves that we own the address: it is asked again and again, and must be answered at once.

https://docs.x.com/x-api/webhooks/introduction
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.kit.handshake import ECHO_LIMIT, Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - the hook's signature
    """The answer to ``GET ?crc_token=…``, or None for any other call. Raises `AuthenticationError`."""
    token = request.query.get("crc_token")
    if request.method != "GET" or token is None:
        return None
    secret = settings["consumer_secret"]
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    if len(token) > ECHO_LIMIT:
        raise AuthenticationError("handshake-too-long")
    made = hmac.new(secret.value.encode(), token.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    body = msgspec.json.encode({"response_token": f"sha256={base64.b64encode(made).decode()}"})
    return Answer(body, content_type="application/json")
