"""What Jetstream and the AppView tell, as far as it is mapped.

https://github.com/bluesky-social/jetstream · https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

NOTHING = Raw()


class Commit(Struct, gc=False):
    """A record that was made, changed or removed."""

    operation: str
    collection: str
    rkey: str
    record: Raw = NOTHING
    cid: str | None = None
    rev: str | None = None


class Identity(Struct, gc=False):
    """Somebody's handle is another one now."""

    did: str | None = None
    handle: str | None = None
    seq: int | None = None
    time: str | None = None


class Hosted(Struct, gc=False):
    """Whether somebody's account is there."""

    active: bool
    did: str | None = None
    status: str | None = None
    seq: int | None = None
    time: str | None = None


class Frame(Struct, gc=False):
    """A message of Jetstream."""

    did: str
    time_us: int
    kind: str
    commit: Commit | None = None
    identity: Identity | None = None
    account: Hosted | None = None


class Ref(Struct, gc=False):
    """A record by address and content."""

    uri: str = ""
    cid: str | None = None


class Reply(Struct, gc=False):
    """What a post answers, and where the thread begins."""

    root: Ref | None = None
    parent: Ref | None = None


class Slice(Struct, gc=False):
    """A part of a text, in bytes of UTF-8."""

    byte_start: int = field(default=0, name="byteStart")
    byte_end: int = field(default=0, name="byteEnd")


class Feature(Struct, gc=False):
    """What a part of a text is."""

    kind: str = field(default="", name="$type")
    did: str | None = None
    uri: str | None = None
    tag: str | None = None


class Facet(Struct, gc=False):
    """A part of a text that means something."""

    index: Slice
    features: list[Feature] = []


class Post(Struct, gc=False):
    """``app.bsky.feed.post``"""

    text: str = ""
    created_at: str | None = field(default=None, name="createdAt")
    facets: list[Facet] | None = None
    reply: Reply | None = None
    embed: Raw = NOTHING
    langs: list[str] | None = None
    tags: list[str] | None = None


class Edge(Struct, gc=False):
    """``app.bsky.feed.like`` and ``app.bsky.feed.repost``"""

    subject: Ref
    created_at: str | None = field(default=None, name="createdAt")


class Relation(Struct, gc=False):
    """``app.bsky.graph.follow`` and ``app.bsky.graph.block``"""

    subject: str
    created_at: str | None = field(default=None, name="createdAt")


class Profile(Struct, gc=False):
    """``app.bsky.actor.profile``"""

    name: str | None = field(default=None, name="displayName")
    description: str | None = None


class Picture(Struct, gc=False):
    """A picture with its description; `image` is a blob, or nothing in views."""

    alt: str | None = None
    image: Any = None
    fullsize: str | None = None


class External(Struct, gc=False):
    """A page that is shown with its title."""

    uri: str = ""
    title: str | None = None


class Embed(Struct, gc=False):
    """What stands below a text: by its type one of these, or a quotation with one of them."""

    kind: str = field(default="", name="$type")
    images: list[Picture] | None = None
    external: External | None = None
    video: Any = None
    alt: str | None = None
    record: Raw = NOTHING
    media: Raw = NOTHING


class Quoted(Struct, gc=False):
    """The quoted record; with media it is nested once more."""

    uri: str | None = None
    record: Ref | None = None


class Author(Struct, gc=False):
    """Somebody, as the AppView shows them."""

    did: str = ""
    handle: str | None = None
    name: str | None = field(default=None, name="displayName")
    followers: int | None = field(default=None, name="followersCount")


class View(Struct, gc=False):
    """A post or notification of the AppView: a record with who made it and how it fares."""

    uri: str = ""
    cid: str | None = None
    author: Author | None = None
    record: Raw = NOTHING
    reason: Any = None
    indexed_at: str | None = field(default=None, name="indexedAt")
    replies: int | None = field(default=None, name="replyCount")
    reposts: int | None = field(default=None, name="repostCount")
    likes: int | None = field(default=None, name="likeCount")
    quotes: int | None = field(default=None, name="quoteCount")


class Reason(Struct, gc=False):
    """Why a post stands in a feed."""

    kind: str = field(default="", name="$type")
    by: Author | None = None
    uri: str | None = None
    indexed_at: str | None = field(default=None, name="indexedAt")


class Shape(Struct, gc=False):
    """Enough of a body to know what it is."""

    kind: Any = None
    time_us: Any = None
    type: str | None = field(default=None, name="$type")
    feed: list[Raw] | None = None
    posts: list[Raw] | None = None
    notifications: list[Raw] | None = None
    thread: Raw = NOTHING
    post: Raw = NOTHING
    parent: Raw = NOTHING
    below: Raw = field(default=NOTHING, name="replies")
    reason: Raw = NOTHING
    record: Raw = NOTHING
    uri: Any = None


class Typed(Struct, gc=False):
    """What a record is."""

    type: str | None = field(default=None, name="$type")


FRAME = Decoder(Frame)
POST = Decoder(Post)
EDGE = Decoder(Edge)
RELATION = Decoder(Relation)
PROFILE = Decoder(Profile)
EMBED = Decoder(Embed)
QUOTED = Decoder(Quoted)
VIEW = Decoder(View)
REASON = Decoder(Reason)
SHAPE = Decoder(Shape)
TYPED = Decoder(Typed)
LIST = Decoder(list[Raw])
