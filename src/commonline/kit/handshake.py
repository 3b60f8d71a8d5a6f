"""Handshakes: what a product wants to hear before it sends. Pure; the forms are data in the manifest."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from commonline.errors import AuthenticationError
from commonline.ids import same_secret
from commonline.kit.authenticate import Secrets
from commonline.kit.manifest import BodyEcho, QueryEcho, Webhook
from commonline.kit.request import Request

ECHO_LIMIT = 4096
"""Longest value that is echoed, in characters; Meta's and Slack's challenges have less than 100."""
BODY_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered in place of the usual 2xx; the call is no delivery."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def by_query(webhook: Webhook, secrets: Secrets, request: Request) -> Answer | None:
    """The answer to a handshake by GET, or None if this call is none.

    Raises `AuthenticationError` if it is one whose token does not fit.
    """
    form = webhook.handshake
    if request.method != "GET" or not isinstance(form, QueryEcho):
        return None
    query = request.query
    if form.echo not in query or any(query.get(name) != value for name, value in form.match.items()):
        return None
    fits = False
    for secret in secrets(form.secret):
        fits |= same_secret(query.get(form.token, "").encode("utf-8", "surrogatepass"), secret)
    if not fits:
        raise AuthenticationError("handshake-token-mismatch")
    return _echo(query[form.echo])


def by_body(webhook: Webhook, request: Request) -> Answer | None:
    """The answer to a handshake by an authenticated POST, or None if this call is none."""
    form = webhook.handshake
    if not isinstance(form, BodyEcho) or len(request.body) > BODY_LIMIT:
        return None
    if form.equals.encode() not in request.body:
        return None
    try:
        content = msgspec.json.decode(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get(form.field) != form.equals:
        return None
    echo = content.get(form.echo)
    return _echo(echo) if isinstance(echo, str) else None


def _echo(value: str) -> Answer:
    if len(value) > ECHO_LIMIT:
        raise AuthenticationError("handshake-too-long")
    return Answer(value.encode("utf-8", "replace"))
