"""What logging in needs, together: gate, sessions, the provider if there is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from starlette.requests import HTTPConnection

from commonline.configuration.gateway import Oidc
from commonline.configuration.load import resolve_secret
from commonline.configuration.model import Configuration
from commonline.gateway.access.gate import Gate
from commonline.gateway.access.keys import key_ring
from commonline.gateway.access.oidc import Client, Provider
from commonline.gateway.access.sessions import Sessions
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

RETURN = "/login/done"


class Entrance:
    """Made from the configuration; `folder` is where its secrets' files are sought.

    Raises `ConfigurationError` where the client's secret cannot be read.
    """

    def __init__(self, store: Store, configuration: Configuration, folder: Path, metrics: Metrics) -> None:
        gateway = configuration.gateway
        self.zone = configuration.commonline.timezone
        self.oidc = gateway.oidc
        self.secure = (gateway.public_url or "").startswith("https:")
        self.sessions = Sessions(store, secure=self.secure)
        self.gate = Gate(store, self.sessions, metrics)
        self.provider = None if gateway.oidc is None else Provider(_client(gateway.oidc, gateway.public_url, folder))
        self.attempts: Callable[[], list[bytes]] = lambda: key_ring(store, "login", days=30)

    def csrf(self, request: HTTPConnection) -> str:
        """What forms of this browser's session send back; empty without one."""
        session = self.sessions.find(request)
        return "" if session is None else session.csrf


def _client(oidc: Oidc, public_url: str | None, folder: Path) -> Client:
    secret = None
    if oidc.client_secret is not None:
        place = oidc.client_secret.model_dump(exclude_none=True)
        secret = resolve_secret("gateway.oidc.client_secret", place, folder).value
    return Client(oidc.issuer, oidc.client_id, secret, tuple(oidc.scopes), f"{public_url}{RETURN}")
