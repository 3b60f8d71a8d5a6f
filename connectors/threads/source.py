"""The second path: our posts of the last days, what was said below them, and where we were mentioned.

https://developers.facebook.com/docs/threads/retrieve-and-manage-replies · …/threads/threads-mentions

Lists are newest first, and are read until what is older than the position; a position each, since replies to an old
post are new. What a list shows late is found by the overlap.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Page

FIELDS = (
    "id,text,username,owner,timestamp,media_type,media_url,gif_url,alt_text,link_attachment_url,permalink,topic_tag,"
    "children{id,media_type,alt_text},poll_attachment,replied_to,root_post,quoted_post,reposted_post,hide_status,"
    "is_quote_post,has_replies"
)
OVERLAP_US = 600 * times.SECOND
DAY_US = 86_400 * times.SECOND
PAGE = "50"


class _Cursors(msgspec.Struct):
    after: str | None = None


class _Paging(msgspec.Struct):
    cursors: _Cursors | None = None
    next: str | None = None


class _List(msgspec.Struct):
    data: list[msgspec.Raw]
    paging: _Paging | None = None


class _Media(msgspec.Struct):
    id: str
    timestamp: str | None = None
    has_replies: bool = True


_LIST = msgspec.json.Decoder(_List)
_MEDIA = msgspec.json.Decoder(_Media)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all lists."""
    headers = {"Authorization": f"Bearer {credential(context, 'access_token')}"}
    api = Api(context, "threads", f"{str(context.settings['api_url']).rstrip('/')}/v1.0", headers)
    held = cursor or {}
    places = {name: Changes(context, held.get(name), OVERLAP_US) for name in ("posts", "answers", "mentions", "below")}
    window = min(places["below"].since, context.clock() - int(context.settings["days"]) * DAY_US)
    items: list[Item] = []
    posts: list[str] = []
    for name, path in (("posts", "/me/threads"), ("answers", "/me/replies"), ("mentions", "/me/mentions")):
        begin = window if name == "posts" else places[name].since
        async for media, item in _listed(api, path, begin):
            if name == "posts" and media.has_replies:
                posts.append(media.id)
            items += [item] if places[name].is_news(media.id, times.parse(media.timestamp)) else []
    yield Page(items, None)
    for post in posts:
        found = [
            item
            async for media, item in _listed(api, f"/{post}/conversation", places["below"].since)
            if places["below"].is_news(media.id, times.parse(media.timestamp))
        ]
        if found:
            yield Page(found, None)
    yield Page([], {name: place.cursor() for name, place in places.items()})


async def _listed(api: Api, path: str, since_us: int) -> AsyncIterator[tuple[_Media, Item]]:
    """The posts of a list, newest first, down to a time."""
    query = {"fields": FIELDS, "limit": PAGE}
    if path.endswith("/conversation"):
        query["reverse"] = "true"
    while True:
        answer = await api.get(path, query)
        if answer is None:
            if path.startswith("/me/"):
                raise ConfigurationError(f"Threads does not know {path}: check api_url and the token's rights")
            return
        told = answer.decode(_LIST)
        oldest = None
        for raw in told.data:
            media = _MEDIA.decode(raw)
            oldest = times.parse(media.timestamp) or oldest
            yield media, Item(bytes(raw), request=f"GET {path}")
        after = told.paging.cursors.after if told.paging is not None and told.paging.cursors is not None else None
        more = told.paging is not None and told.paging.next is not None
        if not told.data or not after or not more or (oldest is not None and oldest < since_us):
            return
        query["after"] = after
