"""The one place where a request becomes a `Viewer`, or is refused with 401.

An application shows a token (``Authorization: Bearer cl_…``, RFC 6750), a browser its session's cookie. A request that
shows both is judged by the token alone. What a page of another site makes a browser send is refused, whatever cookie
comes with it.
"""

from __future__ import annotations

import time
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from commonline.clock import Clock, now_us
from commonline.gateway.access import tokens
from commonline.gateway.access.sessions import Sessions
from commonline.gateway.access.tokens import Token
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer
from commonline.metrics import Metrics

SCHEME = "Bearer"
REMEMBERED_S = 5.0
"""How long a token that was found is not looked up again: a revoked one is good for so long."""
MOST_REMEMBERED = 10_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


class Gate:
    """Called with a request or a WebSocket; blocking, for a thread. Raises `HTTPException` 401 or 403."""

    def __init__(self, store: Store, sessions: Sessions, metrics: Metrics, clock: Clock = now_us) -> None:
        self._store = store
        self._sessions = sessions
        self._metrics = metrics
        self._clock = clock
        self._found: dict[str, tuple[float, Token]] = {}

    def __call__(self, connection: HTTPConnection) -> Viewer:
        """Who asks."""
        shown = connection.headers.get("authorization")
        if shown is not None:
            return self._by_token(shown)
        if (session := self._sessions.find(connection)) is not None:
            if not from_own_page(connection):
                self.count("origin")
                raise HTTPException(403, "only a page of this console may ask this with a browser's session")
            connection.state.session = session
            return session.viewer
        raise self.refusal("missing", "show a token: Authorization: Bearer cl_…")

    def _by_token(self, shown: str) -> Viewer:
        scheme, _, text = shown.partition(" ")
        if scheme.lower() != SCHEME.lower():
            raise self.refusal("scheme", "the scheme is Bearer: Authorization: Bearer cl_…")
        token = self._token(text.strip())
        fault = "unknown" if token is None else token.fault(self._clock())
        if token is None or fault is not None:
            raise self.refusal(fault or "unknown", "this token is not, or no longer, good", "invalid_token")
        return token.viewer

    def _token(self, text: str) -> Token | None:
        now = time.monotonic()
        at, token = self._found.get(text, (0.0, None))
        if token is None or now - at > REMEMBERED_S:
            token = tokens.find(self._store, text)
            if token is not None:
                if len(self._found) >= MOST_REMEMBERED:
                    self._found.clear()
                self._found[text] = (now, token)
                tokens.note_use(self._store, token, self._clock())
        return token

    def forget(self) -> None:
        """Look every token up again."""
        self._found.clear()

    def refusal(self, reason: str, detail: str, error: str | None = None) -> HTTPException:
        """401 with what RFC 6750 wants beside it; counted."""
        self.count(reason)
        told = f'{SCHEME} realm="commonline"' + (f', error="{error}"' if error else "")
        return HTTPException(401, detail, {"WWW-Authenticate": told})

    def count(self, reason: str) -> None:
        """One more attempt that failed."""
        self._metrics.counter("commonline_gateway_refused_total", {"reason": reason}).inc()


def from_own_page(connection: HTTPConnection) -> bool:
    """Whether a browser's request comes from a page of ours, or from no page (an address typed in, a link followed).

    By `Origin` and the Fetch Metadata headers (https://www.w3.org/TR/fetch-metadata/), which pages cannot forge. A
    link from elsewhere may lead to a page; nothing else may be asked from there. What changes something must come with
    one of the two: every browser sends `Origin` then.
    """
    headers = connection.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return False
    safe = connection.scope.get("method", "GET") in SAFE
    if site is None:
        return safe or origin is not None
    if site in ("same-origin", "none"):
        return True
    return safe and headers.get("sec-fetch-mode") == "navigate"


def on_this_machine(connection: HTTPConnection) -> bool:
    """Whether a browser on this very machine asks, by an address of this machine.

    Not by a name that somebody else's DNS leads here (then `Host` is that name), and not through a proxy, behind which
    everybody would look like this machine.
    """
    headers = connection.headers
    if any(name in headers for name in PROXIED):
        return False
    client = connection.client.host if connection.client else ""
    return is_loopback(client) and is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: ``localhost`` or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
