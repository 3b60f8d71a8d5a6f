"""What X sends in API 2 (streams, search, X Activity), as far as it is mapped.

https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType, field
from msgspec.json import Decoder

from commonline.connectors.x.payload import Id


class User2(Struct, gc=False):
    """Somebody, API 2."""

    id: Id = None
    name: str | None = None
    username: str | None = None
    protected: bool | UnsetType | None = UNSET
    public_metrics: dict[str, Any] | None = None


class Tag2(Struct, gc=False):
    """An entity, API 2."""

    tag: str | None = None
    username: str | None = None
    id: Id = None
    url: str | None = None
    expanded_url: str | None = None
    unwound_url: str | None = None
    media_key: str | None = None


class Entities2(Struct, gc=False):
    """What stands in a text, API 2."""

    hashtags: list[Tag2] | None = None
    mentions: list[Tag2] | None = None
    urls: list[Tag2] | None = None


class Pointer(Struct, gc=False):
    """Another post that this one answers, quotes or repeats."""

    type: str = ""
    id: Id = None


class Keys(Struct, gc=False):
    """Media and polls of a post, by key."""

    media_keys: list[str] | None = None
    poll_ids: list[str] | None = None


class Note(Struct, gc=False):
    """The whole text of a long post."""

    text: str | None = None
    entities: Entities2 | None = None


class Tweet2(Struct, gc=False):
    """A post, API 2; most fields only where they were asked for."""

    id: Id
    text: str | None = None
    edit_history_tweet_ids: list[str] | None = None
    author_id: Id = None
    created_at: str | None = None
    conversation_id: Id = None
    in_reply_to_user_id: Id = None
    referenced_tweets: list[Pointer] | None = None
    attachments: Keys | None = None
    entities: Entities2 | None = None
    note_tweet: Note | None = None
    public_metrics: dict[str, Any] | None = None
    lang: str | None = None
    source: str | None = None


class Media2(Struct, gc=False):
    """A picture or film, API 2."""

    media_key: str | None = None
    type: str | None = None
    url: str | None = None
    alt_text: str | None = None
    duration_ms: int | None = None


class Option(Struct, gc=False):
    """A choice of a poll."""

    label: str = ""
    votes: int | None = None


class Poll2(Struct, gc=False):
    """A poll."""

    id: Id = None
    options: list[Option] | None = None


class Includes(Struct, gc=False):
    """What posts point at."""

    users: list[User2] = []
    tweets: list[Tweet2] = []
    media: list[Media2] = []
    polls: list[Poll2] = []


class Dm2(Struct, gc=False):
    """An event of a direct conversation, API 2."""

    id: Id
    event_type: str = ""
    text: str | None = None
    sender_id: Id = None
    dm_conversation_id: Id = None
    created_at: str | None = None
    participant_ids: list[str] | None = None
    attachments: Keys | None = None


class Filter(Struct, gc=False):
    """Whose event it is."""

    user_id: Id = None


class Event(Struct, gc=False):
    """An event of the X Activity API."""

    event_type: str
    payload: Raw
    filter: Filter | None = None
    event_uuid: Id = None
    includes: Includes | None = None


class Pair(Struct, gc=False):
    """Who follows whom, X Activity API."""

    source: User2
    target: User2


class Dropped(Struct, gc=False):
    """A deleted post, X Activity API."""

    id: Id = None
    author_id: Id = None


class Shape(Struct, gc=False):
    """Enough of a body to know what it is."""

    for_user_id: Any = None
    user_event: Any = None
    data: Raw = Raw()
    includes: Includes | None = None
    errors: Any = None
    id_str: Any = None
    text: Any = None
    full_text: Any = None
    user: Any = None


class Inner(Struct, gc=False):
    """Enough of an item of API 2 to know what it is."""

    id: Any = None
    text: Any = None
    event_type: Any = None
    payload: Any = None
    edit_history_tweet_ids: Any = None
    author_id: Any = None
    conversation_id: Any = None
    username: Any = None
    community_id: Any = None
    created: Any = field(default=None, name="created_at")


SHAPE = Decoder(Shape)
INNER = Decoder(Inner)
TWEET2 = Decoder(Tweet2)
DM2 = Decoder(Dm2)
EVENT = Decoder(Event)
PAIR = Decoder(Pair)
DROPPED = Decoder(Dropped)
