"""What X sends in API 1.1 (Account Activity), as far as it is mapped.

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/account-activity
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder

Id = str | int | None


class User1(Struct, gc=False):
    """Somebody, API 1.1. `protected` None means that X does not know."""

    id_str: Id = None
    id: Id = None
    name: str | None = None
    screen_name: str | None = None
    protected: bool | UnsetType | None = UNSET
    followers_count: int | None = None


class Named(Struct, gc=False):
    """An entity of a text: a tag, a mention, an address, a medium."""

    text: str | None = None
    screen_name: str | None = None
    name: str | None = None
    id_str: Id = None
    id: Id = None
    url: str | None = None
    expanded_url: str | None = None
    media_url_https: str | None = None
    type: str | None = None
    ext_alt_text: str | None = None
    video_info: Any = None


class Entities1(Struct, gc=False):
    """What stands in a text, API 1.1."""

    hashtags: list[Named] | None = None
    symbols: list[Named] | None = None
    user_mentions: list[Named] | None = None
    urls: list[Named] | None = None
    media: list[Named] | None = None


class Longer(Struct, gc=False):
    """The whole text of a post that is cut in `text`."""

    full_text: str | None = None
    entities: Entities1 | None = None
    extended_entities: Entities1 | None = None


class History(Struct, gc=False):
    """Which posts are versions of one, API 1.1."""

    initial_tweet_id: Id = None


class Tweet1(Struct, gc=False):
    """A post, API 1.1."""

    id_str: Id = None
    id: Id = None
    created_at: str | None = None
    timestamp_ms: str | int | None = None
    text: str | None = None
    full_text: str | None = None
    extended_tweet: Longer | None = None
    source: str | None = None
    user: User1 | None = None
    in_reply_to_status_id_str: Id = None
    in_reply_to_user_id_str: Id = None
    entities: Entities1 | None = None
    extended_entities: Entities1 | None = None
    retweeted_status: Tweet1 | None = None
    quoted_status_id_str: Id = None
    quoted_status: Tweet1 | None = None
    edit_history: History | None = None
    retweet_count: int | None = None
    favorite_count: int | None = None
    reply_count: int | None = None
    quote_count: int | None = None
    lang: str | None = None


class Favorite(Struct, gc=False):
    """Somebody likes a post."""

    favorited_status: Tweet1
    user: User1
    id: Id = None
    timestamp_ms: int | str | None = None
    created_at: str | None = None


class Relation(Struct, gc=False):
    """Follow, unfollow, block, unblock."""

    target: User1
    source: User1
    type: str = ""
    created_timestamp: str | int | None = None


class Gone(Struct, gc=False):
    """Which post was deleted, and whose it was."""

    id: Id = None
    user_id: Id = None


class Deleted(Struct, gc=False):
    """A post that was deleted."""

    status: Gone
    timestamp_ms: str | int | None = None


class Recipient(Struct, gc=False):
    """To whom a direct message goes."""

    recipient_id: Id = None


class Attached(Struct, gc=False):
    """What is attached to a direct message."""

    media: Named | None = None


class Said(Struct, gc=False):
    """What a direct message says."""

    text: str | None = None
    entities: Entities1 | None = None
    attachment: Attached | None = None


class Created(Struct, gc=False):
    """A direct message."""

    target: Recipient
    message_data: Said
    sender_id: Id = None
    source_app_id: Id = None


class Direct(Struct, gc=False):
    """An event of a direct conversation."""

    id: Id = None
    type: str = ""
    created_timestamp: str | int | None = None
    message_create: Created | None = None


class Activity(Struct, gc=False):
    """A body of the Account Activity API; `users` and `apps` by id."""

    for_user_id: Id = None
    tweet_create_events: list[Raw] = []
    favorite_events: list[Raw] = []
    follow_events: list[Raw] = []
    block_events: list[Raw] = []
    mute_events: list[Raw] = []
    tweet_delete_events: list[Raw] = []
    direct_message_events: list[Raw] = []
    direct_message_indicate_typing_events: list[Raw] = []
    direct_message_mark_read_events: list[Raw] = []
    user_event: Any = None
    users: dict[str, User1] = {}
    user_has_blocked: bool | None = None


LIST = Decoder(list[Raw])
ACTIVITY = Decoder(Activity)
TWEET1 = Decoder(Tweet1)
FAVORITE = Decoder(Favorite)
RELATION = Decoder(Relation)
DELETED = Decoder(Deleted)
DIRECT = Decoder(Direct)
