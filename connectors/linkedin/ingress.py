"""The challenge by which LinkedIn proves that we own the address: on registration, and every two hours.

https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.kit.handshake import ECHO_LIMIT, Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - the hook's form
    """The answer to ``GET ?challengeCode=…``, or None for any other call. Raises `AuthenticationError`."""
    code = request.query.get("challengeCode")
    if request.method != "GET" or code is None:
        return None
    secret = settings["client_secret"]
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    if len(code) > ECHO_LIMIT:
        raise AuthenticationError("handshake-too-long")
    made = hmac.new(secret.value.encode(), code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    shown = code.encode("utf-8", "replace").decode()
    body = msgspec.json.encode({"challengeCode": shown, "challengeResponse": made})
    return Answer(body, content_type="application/json")
