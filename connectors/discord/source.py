"""The gateway, and pages of channels for what it cannot repeat.

https://docs.discord.com/developers/events/gateway

HELLO says how often to send a heartbeat; IDENTIFY begins a session, RESUME goes on with one behind the last number that
was heard, for some minutes after a break. Where Discord has forgotten the session, the channels of the settings are
asked for messages behind the newest that was read: ids hold the time, so that one position does for all of them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec

from commonline.connectors.discord.mapping import CHANNEL_HEADER, EVENTS
from commonline.connectors.discord.payload import CHANNEL, FRAME, KEYS, Channel, Frame
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError
from commonline.kit.api import Api, credential
from commonline.kit.source import Context, Cursor, Item, Page

EPOCH_MS = 1_420_070_400_000
OVERLAP_MS = 60_000
PAGE = 100
FRAME_LIMIT = 16 * 1024 * 1024
DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
WRONG = {4004: "bot_token", 4010: "the shard", 4011: "sharding", 4012: "the version", 4013: "intents", 4014: "intents"}
"""Codes of an end that only a person can mend."""
FORGOTTEN = frozenset({4007, 4009})


class _Gateway(msgspec.Struct):
    url: str


class _Hello(msgspec.Struct):
    heartbeat_interval: float


class _Ready(msgspec.Struct):
    session_id: str
    resume_gateway_url: str


class _Message(msgspec.Struct):
    id: str = "0"


_GATEWAY = msgspec.json.Decoder(_Gateway)
_HELLO = msgspec.json.Decoder(_Hello)
_READY = msgspec.json.Decoder(_Ready)
_MESSAGE = msgspec.json.Decoder(_Message)
_PAGE = msgspec.json.Decoder(list[msgspec.Raw])


def snowflake(micros: int) -> int:
    """The least id of a time."""
    return max(micros // 1000 - EPOCH_MS, 0) << 22


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Yield pages for ever; for history (mode ``backfill``) the channels of the settings from `since_us` on."""
    token = credential(context, "bot_token")
    headers = {"Authorization": f"Bot {token}", "User-Agent": "DiscordBot (https://commonline.example, 1)"}
    api = Api(context, "discord", str(context.settings["api_url"]), headers)
    if context.mode != "live":
        done: Cursor = dict(cursor or {})
        for name in _channels(context.settings):
            async for items, last in _behind(api, name, int(done.get(name, snowflake(context.since_us or 0)))):
                done[name] = str(last)
                yield Page(items, dict(done))
        return
    session = _Session(context, token, dict(cursor or {}))
    async for page in session.run(api):
        yield page


def _channels(settings: Any) -> list[str]:
    named = [str(name) for name in settings.get("channels") or ()]
    for name in named:
        if not (name.isascii() and name.isdecimal()):
            raise ConfigurationError(f"channels: {name!r} is no id of a channel; copy it with developer mode on")
    return named


async def _behind(api: Api, channel: str, last: int) -> AsyncIterator[tuple[list[Item], int]]:
    """A channel's messages behind an id, oldest first."""
    about = await api.get(f"/channels/{channel}")
    if about is None:
        return
    known = about.decode(CHANNEL)
    header = {CHANNEL_HEADER: msgspec.json.encode(Channel(known.id, known.guild_id, known.type, known.name)).decode()}
    while True:
        answer = await api.get(f"/channels/{channel}/messages", {"after": str(last), "limit": str(PAGE)})
        if answer is None:
            return
        found = sorted(((int(_MESSAGE.decode(raw).id), raw) for raw in answer.decode(_PAGE)), key=lambda one: one[0])
        if not found:
            return
        last = found[-1][0]
        request = f"GET /channels/{channel}/messages"
        yield [Item(bytes(raw), request=request, headers=header, transport="poll") for _, raw in found], last
        if len(found) < PAGE:
            return


