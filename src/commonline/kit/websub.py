"""WebSub: a hub posts a topic's news to us for as long as it has granted. https://www.w3.org/TR/websub/

The hub asks back, with a challenge, whether we meant it. That question must be answered by whichever process gets it,
so that what we asked for stands in the address that we gave: the topic, and a proof that only we could make. The grant
is a lease (`commonline.kit.leases`); what is posted is signed with the secret that we gave (``X-Hub-Signature``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

import aiohttp

from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError, RetryLaterError
from commonline.ids import same_secret
from commonline.kit.budget import retry_after_s
from commonline.kit.handshake import ECHO_LIMIT, Answer
from commonline.kit.request import Request
from commonline.kit.source import Context

LEASE_S = 5 * 86_400
"""What is asked for; hubs may grant less or more, and most grant up to ten days."""
TIMEOUT = aiohttp.ClientTimeout(total=60)
PATIENCE_S = 60.0


def proof(topic: str, secret: str) -> str:
    """What only we can have written into the address that the hub calls."""
    return hmac.new(secret.encode(), b"websub\x1f" + topic.encode(), hashlib.sha256).hexdigest()[:40]


def callback(base: str, topic: str, secret: str) -> str:
    """The address that a hub is given for a topic. Its parameter `token` is never stored."""
    return f"{base}?{urlencode({'topic': topic, 'token': proof(topic, secret)})}"


def handshake(request: Request, secrets: Sequence[str]) -> Answer | None:
    """The answer to a hub that asks back, or None if this call is no such question.

    Raises `AuthenticationError` for a topic that we did not ask for, and where somebody wants it to end.
    """
    query = request.query
    mode = query.get("hub.mode")
    if request.method != "GET" or mode is None:
        return None
    topic = query.get("topic", "")
    fits = False
    for secret in secrets:
        given = query.get("token", "").encode("utf-8", "surrogatepass")
        fits |= same_secret(given, proof(topic, secret))
    if not fits or query.get("hub.topic") != topic:
        raise AuthenticationError("handshake-token-mismatch")
    if mode == "denied":
        return Answer()
    if mode != "subscribe":
        raise AuthenticationError("handshake-not-asked-for")
    challenge = query.get("hub.challenge", "")
    if not challenge or len(challenge) > ECHO_LIMIT:
        raise AuthenticationError("handshake-too-long")
    return Answer(challenge.encode("utf-8", "replace"))


async def subscribe(context: Context, hub: str, topic: str, secret: str) -> None:
    """Ask a hub for a topic's news, or to go on with it.

    Raises `ConfigurationError` where there is no public address or the hub refuses, `RetryLaterError` and
    `DisconnectedError` where it may be asked again.
    """
    if context.callback is None:
        raise ConfigurationError("public_url is missing: a hub needs an address that it can call")
    form = {
        "hub.mode": "subscribe",
        "hub.topic": topic,
        "hub.callback": callback(context.callback, topic, secret),
        "hub.lease_seconds": str(LEASE_S),
        "hub.secret": secret,
    }
    where = urlsplit(hub).netloc
    try:
        async with context.http.post(hub, data=form, timeout=TIMEOUT) as answer:
            status, headers = answer.status, answer.headers
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DisconnectedError(f"hub {where}: {error or type(error).__name__}") from error
    if 200 <= status < 300:
        return
    if status == 429 or status >= 500:
        wait_s = retry_after_s(headers.get("Retry-After"), context.clock() / 1_000_000)
        raise RetryLaterError(f"hub {where} answered {status}", PATIENCE_S if wait_s is None else wait_s)
    raise ConfigurationError(f"hub {where} refused {topic} ({status})")
