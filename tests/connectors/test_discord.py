"""Discord beyond its fixtures: a gateway that says hello, resumes and forgets; signatures by libsodium."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from nacl.signing import SigningKey
from tests.connectors.polled import MINUTE, NOW, SECOND, Polled, serving

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.discord import ingress, source
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError
from commonline.kit.request import Request
from commonline.kit.source import Context, Cursor, Page

TOKEN = "bot-token"
CHANNEL = "910100200300400501"
KEY = SigningKey(b"k" * 32)


def call(body: bytes, at: int = NOW, key: SigningKey = KEY, headers: dict[str, str] | None = None) -> Request:
    stamp = str(at // SECOND)
    signature = key.sign(stamp.encode() + body).signature.hex()
    sent = {"x-signature-ed25519": signature, "x-signature-timestamp": stamp, **(headers or {})}
    return Request("POST", "/in/discord", "https://kettles.example/in/discord", sent, body)


SETTINGS = {"public_key": KEY.verify_key.encode().hex()}
EVENT = b'{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED","data":{}}}'


def test_what_libsodium_signs_is_accepted() -> None:
    assert ingress.verify(call(EVENT), SETTINGS, NOW).authentication == "signature"
    assert ingress.handshake(call(EVENT), SETTINGS, NOW) is None


@pytest.mark.parametrize(
    "forged",
    [
        call(EVENT, key=SigningKey(b"x" * 32)),
        call(EVENT, headers={"x-signature-timestamp": str(NOW // SECOND + 1)}),
        call(EVENT, at=NOW - 60 * MINUTE),
        call(EVENT, headers={"x-signature-ed25519": "zz"}),
        call(EVENT, headers={"x-signature-ed25519": ""}),
        call(EVENT, headers={"x-signature-timestamp": "soon"}),
    ],
)
def test_forgeries(forged: Request) -> None:
    with pytest.raises(AuthenticationError):
        ingress.verify(forged, SETTINGS, NOW)


def test_pings_are_answered_when_they_are_signed() -> None:
    ping, pong = b'{"version":1,"application_id":"1","type":0}', b'{"application_id":"1","id":"2","type":1,"token":"t"}'
    by_event, by_interaction = (ingress.handshake(call(body), SETTINGS, NOW) for body in (ping, pong))
    assert by_event is not None
    assert (by_event.status, by_event.body) == (204, b"")
    assert by_interaction is not None
    assert json.loads(by_interaction.body) == {"type": 1}
    with pytest.raises(AuthenticationError):
        ingress.handshake(call(ping, key=SigningKey(b"x" * 32)), SETTINGS, NOW)


def message(number: int, at: int = NOW, **more: Any) -> dict[str, Any]:
    return {
        "id": str(source.snowflake(at) + number),
        "channel_id": CHANNEL,
        "author": {"id": "9", "username": "ana"},
        "content": f"message {number}",
        "timestamp": "2026-06-01T12:00:00.000000+00:00",
        "type": 0,
        **more,
    }


class Discord:
    """A gateway. `frames` are told after a greeting; then it closes with `code`. Sessions can be forgotten."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.kept: list[dict[str, Any]] = []
        self.greetings: list[dict[str, Any]] = []
        self.beats = 0
        self.asked: list[str] = []
        self.code, self.remembers, self.silent, self.interval = 4000, True, False, 45_000.0
        self.url = ""
        self.app = web.Application()
        self.app.router.add_get("/api/gateway/bot", self.gateway)
        self.app.router.add_get("/", self.socket)
        self.app.router.add_get("/api/channels/{channel}", self.channel)
        self.app.router.add_get("/api/channels/{channel}/messages", self.messages)

    async def gateway(self, request: web.Request) -> web.Response:
        return web.json_response({"url": self.url, "shards": 1}, status=200 if self._fits(request) else 401)

    def _fits(self, request: web.Request) -> bool:
        return request.headers["Authorization"] == f"Bot {TOKEN}"

    async def channel(self, request: web.Request) -> web.Response:
        return web.json_response({"id": CHANNEL, "guild_id": "8", "type": 0, "name": "kettles"})

    async def messages(self, request: web.Request) -> web.Response:
        self.asked.append(request.query_string)
        after = int(request.query["after"])
        found = sorted((one for one in self.kept if int(one["id"]) > after), key=lambda one: int(one["id"]))
        return web.json_response(found[: int(request.query["limit"])][::-1])

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        assert request.query_string == "v=10&encoding=json"
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": self.interval}})
        greeting = await socket.receive_json()
        self.greetings.append(greeting)
        if greeting["op"] == 6 and not self.remembers:
            await socket.send_json({"op": 9, "d": False})
            return socket
        if greeting["op"] == 2:
            ready = {"session_id": "s1", "resume_gateway_url": self.url, "v": 10}
            await socket.send_json({"op": 0, "t": "READY", "s": 1, "d": ready})
        for frame in self.frames:
            await socket.send_json(frame)
        if self.interval < 1000:
            async for message_ in socket:
                assert json.loads(message_.data)["op"] == 1
                self.beats += 1
                if self.silent:
                    continue
                await socket.send_json({"op": 11})
                if self.beats == 3:
                    break
        await socket.close(code=self.code)
        return socket


