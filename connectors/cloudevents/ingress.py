"""The question whether somebody may send here (abuse protection), asked by OPTIONS before the first event.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
"""

from __future__ import annotations

from http import HTTPStatus

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.kit.authenticate import verify_token
from commonline.kit.catalogue import manifest
from commonline.kit.handshake import Answer
from commonline.kit.hooks import Settings
from commonline.kit.request import Request, clean_text

METHOD = "OPTIONS"
ORIGIN, RATE = "webhook-request-origin", "webhook-request-rate"
LONGEST = 253
"""Characters of a host name (RFC 1035)."""
ANY = "*"


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - the hook's form
    """Yes with the sender's own name, no without a word; None if this is no such question."""
    if request.method != METHOD:
        return None
    origin = clean_text(request.headers.get(ORIGIN, "")).strip()
    if not 0 < len(origin) <= LONGEST or not origin.isprintable():
        return Answer(status=HTTPStatus.BAD_REQUEST)
    if not _allowed(origin, request, settings):
        return Answer(status=HTTPStatus.FORBIDDEN)
    headers = {"Allow": "POST", "WebHook-Allowed-Origin": origin}
    if request.headers.get(RATE):
        headers["WebHook-Allowed-Rate"] = str(settings["rate"] or ANY)
    return Answer(headers=headers)


def _allowed(origin: str, request: Request, settings: Settings) -> bool:
    named = [str(one).lower() for one in settings["origins"]]
    if named:
        return origin.lower() in named or ANY in named
    webhook, secret = manifest("cloudevents").webhook, settings["token"]
    if webhook is None or not isinstance(secret, ResolvedSecret):
        return False
    for token in webhook.token:
        try:
            verify_token(token, secret.values, request)
        except AuthenticationError:
            continue
        return True
    return False
