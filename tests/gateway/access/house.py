"""A gateway with all of access, asked without a socket: at its door, as its own applications and browsers do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from fastapi import Depends

from commonline.configuration.load import parse
from commonline.gateway.access import routes
from commonline.gateway.access.entrance import Entrance
from commonline.gateway.access.headers import SecurityHeaders
from commonline.gateway.app import make_app
from commonline.gateway.store.engine import Store
from commonline.metrics import Metrics

BASE = "http://127.0.0.1:8090"
OIDC = """
[gateway]
public_url = "http://127.0.0.1:8090"
[gateway.oidc]
issuer = "{issuer}"
client_id = "commonline"
client_secret = {{ env = "CLIENT_SECRET" }}
[gateway.oidc.grants.service-team]
feeds = ["acme/service"]
visibility = "internal"
"""


class House:
    """The application, its entrance, and its metrics."""

    def __init__(self, store: Store, configuration: str = "", folder: Path = Path()) -> None:
        self.metrics = Metrics()
        self.entrance = Entrance(store, parse(configuration), folder, self.metrics)
        self.app = make_app(
            store,
            access=self.entrance.gate,
            metrics=self.metrics,
            routers=[routes.router],
            state={"entrance": self.entrance},
        )
        routes.install(self.app)
        self.app.add_middleware(SecurityHeaders, secure=self.entrance.secure)
        self.app.post("/form", dependencies=[Depends(routes.posted)])(lambda: {"posted": True})

    def visit(self, go: Callable[[httpx.AsyncClient], Any], host: str = "127.0.0.1", base: str = BASE) -> Any:
        """What `go` does as one browser; its cookies last for the visit."""

        async def visited() -> Any:
            transport = httpx.ASGITransport(self.app, client=(host, 1))
            async with httpx.AsyncClient(transport=transport, base_url=base) as browser:
                return await go(browser)

        return asyncio.run(visited())

    def ask(self, url: str = "/v1/conversations", host: str = "127.0.0.1", **headers: str) -> httpx.Response:
        """One request without cookies."""
        found: httpx.Response = self.visit(
            lambda browser: browser.get(url, headers={k.replace("_", "-"): v for k, v in headers.items()}), host
        )
        return found

    def refused(self, reason: str) -> float:
        """How often something was refused for this reason."""
        found = self.metrics.registry.get_sample_value("commonline_gateway_refused_total", {"reason": reason})
        return found or 0.0
