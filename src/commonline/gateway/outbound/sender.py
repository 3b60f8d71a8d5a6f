"""One call to a receiver: no redirects, a time-out, an answer of which little is read."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import aiohttp

from commonline.errors import ConfigurationError
from commonline.gateway.outbound.destination import Allowed, Pinned
from commonline.gateway.outbound.schedule import Outcome

TIMEOUT_S = 20.0
CONNECT_S = 5.0
READ_BYTES = 1024
LONGEST_WAIT_S = 24 * 3600.0


class Sender:
    """Posts signed bodies. Make it inside the event loop, and `close` it."""

    def __init__(self, allowed: Allowed, timeout_s: float = TIMEOUT_S) -> None:
        self.allowed = allowed
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=Pinned(allowed), use_dns_cache=False, limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(CONNECT_S, timeout_s)),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": "Commonline-Webhooks/1", "Content-Type": "application/json"},
        )

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        """Post once. Whatever goes wrong is an outcome."""
        began = time.monotonic()
        try:
            self.allowed.check(url)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.content.read(READ_BYTES)
                wait_s = _wait_s(answer.headers.get("Retry-After"))
                error = None if answer.ok and answer.status < 300 else f"{answer.status} {answer.reason}"
                return Outcome(answer.status, error, wait_s, time.monotonic() - began)
        except TimeoutError:
            error = "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError, ConfigurationError) as failure:
            error = str(failure) or type(failure).__name__
        return Outcome(None, error[:500], None, time.monotonic() - began)

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()


def _wait_s(value: str | None) -> float | None:
    """Retry-After (RFC 9110, 10.2.3): seconds, or a date; at most a day."""
    if not value:
        return None
    if value.strip().isdecimal():
        return min(float(value), LONGEST_WAIT_S)
    try:
        return max(0.0, min(parsedate_to_datetime(value).timestamp() - time.time(), LONGEST_WAIT_S))
    except (ValueError, TypeError):
        return None
