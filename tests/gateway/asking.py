"""Asks the gateway's application over HTTP, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
from fastapi import APIRouter
from starlette.requests import HTTPConnection

from commonline.gateway.app import make_app
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer


class Asking:
    """Asks as somebody; without `who`: as whoever sits at `host`, with the access that there is by default."""

    def __init__(
        self,
        store: Store,
        who: Viewer | None = None,
        host: str = "127.0.0.1",
        *,
        routers: Iterable[APIRouter] = (),
        cookies: Mapping[str, str] | None = None,
        **state: Any,
    ) -> None:
        def access(_: HTTPConnection) -> Viewer:
            assert who is not None
            return who

        given: dict[str, Any] = {} if who is None else {"access": access}
        self.app = make_app(store, state=state, routers=routers, **given)
        self._host, self._cookies = host, dict(cookies or {})

    def get(self, url: str, **more: Any) -> httpx.Response:
        """The answer to a GET."""
        return self.request("GET", url, **more)

    def request(self, method: str, url: str, **more: Any) -> httpx.Response:
        """The answer to any request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self._host, 1))
            async with httpx.AsyncClient(
                transport=transport, base_url="http://gateway.test", cookies=self._cookies
            ) as client:
                return await client.request(method, url, **more)

        return asyncio.run(ask())