def settings(discord: Discord) -> dict[str, Any]:
    return {
        "bot_id": "1",
        "bot_token": ResolvedSecret((TOKEN,)),
        "api_url": f"{discord.url}/api",
        "channels": [CHANNEL],
        "intents": 46593,
        "public_channels": [CHANNEL],
        "community_guilds": [],
        "internal_guilds": [],
        "staff_roles": [],
    }


async def heard(discord: Discord, cursor: Cursor | None = None) -> tuple[list[Page], Exception | None]:
    """The pages of one connection, and what ended it."""
    pages: list[Page] = []
    async with aiohttp.ClientSession() as http:
        context = Context("discord", "acme", settings(discord), http, clock=lambda: NOW)
        try:
            async with asyncio.timeout(20), aclosing(source.read(context, cursor)) as reading:  # type: ignore[type-var]
                async for page in reading:
                    pages.append(page)  # noqa: PERF401 - what was read counts although it ends with an error
        except Exception as error:
            return pages, error
    return pages, None


def dispatch(number: int, told: dict[str, Any], name: str = "MESSAGE_CREATE") -> dict[str, Any]:
    return {"op": 0, "t": name, "s": number, "d": told}


def texts(discord: Discord, pages: list[Page]) -> list[str | None]:
    one = Polled("discord", settings(discord))
    return [a.object.text for a in one.mapped([item for page in pages for item in page.items])]


async def test_a_session_is_begun_and_resumed() -> None:
    discord = Discord()
    async with serving(discord.app) as discord.url:
        discord.frames = [dispatch(2, message(1, guild_id="8")), dispatch(3, {}, "TYPING_START")]
        pages, end = await heard(discord)
        assert isinstance(end, DisconnectedError)
        assert texts(discord, pages) == ["message 1"]
        assert discord.greetings[0]["op"] == 2
        assert discord.greetings[0]["d"]["intents"] == 46593
        cursor = pages[-1].cursor
        newest = str(source.snowflake(NOW) + 1)
        assert cursor == {"session": "s1", "seq": 2, "url": discord.url, "newest": newest}
        discord.frames = [dispatch(4, message(2, guild_id="8"))]
        pages, _ = await heard(discord, cursor)
        assert discord.greetings[1] == {"op": 6, "d": {"token": TOKEN, "session_id": "s1", "seq": 2}}
        assert texts(discord, pages) == ["message 2"]
        assert TOKEN not in str(pages)


async def test_a_forgotten_session_is_begun_anew_and_the_gap_is_filled() -> None:
    discord = Discord()
    async with serving(discord.app) as discord.url:
        cursor = {"session": "s0", "seq": 9, "url": discord.url, "newest": str(source.snowflake(NOW))}
        discord.remembers = False
        pages, end = await heard(discord, cursor)
        assert isinstance(end, DisconnectedError)
        cursor = pages[-1].cursor or {}
        assert (cursor["session"], cursor["seq"]) == (None, None)
        discord.kept = [message(n, NOW + n * SECOND) for n in range(1, 131)]
        live = message(130, NOW + 130 * SECOND, guild_id="8")
        discord.frames = [dispatch(2, live)]
        pages, _ = await heard(discord, cursor)
        assert len(discord.asked) == 2
        assert texts(discord, pages) == [f"message {n}" for n in (*range(1, 131), 130)]
        one = Polled("discord", settings(discord))
        found = one.mapped([item for page in pages for item in page.items])
        assert found[-1].id == found[-2].id, "page and frame tell one fact"
        assert found[-1].visibility == found[-2].visibility == "public"


async def test_heartbeats() -> None:
    discord = Discord()
    async with serving(discord.app) as discord.url:
        discord.interval = 20.0
        await heard(discord)
        assert discord.beats == 3
        discord.silent, discord.beats = True, 0
        _, end = await heard(discord)
        assert "did not answer a heartbeat" in str(end)


@pytest.mark.parametrize(
    ("code", "error"),
    [(4004, AuthenticationError), (4014, ConfigurationError), (4000, DisconnectedError)],
)
async def test_how_a_connection_ends(code: int, error: type[Exception]) -> None:
    discord = Discord()
    async with serving(discord.app) as discord.url:
        discord.code = code
        _, end = await heard(discord)
        assert type(end) is error


async def test_history_from_a_time_on() -> None:
    discord = Discord()
    async with serving(discord.app) as discord.url:
        discord.kept = [message(n, NOW - n * MINUTE) for n in range(150)]
        items, cursor = await Polled("discord", settings(discord), mode="backfill", since=NOW - 120 * MINUTE).round()
        assert len(items) == 121
        assert cursor == {CHANNEL: str(source.snowflake(NOW))}
