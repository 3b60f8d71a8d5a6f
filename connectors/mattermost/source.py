"""Listens to the WebSocket; after every connection, the pages of each channel since the newest post that was heard.

https://developers.mattermost.com/api-documentation/#/#websocket · GET /api/v4/channels/{id}/posts?since=…

Frames are numbered: where a number is left out, something was lost, and the connection is made anew. Outgoing webhooks
are sent once only, so that the same pages are their second path as well.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec

from commonline.connectors.mattermost.mapping import CHANNEL_HEADER, USER_HEADER
from commonline.connectors.mattermost.payload import FRAME, Channel, Post, User
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError
from commonline.kit.api import Api, credential
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_MS = 60_000
PAGE = 200
MOST = 1000
"""Posts that the server gives at once for `since`."""
HEARTBEAT_S = 30.0
FRAME_LIMIT = 4 * 1024 * 1024
NOISE = frozenset({"typing", "status_change", "hello", "channel_viewed", "multiple_channels_viewed", ""})


class _Posts(msgspec.Struct):
    order: list[str]
    posts: dict[str, msgspec.Raw]


class _Team(msgspec.Struct):
    id: str


class _Said(msgspec.Struct):
    post: str = ""


_POSTS = msgspec.json.Decoder(_Posts)
_POST = msgspec.json.Decoder(Post)
_SAID = msgspec.json.Decoder(_Said)
_TEAMS = msgspec.json.Decoder(list[_Team])
_CHANNELS = msgspec.json.Decoder(list[Channel])
_CHANNEL = msgspec.json.Decoder(Channel)
_USERS = msgspec.json.Decoder(list[User])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Yield pages for ever; for history (mode ``backfill``) all channels back to `since_us`."""
    server = _Server(context)
    channels = await server.channels()
    if context.mode != "live":
        done = set((cursor or {}).get("channels", []))
        for channel in channels:
            if channel.id not in done:
                async for items in server.history(channel, (context.since_us or 0) // 1000):
                    yield Page(items, {"channels": sorted(done)})
                done.add(channel.id)
        return
    begin = context.since_us if context.since_us is not None else context.clock()
    since = int((cursor or {}).get("since", begin // 1000))
    async with server.socket() as socket:
        await server.log_in(socket)
        newest = since
        for channel in channels:
            async for items, moment in server.missed(channel, since - OVERLAP_MS):
                newest = max(newest, moment)
                yield Page(items, None if cursor is None else {"since": since})
        yield Page([], {"since": newest})
        async for page in _listen(socket, newest):
            yield page


async def _listen(socket: aiohttp.ClientWebSocketResponse, newest: int) -> AsyncIterator[Page]:
    """Frames, and the position that their posts move. Raises `DisconnectedError` where one is left out."""
    number: int | None = None
    async for message in socket:
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise DisconnectedError(f"Mattermost closed the stream: {message.data}")
        body = message.data.encode() if isinstance(message.data, str) else bytes(message.data)
        frame = FRAME.decode(body)
        if not frame.event:
            continue
        if number is not None and frame.seq > number + 1:
            raise DisconnectedError(f"Mattermost left out frames {number + 1} to {frame.seq - 1}")
        number = frame.seq
        if frame.event in NOISE:
            continue
        newest = max(newest, _moment(frame.data))
        yield Page([Item(body, request="GET /api/v4/websocket", transport="stream")], {"since": newest})
    raise DisconnectedError("Mattermost closed the stream")


def _moment(data: msgspec.Raw) -> int:
    """When a frame's post was changed; 0 for other frames. What cannot be read moves nothing."""
    try:
        said = _SAID.decode(data).post
        return _POST.decode(said.encode()).update_at if said else 0
    except (msgspec.DecodeError, UnicodeEncodeError):
        return 0


class _Server:
    """The server with our token."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.token = credential(context, "access_token")
        server = str(context.settings["server"]).rstrip("/")
        self.base = server if "://" in server else f"https://{server}"
        self.api = Api(context, "mattermost", f"{self.base}/api/v4", {"Authorization": f"Bearer {self.token}"})
        self.users: dict[str, User] = {}

    async def channels(self) -> list[Channel]:
        """Those of the settings, else all that the account is in."""
        named = _named(self.context.settings)
        if named:
            found = [await self.api.get(f"/channels/{name}") for name in named]
            return [answer.decode(_CHANNEL) for answer in found if answer is not None]
        teams = await self.api.get("/users/me/teams")
        channels: dict[str, Channel] = {}
        for team in teams.decode(_TEAMS) if teams is not None else []:
            answer = await self.api.get(f"/users/me/teams/{team.id}/channels")
            for channel in answer.decode(_CHANNELS) if answer is not None else []:
                channels[channel.id] = channel
        return list(channels.values())

    def socket(self) -> Any:
        """The WebSocket, not logged in yet."""
        address = "ws" + self.base.removeprefix("http") + "/api/v4/websocket"
        return _Opening(self.context.http, address)

    async def log_in(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Raises `AuthenticationError` if the server does not greet."""
        challenge = {"seq": 1, "action": "authentication_challenge", "data": {"token": self.token}}
        await socket.send_json(challenge)
        message = await socket.receive(timeout=HEARTBEAT_S)
        if message.type is not aiohttp.WSMsgType.TEXT or '"FAIL"' in message.data:
            raise AuthenticationError("Mattermost refused the stream: check access_token")

    async def missed(self, channel: Channel, since_ms: int) -> AsyncIterator[tuple[list[Item], int]]:
        """What was written or changed in a channel since then, and the newest change."""
        query = {"since": str(max(since_ms, 1))}
        answer = await self.api.get(f"/channels/{channel.id}/posts", query)
        if answer is None:
            return
        page = answer.decode(_POSTS)
        if len(page.posts) >= MOST:
            async for items in self.history(channel, since_ms):
                yield items, 0
        posts = [(raw, _POST.decode(raw)) for raw in page.posts.values()]
        changed = [(raw, post) for raw, post in posts if post.update_at >= since_ms]
        if changed:
            yield await self.items(channel, changed, answer.target), max(post.update_at for _, post in changed)

    async def history(self, channel: Channel, since_ms: int) -> AsyncIterator[list[Item]]:
        """All posts of a channel back to then, newest first."""
        number = 0
        while True:
            query = {"page": str(number), "per_page": str(PAGE)}
            answer = await self.api.get(f"/channels/{channel.id}/posts", query)
            if answer is None:
                return
            page = answer.decode(_POSTS)
            posts = [(page.posts[one], _POST.decode(page.posts[one])) for one in page.order if one in page.posts]
            fresh = [(raw, post) for raw, post in posts if post.create_at >= since_ms]
            if fresh:
                yield await self.items(channel, fresh, answer.target)
            if len(fresh) < len(posts) or len(page.order) < PAGE:
                return
            number += 1

    async def items(self, channel: Channel, posts: list[tuple[msgspec.Raw, Post]], target: str) -> list[Item]:
        """Posts, each with its channel and its author's name, oldest first."""
        unknown = sorted({post.user_id for _, post in posts if post.user_id} - self.users.keys())
        if unknown:
            answer = await self.api.post("/users/ids", unknown)
            for user in answer.decode(_USERS) if answer is not None else []:
                self.users[user.id] = user
        where = msgspec.json.encode(channel).decode()
        found = []
        for raw, post in sorted(posts, key=lambda one: one[1].create_at):
            author = self.users.get(post.user_id)
            headers = {CHANNEL_HEADER: where, USER_HEADER: msgspec.json.encode([author] if author else []).decode()}
            found.append(Item(bytes(raw), request=f"GET /api/v4{target}", headers=headers, transport="poll"))
        return found


def _named(settings: Any) -> list[str]:
    """The setting `channels`. Raises `ConfigurationError` for what is no id."""
    named = [str(name) for name in settings.get("channels") or ()]
    for name in named:
        if not (name.isascii() and name.isalnum()):
            raise ConfigurationError(f"channels: {name!r} is no id of a channel; copy it from View Info")
    return named


class _Opening:
    """A WebSocket as a context, whose failures are those that a runner knows."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http, self._address = http, address
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> aiohttp.ClientWebSocketResponse:
        try:
            self._socket = await self._http.ws_connect(self._address, heartbeat=HEARTBEAT_S, max_msg_size=FRAME_LIMIT)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"Mattermost: {error or type(error).__name__}") from error
        return self._socket

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            await self._socket.close()
