"""What Reddit answers, as far as it is mapped: things, each with its kind. https://github.com/reddit-archive/reddit/wiki/JSON"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder


class Media(Struct, gc=False):
    """A picture of a gallery."""

    id: str | None = None
    m: str | None = None
    status: str | None = None


class Option(Struct, gc=False):
    """A choice of a poll."""

    text: str = ""
    vote_count: int | None = None


class Poll(Struct, gc=False):
    """A poll."""

    options: list[Option] = []
    voting_end_timestamp: float | None = None


class Thing(Struct, gc=False):
    """A comment (t1), post (t3), message (t4) or update of a live thread. `edited` is false or the time.

    `subreddit_type` None means that Reddit does not know.
    """

    name: str | None = None
    id: str | None = None
    author: str | None = None
    author_fullname: str | None = None
    body: str | None = None
    selftext: str | None = None
    title: str | None = None
    subject: str | None = None
    created_utc: float | None = None
    edited: bool | float | None = None
    parent_id: str | None = None
    link_id: str | None = None
    link_title: str | None = None
    link_permalink: str | None = None
    permalink: str | None = None
    context: str | None = None
    url: str | None = None
    is_self: bool | None = None
    subreddit: str | None = None
    subreddit_id: str | None = None
    subreddit_type: str | UnsetType | None = UNSET
    score: float | None = None
    num_comments: float | None = None
    upvote_ratio: float | None = None
    distinguished: str | None = None
    dest: str | None = None
    first_message_name: str | None = None
    was_comment: bool | None = None
    link_flair_text: str | None = None
    removed_by_category: str | None = None
    crosspost_parent: str | None = None
    media_metadata: dict[str, Media] | None = None
    poll_data: Poll | None = None
    replies: Raw = Raw()


class Node(Struct, gc=False):
    """A thing or a listing of things."""

    kind: str | None = None
    data: Raw = Raw()
    json: Raw = Raw()
    error: Any = None
    errors: Any = None


class Children(Struct, gc=False):
    """What a listing holds; an answer to a command holds `things`."""

    children: list[Raw] | None = None
    things: list[Raw] | None = None


class Answered(Struct, gc=False):
    """The answer to a command."""

    data: Children | None = None
    errors: Any = None


NODE = Decoder(Node)
NODES = Decoder(list[Raw])
CHILDREN = Decoder(Children)
ANSWERED = Decoder(Answered)
THING = Decoder(Thing)
