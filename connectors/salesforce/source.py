"""Change events by Bayeux (CometD), from where they were left; and by REST what events do not tell.

https://developer.salesforce.com/docs/atlas.en-us.api_streaming.meta/api_streaming/using_streaming_api_durability.htm
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from commonline.connectors.salesforce.organisation import ORGANISATION
from commonline.connectors.salesforce.payload import HEADER
from commonline.connectors.salesforce.rest import Rest
from commonline.errors import DisconnectedError
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

VERSION = "63.0"
NEW, ALL = -1, -2
"""Replay: only what is new; everything that is kept (72 hours)."""
RESYNC_US = 3600 * times.SECOND
"""How far before an overflow is queried."""


class _Message(msgspec.Struct):
    """One message of Bayeux."""

    channel: str
    successful: bool | None = None
    client: str | None = msgspec.field(name="clientId", default=None)
    error: str | None = None
    data: msgspec.Raw = msgspec.Raw()
    advice: dict[str, Any] = {}


class _Event(msgspec.Struct, frozen=True):
    replay: int = msgspec.field(name="replayId", default=0)


class _Data(msgspec.Struct):
    payload: dict[str, msgspec.Raw] = {}
    event: _Event = _Event()


class _Gap(msgspec.Struct):
    entity: str = msgspec.field(name="entityName")
    change: str = msgspec.field(name="changeType")
    records: list[str] = msgspec.field(name="recordIds", default_factory=list)
    at: int = msgspec.field(name="commitTimestamp", default=0)


_MESSAGES = msgspec.json.Decoder(list[_Message])
_DATA = msgspec.json.Decoder(_Data)
_GAP = msgspec.json.Decoder(_Gap)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Live: the channels for ever. In a back-fill: what is queried since then."""
    rest = await Rest.login(context, VERSION)
    if context.mode != "live":
        since = context.since_us or 0
        for entity in context.settings["entities"]:
            async for items in rest.changed(entity, since):
                yield Page(items, None)
        return
    replays: dict[str, int] = dict((cursor or {}).get("replays", {}))
    stream = _Stream(rest, context.settings["channels"], replays)
    await stream.open(NEW if cursor is None and context.since_us is None else ALL)
    while True:
        items = await stream.next()
        if items:
            yield Page(items, {"replays": dict(replays)})


class _Stream:
    """One session. `replays` are the places on the channels, kept up while reading."""

    def __init__(self, rest: Rest, channels: list[str], replays: dict[str, int]) -> None:
        self._rest, self._channels, self._replays = rest, channels, replays
        self._client = ""

    async def open(self, begin: int) -> None:
        """Shake hands and subscribe. A place that is too old is one of 72 hours: then all that is kept is read."""
        hello = {"channel": "/meta/handshake", "version": "1.0", "supportedConnectionTypes": ["long-polling"]}
        first = (await self._send([{**hello, "ext": {"replay": True}}]))[0]
        self._client = first.client or ""
        if not first.successful or not self._client:
            raise DisconnectedError(f"Salesforce refused the handshake: {first.error}")
        for channel in self._channels:
            answer = await self._subscribe(channel, self._replays.get(channel, begin))
            if answer.error and "replayId" in answer.error:
                answer = await self._subscribe(channel, ALL)
            if not answer.successful:
                raise DisconnectedError(f"Salesforce refused {channel}: {answer.error}")

    async def _subscribe(self, channel: str, replay: int) -> _Message:
        asked = {"channel": "/meta/subscribe", "clientId": self._client, "subscription": channel}
        return (await self._send([{**asked, "ext": {"replay": {channel: replay}}}]))[0]

    async def next(self) -> list[Item]:
        """The messages of one long request. Raises `DisconnectedError` when the session has ended."""
        sent = {"channel": "/meta/connect", "clientId": self._client, "connectionType": "long-polling"}
        items: list[Item] = []
        for message in await self._send([sent]):
            if message.channel == "/meta/connect":
                if not message.successful or message.advice.get("reconnect") == "handshake":
                    raise DisconnectedError(f"Salesforce ended the session: {message.error}")
            elif message.channel in self._channels or not message.channel.startswith("/meta/"):
                items += await self._event(message)
        return items

    async def _event(self, message: _Message) -> list[Item]:
        """The event; behind a gap the record, behind an overflow all that changed."""
        data = _DATA.decode(message.data)
        headers = {"salesforce-channel": message.channel, ORGANISATION: self._rest.organisation}
        headers["salesforce-replay"] = str(data.event.replay)
        place = f"{message.channel}/{data.event.replay}"
        items = [Item(bytes(message.data), request=f"CometD {message.channel}", headers=headers, vendor_id=place)]
        self._replays[message.channel] = data.event.replay
        if HEADER in data.payload:
            told = _GAP.decode(data.payload[HEADER])
            if told.change == "GAP_OVERFLOW":
                async for found in self._rest.changed(told.entity, told.at * 1000 - RESYNC_US):
                    items += found
            elif told.change in ("GAP_CREATE", "GAP_UPDATE", "GAP_UNDELETE"):
                items += [one for number in told.records if (one := await self._rest.record(told.entity, number))]
        return items

    async def _send(self, messages: list[dict[str, Any]]) -> list[_Message]:
        answer = await self._rest.post(f"/cometd/{VERSION}", messages)
        told = answer.decode(_MESSAGES)
        if not told:
            raise DisconnectedError("Salesforce answered without a message")
        return told
