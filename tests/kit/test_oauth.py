"""Tokens for an hour: asked for once, kept, asked for anew, refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from commonline.errors import AuthenticationError, DisconnectedError, RetryLaterError
from commonline.kit import oauth
from commonline.kit.source import Context


class Issuer:
    """Gives tokens, and remembers what was posted for them."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self.status = 200
        self.body: dict[str, Any] | None = None
        self.url = ""

    async def give(self, request: web.Request) -> web.Response:
        self.posted.append({**await request.post(), "authorization": request.headers.get("authorization")})
        body = self.body if self.body is not None else {"access_token": f"t{len(self.posted)}", "expires_in": "3600"}
        return web.json_response(body, status=self.status, headers={"Retry-After": "7"})


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    app = web.Application()
    app.router.add_post("/token", made.give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/token"
    yield made
    await runner.cleanup()


async def token(url: str, secret: str = "s") -> str:
    async with aiohttp.ClientSession() as http:
        context = Context("desk", "acme", {}, http)
        form = {"grant_type": "client_credentials"}
        return await oauth.access_token(context, url, ("id", secret), lambda: form, {"Authorization": "Basic x"})


async def test_a_token_is_asked_for_once_an_account(issuer: Issuer) -> None:
    assert [await token(issuer.url), await token(issuer.url), await token(issuer.url, "other")] == ["t1", "t1", "t2"]
    assert issuer.posted[0] == {"grant_type": "client_credentials", "authorization": "Basic x"}


async def test_a_token_that_ends_is_asked_for_anew(issuer: Issuer) -> None:
    issuer.body = {"access_token": "short", "expires_in": 59}
    assert [await token(issuer.url), await token(issuer.url)] == ["short", "short"]
    assert len(issuer.posted) == 2


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (400, AuthenticationError)])
async def test_refusals_show_no_secret(issuer: Issuer, status: int, error: type[Exception]) -> None:
    issuer.status = status
    with pytest.raises(error) as caught:
        await token(issuer.url, "kettle-secret")
    assert "kettle-secret" not in str(caught.value)


async def test_patience_and_nobody_there(issuer: Issuer) -> None:
    issuer.status = 503
    with pytest.raises(RetryLaterError) as caught:
        await token(issuer.url)
    assert caught.value.after_s == 7.0
    with pytest.raises(DisconnectedError):
        await token("http://127.0.0.1:1/token")
    issuer.status, issuer.body = 200, {"error": "no"}
    with pytest.raises(AuthenticationError, match="no access_token"):
        await token(issuer.url)
