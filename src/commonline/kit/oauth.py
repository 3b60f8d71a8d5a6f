"""Access tokens that vendors give for an hour against credentials that stay (OAuth 2.0: RFC 6749, RFC 7523).

A token is kept in memory until shortly before it ends, by the address and the account that it was asked for, and shared
by all sources of this process with the same credentials.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import aiohttp
import msgspec

from commonline.errors import AuthenticationError, DisconnectedError, RetryLaterError
from commonline.kit.budget import retry_after_s
from commonline.kit.source import Context

EARLY_S = 60.0
"""A token is not used in the last minute of its life."""
PATIENCE_S = 10.0
TIMEOUT = aiohttp.ClientTimeout(total=60)
_tokens: dict[bytes, tuple[str, float]] = {}


class _Answer(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


_ANSWER = msgspec.json.Decoder(_Answer, strict=False)


async def access_token(
    context: Context,
    url: str,
    credentials: tuple[str, ...],
    form: Callable[[], Mapping[str, str]],
    headers: Mapping[str, str] | None = None,
) -> str:
    """A token that is valid for at least a minute. `credentials` tell accounts apart (they are hashed, never shown);
    `form` makes what is posted when a new token is needed.

    Raises `AuthenticationError` (refused), `RetryLaterError`, `DisconnectedError`.
    """
    key = hashlib.sha256("\x1f".join((url, *credentials)).encode()).digest()
    known = _tokens.get(key)
    if known is not None and known[1] > time.monotonic():
        return known[0]
    host = urlsplit(url).netloc
    try:
        async with context.http.post(
            url, data=dict(form()), headers=headers, timeout=TIMEOUT, allow_redirects=False
        ) as answer:
            status, body = answer.status, await answer.read()
            wait = answer.headers.get("retry-after")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise DisconnectedError(f"{host}: {error or type(error).__name__}") from error
    if status == 429 or status >= 500:
        wait_s = retry_after_s(wait, time.time())
        raise RetryLaterError(f"{host} answered {status} to a request for a token", wait_s or PATIENCE_S)
    if status != 200:
        raise AuthenticationError(f"{host} gave no token ({status}): check the client's id, secret and rights")
    try:
        found = _ANSWER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AuthenticationError(f"{host} gave no token: the answer holds no access_token") from error
    _tokens[key] = (found.access_token, time.monotonic() + max(found.expires_in - EARLY_S, 0.0))
    return found.access_token