class _Session:
    """One connection to the gateway."""

    def __init__(self, context: Context, token: str, cursor: Cursor) -> None:
        self.context, self.token = context, token
        self.session: str | None = cursor.get("session")
        self.number: int | None = cursor.get("seq")
        self.address: str | None = cursor.get("url")
        begin = context.since_us if context.since_us is not None else context.clock()
        self.newest = int(cursor.get("newest", snowflake(begin)))
        self.missed = bool(cursor)

    def cursor(self) -> Cursor:
        """Where it stands."""
        return {"session": self.session, "seq": self.number, "url": self.address, "newest": str(self.newest)}

    async def run(self, api: Api) -> AsyncIterator[Page]:
        """Frames, until the connection ends."""
        address = self.address
        if self.session is None or address is None:
            answer = await api.get("/gateway/bot")
            if answer is None:
                raise ConfigurationError("Discord does not know this bot: check bot_token")
            address = answer.decode(_GATEWAY).url
        try:
            async with self.context.http.ws_connect(
                f"{address.rstrip('/')}/?v=10&encoding=json", max_msg_size=FRAME_LIMIT
            ) as socket:
                async for page in self._frames(socket, api):
                    yield page
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"Discord: {error or type(error).__name__}") from error

    async def _frames(self, socket: aiohttp.ClientWebSocketResponse, api: Api) -> AsyncIterator[Page]:
        hello, _ = await self._next(socket, 30.0)
        if hello.op != HELLO:
            raise DisconnectedError("Discord did not say hello")
        beat_s = _HELLO.decode(hello.d).heartbeat_interval / 1000
        await socket.send_json(self._greeting())
        next_beat, answered = time.monotonic() + beat_s * 0.5, True
        while True:
            try:
                frame, body = await self._next(socket, max(next_beat - time.monotonic(), 0.0))
            except TimeoutError:
                if not answered:
                    raise DisconnectedError("Discord did not answer a heartbeat") from None
                await socket.send_json({"op": HEARTBEAT, "d": self.number})
                next_beat, answered = time.monotonic() + beat_s, False
                continue
            if frame.op == ACK:
                answered = True
            elif frame.op == HEARTBEAT:
                await socket.send_json({"op": HEARTBEAT, "d": self.number})
            elif frame.op == RECONNECT:
                raise DisconnectedError("Discord asks to connect again")
            elif frame.op == INVALID:
                yield self._forget(resumable=bytes(frame.d) == b"true")
                raise DisconnectedError("Discord has ended the session")
            elif frame.op == DISPATCH:
                self.number = frame.s if frame.s is not None else self.number
                async for page in self._dispatched(frame, body, api):
                    yield page

    def _greeting(self) -> dict[str, Any]:
        if self.session is not None and self.number is not None:
            told = {"token": self.token, "session_id": self.session, "seq": self.number}
            return {"op": RESUME, "d": told}
        properties = {"os": "linux", "browser": "commonline", "device": "commonline"}
        intents = int(self.context.settings["intents"])
        return {"op": IDENTIFY, "d": {"token": self.token, "intents": intents, "properties": properties}}

    def _forget(self, *, resumable: bool) -> Page:
        if not resumable:
            self.session = self.number = self.address = None
        return Page([], self.cursor())

    async def _dispatched(self, frame: Frame, body: bytes, api: Api) -> AsyncIterator[Page]:
        if frame.t == "READY":
            ready = _READY.decode(frame.d)
            self.session, self.address = ready.session_id, ready.resume_gateway_url
            if self.missed:
                begin = self.newest - (OVERLAP_MS << 22)
                for name in _channels(self.context.settings):
                    async for items, last in _behind(api, name, begin):
                        self.newest = max(self.newest, last)
                        yield Page(items, None)
            yield Page([], self.cursor())
        elif frame.t in EVENTS:
            if frame.t == "MESSAGE_CREATE":
                self.newest = max(self.newest, _id_of(frame))
            yield Page([Item(body, request="GET /gateway", transport="stream")], self.cursor())

    async def _next(self, socket: aiohttp.ClientWebSocketResponse, wait_s: float) -> tuple[Frame, bytes]:
        """The next frame. Raises `TimeoutError`, and what the end of a connection means."""
        async with asyncio.timeout(wait_s):
            message = await socket.receive()
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            code = socket.close_code or 0
            if code == 4004:
                raise AuthenticationError("Discord refused the bot: check bot_token")
            if code in WRONG:
                raise ConfigurationError(f"Discord refused {WRONG[code]} ({code}): check the bot's settings")
            if code in FORGOTTEN:
                self._forget(resumable=False)
            raise DisconnectedError(f"Discord closed the gateway ({code})")
        body = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
        return FRAME.decode(body), body


def _id_of(frame: Frame) -> int:
    """The id of a message; 0 for one that cannot be read, of which the mapping says what is wrong."""
    try:
        found = KEYS.decode(frame.d).get("id")
        return int(bytes(found).strip(b'"')) if found is not None else 0
    except (msgspec.DecodeError, ValueError):
        return 0
