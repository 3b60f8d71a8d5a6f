"""Threads of comments of whole channels, newest first; and the hub, asked to push videos.

https://developers.google.com/youtube/v3/docs/commentThreads/list

A thread does not move when it is answered, so that the newest hundred are looked at every round, and with a look-back
all of a day. A thread tells some of its answers; where it says that there are more, they are asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.errors import ConfigurationError
from commonline.kit import times, websub
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Lease, Page

THREADS = "/youtube/v3/commentThreads"
COMMENTS = "/youtube/v3/comments"
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
OVERLAP_US = 900 * times.SECOND
MOST = "100"


class _Snippet(msgspec.Struct):
    published: str | None = msgspec.field(default=None, name="publishedAt")
    updated: str | None = msgspec.field(default=None, name="updatedAt")


class _Comment(msgspec.Struct):
    id: str
    snippet: _Snippet

    @property
    def at(self) -> int | None:
        return times.parse(self.snippet.updated) or times.parse(self.snippet.published)


class _Top(msgspec.Struct):
    comment: _Comment = msgspec.field(name="topLevelComment")
    answers: int = msgspec.field(default=0, name="totalReplyCount")


class _Answers(msgspec.Struct):
    comments: list[_Comment] = []


class _Thread(msgspec.Struct):
    snippet: _Top
    replies: _Answers | None = None


class _List(msgspec.Struct):
    items: list[msgspec.Raw]
    following: str | None = msgspec.field(default=None, name="nextPageToken")


_LIST = msgspec.json.Decoder(_List)
_THREAD = msgspec.json.Decoder(_Thread)
_COMMENT = msgspec.json.Decoder(_Comment)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all channels; a position each."""
    headers = {"X-Goog-Api-Key": credential(context, "api_key")}
    api = Api(context, "youtube", str(context.settings["api_url"]), headers)
    held: Cursor = dict(cursor or {})
    for channel in context.settings["channels"]:
        place = Changes(context, held.get(channel), OVERLAP_US)
        async for items in _threads(api, str(channel), place):
            yield Page(items, None)
        held[channel] = place.cursor()
        yield Page([], dict(held))


async def _threads(api: Api, channel: str, place: Changes) -> AsyncIterator[list[Item]]:
    query = {
        "part": "snippet,replies",
        "allThreadsRelatedToChannelId": channel,
        "order": "time",
        "maxResults": MOST,
        "textFormat": "plainText",
    }
    while True:
        told = await _list(api, THREADS, query)
        items: list[Item] = []
        oldest: int | None = None
        for raw in told.items:
            thread = _THREAD.decode(raw)
            oldest = times.parse(thread.snippet.comment.snippet.published) or oldest
            shown = thread.replies.comments if thread.replies is not None else []
            # Every one of them is remembered, so no `any()`, which would stop at the first.
            news = [place.is_news(one.id, one.at) for one in (thread.snippet.comment, *shown)]
            items += [Item(bytes(raw), request=f"GET {THREADS}")] if True in news else []
            if thread.snippet.answers > len(shown):
                items += await _answers(api, thread.snippet.comment.id, place)
        yield items
        if not told.following or (oldest is not None and oldest < place.since):
            return
        query["pageToken"] = told.following


async def _answers(api: Api, parent: str, place: Changes) -> list[Item]:
    """All answers to a comment that are news."""
    query = {"part": "snippet", "parentId": parent, "maxResults": MOST, "textFormat": "plainText"}
    items: list[Item] = []
    while True:
        told = await _list(api, COMMENTS, query)
        for raw in told.items:
            comment = _COMMENT.decode(raw)
            if place.is_news(comment.id, comment.at):
                items.append(Item(bytes(raw), request=f"GET {COMMENTS}?parentId={parent}"))
        if not told.following:
            return items
        query["pageToken"] = told.following


async def _list(api: Api, path: str, query: dict[str, str]) -> _List:
    answer = await api.get(path, query)
    if answer is None:
        what = query.get("allThreadsRelatedToChannelId", path)
        raise ConfigurationError(f"YouTube does not know {what}: check channels")
    return answer.decode(_LIST)


async def renew(context: Context, lease: Lease | None) -> Lease | None:  # noqa: ARG001 - all topics are asked for anew
    """Ask the hub for the videos of all channels."""
    secret = context.settings["hub_secret"]
    if not isinstance(secret, ResolvedSecret) or context.callback is None:
        return None
    channels = [str(one) for one in context.settings["channels"]]
    for channel in channels:
        await websub.subscribe(context, str(context.settings["hub_url"]), TOPIC + channel, secret.value)
    now = context.clock()
    return Lease(now, now + websub.LEASE_S * times.SECOND, {"channels": channels})
