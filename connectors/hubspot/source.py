"""The second path: conversations with their messages, and CRM objects by search, with a private app's token.

* Conversations: threads with a message since then, then the newest messages of each, down to those read before.
  Webhooks tell only that something was written.
* CRM objects: all that changed since then, by their ids in ascending order. Paging by id, not by HubSpot's own
  cursor, has no end at 10,000 results, and goes on where it was after a crash.

Every stream has a position of its own. It moves to the time when a round began, once all of the round was
kept; the next round looks back a little further, because HubSpot's search shows changes some seconds late.

https://developers.hubspot.com/docs/api-reference/conversations-conversations-v3/guide
https://developers.hubspot.com/docs/api-reference/search/guide
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from yarl import URL

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.hubspot import messages
from commonline.connectors.hubspot.payload import Id
from commonline.connectors.hubspot.properties import MAIL, OPT_OUT, PHONE, TEXT, TITLE
from commonline.connectors.hubspot.records import EVENTS_BY_KIND, FIELDS
from commonline.errors import (
    AuthenticationError,
    ConfigurationError,
    DisconnectedError,
    MalformedPayloadError,
    RetryLaterError,
)
from commonline.kit import times
from commonline.kit.source import Context, Cursor, Item, Page

CONVERSATIONS = "conversations"
THREADS = "/conversations/v3/conversations/threads"
OVERLAP_US = 120_000_000
"""How much further than its position a round looks back."""
PAGE = 100
TIMEOUT = aiohttp.ClientTimeout(total=60)
PAUSE_S = 0.25
"""Between two searches: HubSpot allows five a second for the whole account."""
PATIENCE_S = 10.0
"""HubSpot's short limit counts requests in ten seconds, and its answer does not say when to come again."""
NAMES = {"contact": ("firstname", "lastname", "createdate"), "company": ("createdate",)}


class _Version(msgspec.Struct, rename="camel"):
    id: Id
    created_at: str | None = None
    updated_at: str | None = None
    latest_message_timestamp: str | None = None
    type: str | None = None
    truncation_status: str | None = None


class _Next(msgspec.Struct):
    after: str


class _Paging(msgspec.Struct):
    next: _Next | None = None


class _Answer(msgspec.Struct):
    results: list[msgspec.Raw]
    paging: _Paging | None = None


_ANSWER = msgspec.json.Decoder(_Answer)
_VERSION = msgspec.json.Decoder(_Version)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all streams that the source's setting `polled` names."""
    api = _Api(context)
    positions: dict[str, dict[str, Any]] = {name: dict(place) for name, place in (cursor or {}).items()}
    for stream in context.settings["polled"]:
        place = positions.setdefault(stream, {"since": _start(context)})
        place.setdefault("began", context.clock())
        reader = _conversations(api, place) if stream == CONVERSATIONS else _records(api, stream, place)
        async for items in reader:
            yield Page(items, _copy(positions))
        positions[stream] = {"since": place["began"]}
        yield Page([], _copy(positions))


def _start(context: Context) -> int:
    return context.since_us if context.since_us is not None else context.clock()


def _copy(positions: dict[str, dict[str, Any]]) -> Cursor:
    return {name: dict(place) for name, place in positions.items()}


async def _conversations(api: _Api, place: dict[str, Any]) -> AsyncIterator[list[Item]]:
    since = int(place["since"]) - OVERLAP_US
    query = {
        "sort": "latestMessageTimestamp",
        "latestMessageTimestampAfter": _iso(since),
        "association": "TICKET",
        "limit": str(PAGE),
    }
    async for raw in api.pages(THREADS, query):
        thread = _VERSION.decode(raw)
        path = f"{THREADS}/{quote(str(thread.id), safe='')}"
        told = [Item(bytes(raw), request=f"GET {path}", vendor_id=f"thread/{thread.id}/{messages.digest(bytes(raw))}")]
        yield told + await _messages(api, path, since)


async def _messages(api: _Api, path: str, since: int) -> list[Item]:
    """The messages of a thread since then, oldest first."""
    found: list[Item] = []
    async for raw in api.pages(f"{path}/messages", {"sort": "-createdAt", "limit": str(PAGE)}):
        one = _VERSION.decode(raw)
        if (times.parse(one.created_at) or 0) < since and (times.parse(one.updated_at) or 0) < since:
            break
        target = f"{path}/messages/{quote(str(one.id), safe='')}"
        body = bytes(raw)
        if one.truncation_status == "TRUNCATED":
            original = await api.get(f"{target}/original-content", {})
            body = messages.long(body, original) if original is not None else body
        found.append(Item(body, request=f"GET {target}", vendor_id=f"message/{one.id}/{messages.digest(bytes(raw))}"))
    return found[::-1]


