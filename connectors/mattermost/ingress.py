"""An outgoing webhook proves itself by the token in its body alone.

https://developers.mattermost.com/integrate/webhooks/outgoing/
"""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.ids import same_secret
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request

FORM = "application/x-www-form-urlencoded"


class _Body(msgspec.Struct):
    token: str = ""


_BODY = msgspec.json.Decoder(_Body)


def verify(request: Request, settings: Settings, now_us: int) -> Verified:  # noqa: ARG001 - hooks have one form
    """Accept or raise `AuthenticationError`."""
    secret = settings.get("webhook_token")
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    given = _token(request)
    if not given:
        raise AuthenticationError("token-missing")
    fits = False
    for token in secret.values:
        fits |= same_secret(given.encode("utf-8", "surrogatepass"), token)
    if not fits:
        raise AuthenticationError("token-mismatch")
    return Verified("token")


def _token(request: Request) -> str:
    try:
        if request.media_type == FORM:
            fields = parse_qs(request.body.decode("utf-8"), max_num_fields=100)
            return fields.get("token", [""])[0]
        return _BODY.decode(request.body).token
    except (ValueError, RecursionError):
        return ""
