"""What Threads sends and answers, as far as it is mapped.

https://developers.facebook.com/docs/threads/webhooks · https://developers.facebook.com/docs/threads/threads-media
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder

Id = str | int | None


class Owner(Struct, gc=False):
    """Whose a post is; the id is told of your own only."""

    id: Id = None
    owner_id: Id = None


class Pointer(Struct, gc=False):
    """Another post."""

    id: Id = None
    owner_id: Id = None
    username: str | None = None


class Child(Struct, gc=False):
    """A picture or film of a carousel."""

    id: Id = None
    media_type: str | None = None
    media_url: str | None = None
    alt_text: str | None = None


class Children(Struct, gc=False):
    """The carousel."""

    data: list[Child] = []


class Poll(Struct, gc=False):
    """A poll; its options are named by letter."""

    option_a: str | None = None
    option_b: str | None = None
    option_c: str | None = None
    option_d: str | None = None


class Media(Struct, gc=False):
    """A post or reply, by webhook or list. `hide_status` None means that Threads does not know."""

    id: Id = None
    text: str | None = None
    username: str | None = None
    owner: Owner | None = None
    timestamp: str | int | None = None
    media_type: str | None = None
    media_url: str | None = None
    gif_url: str | None = None
    alt_text: str | None = None
    link_attachment_url: str | None = None
    permalink: str | None = None
    topic_tag: str | None = None
    children: Children | None = None
    poll_attachment: Poll | None = None
    replied_to: Pointer | None = None
    root_post: Pointer | None = None
    quoted_post: Pointer | None = None
    reposted_post: Pointer | None = None
    hide_status: str | UnsetType | None = UNSET
    is_quote_post: bool | None = None


class Gone(Struct, gc=False):
    """A post that was deleted."""

    id: Id = None
    deleted_at: str | int | None = None
    owner: Owner | None = None
    username: str | None = None


class Values(Struct, gc=False):
    """What a notification is about."""

    value: Raw
    field: str


class Body(Struct, gc=False):
    """A webhook's body; a page of a list; or one post. The last two come by polling."""

    target_id: Id = None
    time: int | str | None = None
    values: Values | list[Values] | None = None
    data: list[Raw] | None = None
    error: Any = None
    id: Any = None
    timestamp: Any = None


class Shape(Struct, gc=False):
    """Enough of an item to know that it is a post."""

    id: Any = None
    timestamp: Any = None


BODY = Decoder(Body)
SHAPE = Decoder(Shape)
MEDIA = Decoder(Media)
GONE = Decoder(Gone)