async def _records(api: _Api, stream: str, place: dict[str, Any]) -> AsyncIterator[list[Item]]:
    """Objects that changed, by ascending id. The place is moved along, so that a crash does not begin anew."""
    kind = next(kind for kind, plural in EVENTS_BY_KIND.items() if plural == stream)
    modified = "lastmodifieddate" if kind == "contact" else "hs_lastmodifieddate"
    path = f"/crm/v3/objects/{stream}/search"
    since_ms = (int(place["since"]) - OVERLAP_US) // 1000
    while True:
        filters = [{"propertyName": modified, "operator": "GTE", "value": str(since_ms)}]
        if "after" in place:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": str(place["after"])})
        question = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": _properties(kind),
            "limit": PAGE,
        }
        results = await api.search(path, question)
        items: list[Item] = []
        for raw in results:
            one = _VERSION.decode(raw)
            place["after"] = str(one.id)
            items.append(Item(bytes(raw), request=f"POST {path}", vendor_id=f"{stream}/{one.id}/{one.updated_at}"))
        if items:
            yield items
        if len(results) < PAGE:
            return
        await api.context.sleep(PAUSE_S)


def _properties(kind: str) -> list[str]:
    """What is asked for: names, texts, addresses, states, and nothing else about people."""
    wanted = {*FIELDS, *NAMES.get(kind, ("createdate",)), "hubspot_owner_id"}
    wanted |= {*MAIL, *PHONE, OPT_OUT} if kind == "contact" else {TITLE[kind], TEXT[kind]}
    return sorted(wanted)


def _iso(micros: int) -> str:
    return times.from_micros(micros).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class _Api:
    """HubSpot's API with the private app's token."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        token = settings.get("access_token")
        if not isinstance(token, ResolvedSecret):
            raise ConfigurationError("access_token is missing; the second path needs a private app's token")
        if not settings.get("portal_id"):
            raise ConfigurationError(
                "portal_id is missing; set it to the account that access_token belongs to (its answers do not name it)"
            )
        unknown = [name for name in settings["polled"] if name not in {CONVERSATIONS, *EVENTS_BY_KIND.values()}]
        if unknown:
            known = ", ".join([CONVERSATIONS, *EVENTS_BY_KIND.values()])
            raise ConfigurationError(f"polled: {unknown[0]!r} is none of {known}")
        self.context = context
        self.base = str(settings["api_url"]).rstrip("/")
        self.headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}

    async def pages(self, path: str, query: dict[str, str]) -> AsyncIterator[msgspec.Raw]:
        """The results of a paged answer, one by one. Nothing if the path is gone."""
        after: str | None = None
        while True:
            body = await self.get(path, query if after is None else {**query, "after": after})
            if body is None:
                return
            answer = _decoded(body, path)
            for raw in answer.results:
                yield raw
            after = answer.paging.next.after if answer.paging and answer.paging.next else None
            if after is None:
                return

    async def get(self, path: str, query: dict[str, str]) -> bytes | None:
        """The body of an answer, None for what does not exist."""
        target = f"{path}?{urlencode(query)}" if query else path
        return await self._call("GET", target, None)

    async def search(self, path: str, question: dict[str, Any]) -> list[msgspec.Raw]:
        """The results of one search."""
        body = await self._call("POST", path, msgspec.json.encode(question))
        return _decoded(body, path).results if body is not None else []

    async def _call(self, method: str, target: str, content: bytes | None) -> bytes | None:
        url = URL(self.base + target, encoded=True)
        headers = self.headers if content is None else {**self.headers, "Content-Type": "application/json"}
        try:
            async with self.context.http.request(
                method, url, data=content, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                body = await answer.read()
                return _checked(answer.status, body, answer.headers.get("Retry-After"), target)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"HubSpot at {self.base}: {error or type(error).__name__}") from error


def _checked(status: int, body: bytes, retry_after: str | None, target: str) -> bytes | None:
    path = target.partition("?")[0]
    if status == 200:
        return body
    if status in (404, 410):
        return None
    if status == 429 or status >= 500:
        after = min(float(retry_after), 3600.0) if retry_after and retry_after.isdigit() else PATIENCE_S
        raise RetryLaterError(f"HubSpot answered {status} to {path}; asking again in {after:.0f} s", after)
    if status in (401, 403):
        raise AuthenticationError(f"HubSpot refused {path} ({status}): check access_token and its scopes")
    raise ConfigurationError(f"HubSpot answered {status} to {path}: check api_url and polled")


def _decoded(body: bytes, path: str) -> _Answer:
    try:
        return _ANSWER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayloadError(f"{path}: {error}") from error
