"""Telegram beyond its fixtures: getUpdates against a server, and webhook and poll as one fact."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.telegram import source
from commonline.errors import ConfigurationError
from commonline.kit.source import Context, Page

TOKEN = "7100200300:secret"
FIXTURES = Path(source.__file__).parent / "fixtures"


class Bot:
    """Telegram, as far as one bot sees it: updates are forgotten once a later one is asked for."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.status = 200

    async def get_updates(self, request: web.Request) -> web.Response:
        question = await request.json()
        self.asked.append(question)
        self.updates = [one for one in self.updates if one["update_id"] >= question["offset"]]
        body = {"ok": self.status == 200, "result": self.updates[: question["limit"]]}
        return web.json_response(body, status=self.status)


@pytest.fixture
async def bot() -> AsyncIterator[tuple[Bot, str]]:
    made = Bot()
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/getUpdates", made.get_updates)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield made, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def pages(url: str, cursor: dict[str, Any] | None = None, **more: Any) -> list[Page]:
    settings = {"bot_token": ResolvedSecret((TOKEN,)), "api_url": url}
    async with aiohttp.ClientSession() as http:
        context = Context("bot", "acme", settings, http, **more)
        return [page async for page in source.read(context, cursor)]


async def test_updates_are_fetched_until_none_is_left(bot: tuple[Bot, str]) -> None:
    server, url = bot
    server.updates = [{"update_id": number, "message": {}} for number in range(7, 7 + 130)]
    found = await pages(url)
    assert [len(page.items) for page in found] == [100, 30]
    assert found[-1].cursor == {"offset": 137}
    assert found[0].items[0].vendor_id == "7"
    assert TOKEN not in str(found)
    assert "callback_query" not in server.asked[0]["allowed_updates"]
    assert await pages(url, found[-1].cursor) == []
    assert server.asked[-1]["offset"] == 137, "what was kept is forgotten only now"


async def test_what_is_polled_is_what_is_posted(bot: tuple[Bot, str]) -> None:
    server, url = bot
    posted = (FIXTURES / "message__private_text.json").read_bytes()
    server.updates = [msgspec.json.decode(posted)]
    (page,) = await pages(url)
    assert msgspec.json.decode(page.items[0].body) == msgspec.json.decode(posted)


async def test_history_cannot_be_asked_for(bot: tuple[Bot, str]) -> None:
    assert await pages(bot[1], mode="backfill", since_us=0) == []
    assert bot[0].asked == []


@pytest.mark.parametrize("status", [404, 409])
async def test_refusals_show_no_token(bot: tuple[Bot, str], status: int) -> None:
    server, url = bot
    server.status = status
    with pytest.raises(ConfigurationError) as caught:
        await pages(url)
    assert TOKEN not in str(caught.value)
