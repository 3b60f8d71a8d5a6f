"""The other way of hearing: getUpdates, held open until something happens.

Telegram hands an update out again until it is asked for one behind it, so that the cursor is its number plus one.
https://core.telegram.org/bots/api#getupdates
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.telegram.mapping import EVENTS
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit.api import Api
from commonline.kit.source import Context, Cursor, Item, Page

HELD_S = 25
PAGE = 100
KINDS = sorted(event for event in EVENTS if "." not in event)


class _Update(msgspec.Struct):
    update_id: int


class _Answer(msgspec.Struct):
    result: list[msgspec.Raw]


_ANSWER = msgspec.json.Decoder(_Answer)
_UPDATE = msgspec.json.Decoder(_Update)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Updates behind the cursor. A sweep or back-fill finds nothing: what was fetched is forgotten by Telegram."""
    if context.mode != "live":
        return
    token = context.settings.get("bot_token")
    if not isinstance(token, ResolvedSecret):
        raise ConfigurationError("bot_token is missing; getUpdates needs it")
    api = Api(context, "telegram", f"{str(context.settings['api_url']).rstrip('/')}/bot{token.value}", {})
    offset = int((cursor or {}).get("offset", 0))
    while True:
        question = {"offset": offset, "limit": PAGE, "timeout": HELD_S, "allowed_updates": KINDS}
        answer = await api.post("/getUpdates", question)
        if answer is None:
            raise ConfigurationError("Telegram does not know this bot: check bot_token")
        updates = answer.decode(_ANSWER).result
        if not updates:
            return
        items = []
        for raw in updates:
            try:
                number = _UPDATE.decode(raw).update_id
            except msgspec.DecodeError as error:
                raise MalformedPayloadError(f"getUpdates: {error}") from error
            offset = max(offset, number + 1)
            items.append(Item(bytes(raw), request="POST /getUpdates", vendor_id=str(number)))
        yield Page(items, {"offset": offset})
