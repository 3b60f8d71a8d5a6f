"""What the Data API answers, as far as it is mapped. https://developers.google.com/youtube/v3/docs/comments#resource"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType, field
from msgspec.json import Decoder


class Channel(Struct, gc=False):
    """The channel of who wrote it; missing for accounts that were deleted."""

    value: str | None = None


class Snippet(Struct, gc=False):
    """What a comment says. `moderation` None means that YouTube does not know."""

    text: str | None = field(default=None, name="textDisplay")
    original: str | None = field(default=None, name="textOriginal")
    author: str | None = field(default=None, name="authorDisplayName")
    author_channel: Channel | None = field(default=None, name="authorChannelId")
    channel: str | None = field(default=None, name="channelId")
    video: str | None = field(default=None, name="videoId")
    parent: str | None = field(default=None, name="parentId")
    likes: int | None = field(default=None, name="likeCount")
    published: str | None = field(default=None, name="publishedAt")
    updated: str | None = field(default=None, name="updatedAt")
    moderation: str | UnsetType | None = field(default=UNSET, name="moderationStatus")


class Comment(Struct, gc=False):
    """A comment or an answer to one."""

    id: str
    snippet: Snippet


class Top(Struct, gc=False):
    """The comment that a thread begins with."""

    comment: Raw = field(name="topLevelComment")
    channel: str | None = field(default=None, name="channelId")
    video: str | None = field(default=None, name="videoId")
    answers: int | None = field(default=None, name="totalReplyCount")


class Answers(Struct, gc=False):
    """Some of the answers."""

    comments: list[Raw] = []


class Thread(Struct, gc=False):
    """A comment with some of its answers."""

    snippet: Top
    id: str | None = None
    replies: Answers | None = None


class Shape(Struct, gc=False):
    """Enough of a body to know what it is."""

    kind: Any = None
    items: list[Raw] | None = None


SHAPE = Decoder(Shape)
COMMENT = Decoder(Comment)
THREAD = Decoder(Thread)
