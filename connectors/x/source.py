"""The filtered stream, and recent search for what it missed and for history.

https://docs.x.com/x-api/posts/filtered-stream/introduction · https://docs.x.com/x-api/posts/search/introduction

The stream is opened first, then what lies between the newest post that was read and now is searched, then what the
stream told meanwhile is read: nothing falls between the two, and what comes twice has the same ids. Search tells newest
posts first, so that the position moves only when all pages of a gap are kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec

from commonline.connectors.x import people
from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.frames import Frames
from commonline.kit.source import Context, Cursor, Item, Page

STREAM = "/2/tweets/search/stream"
RECENT = "/2/tweets/search/recent"
ARCHIVE = "/2/tweets/search/all"
KEPT = timedelta(days=7) - timedelta(minutes=2)
"""How far back recent search reaches."""
FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,"
    "in_reply_to_user_id,lang,note_tweet,public_metrics,referenced_tweets,source",
    "expansions": "author_id,attachments.media_keys,attachments.poll_ids,entities.mentions.username,"
    "referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields": "id,name,username,protected,public_metrics",
    "media.fields": "media_key,type,url,alt_text,duration_ms",
    "poll.fields": "id,options",
}


class _Told(msgspec.Struct):
    id: str | int | None = None


class _Line(msgspec.Struct):
    data: _Told | None = None


class _Meta(msgspec.Struct):
    newest_id: str | None = None
    oldest_id: str | None = None
    next_token: str | None = None
    result_count: int = 0


class _Found(msgspec.Struct):
    meta: _Meta


_LINE = msgspec.json.Decoder(_Line)
_FOUND = msgspec.json.Decoder(_Found)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """The stream for ever; in mode ``backfill`` what search finds since `since_us`."""
    headers = {"Authorization": f"Bearer {credential(context, 'bearer_token')}"}
    api = Api(context, "x", str(context.settings["api_url"]), headers)
    position = dict(cursor or {})
    if context.mode == "backfill":
        async for page in _history(api, position):
            yield page
        return
    async with Frames(api.lines(STREAM, _query(context))) as frames:
        await frames.batch(1)
        async for page in _gap(api, position):
            yield page
        while True:
            if lines := [line for line in await frames.batch() if line.strip()]:
                yield _page(lines, position)


def _query(context: Context) -> dict[str, str]:
    minutes = int(context.settings["backfill_minutes"])
    return {**FIELDS, **({"backfill_minutes": str(min(minutes, 5))} if minutes > 0 else {})}


def _page(lines: list[bytes], position: dict[str, Any]) -> Page:
    for line in lines:
        _advance(position, _id_of(line))
    return Page([Item(line, request=f"GET {STREAM}", transport="stream") for line in lines], dict(position))


def _id_of(line: bytes) -> str | None:
    """The post that a line tells of. What cannot be read moves nothing; its mapping says what is wrong with it."""
    try:
        told = _LINE.decode(line).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return people.text_id(told.id) if told is not None else None


def _advance(position: dict[str, Any], found: str | None) -> None:
    if found is not None and int(found) > int(position.get("newest") or 0):
        position["newest"] = found


async def _gap(api: Api, position: dict[str, Any]) -> AsyncIterator[Page]:
    """What was posted since the newest post that was read. The first time there is nothing to make up for."""
    query, newest = api.context.settings.get("query"), position.get("newest")
    if not query or newest is None:
        return
    earliest = api.context.clock() - _micros(KEPT)
    since = {"since_id": str(newest)}
    if (people.time_of(str(newest)) or 0) < earliest:
        since = {"start_time": _iso(earliest)}
    found: str | None = None
    async for body, meta in _pages(api, RECENT, {"query": str(query), "max_results": "100", **since}):
        found = found or meta.newest_id
        yield Page([Item(body, request=f"GET {RECENT}", transport="poll")], None)
    _advance(position, found)
    yield Page([], dict(position))


async def _history(api: Api, position: dict[str, Any]) -> AsyncIterator[Page]:
    """From now back to `since_us`; `before` in the position is where an interrupted one goes on."""
    settings, context = api.context.settings, api.context
    if not settings.get("query"):
        raise ConfigurationError('query is missing; history is searched by it, for instance query = "@acmekettles"')
    path = ARCHIVE if settings["full_archive"] else RECENT
    since = context.since_us or 0
    if path == RECENT:
        since = max(since, context.clock() - _micros(KEPT))
    query = {"query": str(settings["query"]), "max_results": "100", "start_time": _iso(since)}
    if position.get("before"):
        query["until_id"] = str(position["before"])
    async for body, meta in _pages(api, path, query):
        if meta.oldest_id is not None:
            position["before"] = meta.oldest_id
        yield Page([Item(body, request=f"GET {path}", transport="poll")], dict(position))


async def _pages(api: Api, path: str, query: dict[str, str]) -> AsyncIterator[tuple[bytes, _Meta]]:
    following: str | None = None
    while True:
        more = {"next_token": following} if following else {}
        answer = await api.get(path, {**query, **FIELDS, **more})
        if answer is None:
            raise ConfigurationError(f"X has no {path}: check api_url")
        meta = answer.decode(_FOUND).meta
        if meta.result_count:
            yield answer.body, meta
        following = meta.next_token
        if not following:
            return


def _micros(span: timedelta) -> int:
    return int(span.total_seconds()) * times.SECOND


def _iso(micros: int) -> str:
    return times.from_micros(micros).strftime("%Y-%m-%dT%H:%M:%SZ")
