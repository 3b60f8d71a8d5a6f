"""The path that loses nothing: conversations with something new, and their messages. Webhooks are sent once.

https://developers.chatwoot.com/api-reference/conversations/conversations-list
https://developers.chatwoot.com/api-reference/messages/get-messages

Conversations come with the latest activity first; a round reads them down to where the last one began, and then each
one's messages, newest first, twenty at a time. What it found is kept from the oldest conversation on, so that an end in
the middle repeats and loses nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from commonline.connectors.chatwoot.payload import Id, Moment
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 25
MOST_PAGES = 400


class _Version(msgspec.Struct):
    id: Id
    last_activity_at: Moment = None
    timestamp: Moment = None

    @property
    def at(self) -> int | None:
        return times.parse(self.last_activity_at or self.timestamp)


class _Data(msgspec.Struct):
    payload: list[msgspec.Raw]


class _Listed(msgspec.Struct):
    data: _Data


class _Message(msgspec.Struct):
    id: int
    created_at: Moment = None
    updated_at: Moment = None


class _Messages(msgspec.Struct):
    payload: list[msgspec.Raw]


_LISTED = msgspec.json.Decoder(_Listed)
_VERSION = msgspec.json.Decoder(_Version)
_MESSAGES = msgspec.json.Decoder(_Messages)
_MESSAGE = msgspec.json.Decoder(_Message)
_CONVERSATION = msgspec.json.Decoder(dict[str, msgspec.Raw])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over the account's conversations."""
    settings = context.settings
    if not settings.get("account_id"):
        raise ConfigurationError("account_id is missing: the number in the address of Chatwoot's pages")
    api = Api(context, "chatwoot", str(settings["url"]), {"api_access_token": credential(context, "api_token")})
    base = f"/api/v1/accounts/{settings['account_id']}/conversations"
    changes = Changes(context, cursor, OVERLAP_US)
    for raw, version in reversed(await _active(api, base, changes.since)):
        if changes.is_news(str(version.id), version.at):
            yield Page([await _item(api, base, raw, version, changes.since)], changes.cursor())
    yield Page([], changes.cursor())


async def _active(api: Api, base: str, since: int) -> list[tuple[msgspec.Raw, _Version]]:
    """Conversations with activity since then, the latest first; each once, though pages shift while they are read."""
    found: dict[str, tuple[msgspec.Raw, _Version]] = {}
    for page in range(1, MOST_PAGES + 1):
        query = {"status": "all", "assignee_type": "all", "sort_by": "last_activity_at_desc", "page": str(page)}
        answer = await api.get(base, query)
        if answer is None:
            raise ConfigurationError("account_id: this Chatwoot has no such account")
        listed = answer.decode(_LISTED).data.payload
        versions = [_VERSION.decode(raw) for raw in listed]
        for raw, version in zip(listed, versions, strict=True):
            if version.at is None or version.at >= since:
                found.setdefault(str(version.id), (raw, version))
        if not listed or any(version.at is not None and version.at < since for version in versions):
            break
    return list(found.values())


async def _item(api: Api, base: str, raw: msgspec.Raw, version: _Version, since: int) -> Item:
    """A conversation with those of its messages that are not older than the round."""
    path = f"{base}/{version.id}"
    said: list[tuple[int, msgspec.Raw]] = []
    query: dict[str, str] = {}
    while True:
        answer = await api.get(f"{path}/messages", query)
        listed = answer.decode(_MESSAGES).payload if answer is not None else []
        read = [(_MESSAGE.decode(one), one) for one in listed]
        said += [(told.id, one) for told, one in read if _is_fresh(told, since)]
        oldest = min((told.id for told, _ in read), default=0)
        if not read or oldest <= 1 or str(oldest) == query.get("before") or not _is_fresh(_first(read), since):
            break
        query["before"] = str(oldest)
    try:
        whole: dict[str, Any] = {**_CONVERSATION.decode(raw)}
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(f"{path}: {error}") from error
    ordered = dict(sorted(said, key=lambda one: one[0]))
    whole["messages"] = list(ordered.values())
    vendor_id = f"conversation/{version.id}/{version.at}"
    return Item(msgspec.json.encode(whole), request=f"GET {path}", vendor_id=vendor_id)


def _first(read: list[tuple[_Message, msgspec.Raw]]) -> _Message:
    return min((told for told, _ in read), key=lambda told: told.id)


def _is_fresh(told: _Message, since: int) -> bool:
    at = times.parse(told.updated_at or told.created_at)
    return at is None or at >= since
