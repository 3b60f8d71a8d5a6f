"""What X sends, as far as it is mapped: API 1.1 (Account Activity) and API 2 (streams, search, X Activity).

https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/account-activity
https://docs.x.com/x-api/fundamentals/data-dictionary
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType, field
from msgspec.json import Decoder

Id = str | int | None
NOTHING = Raw()


class User1(Struct, gc=False):
    """Somebody, API 1.1. `protected` None means that X does not know."""

    id_str: str | None = None
    id: Id = None
    name: str | None = None
    screen_name: str | None = None
    protected: bool | None | UnsetType = UNSET
    followers_count: int | None = None


class Named(Struct, gc=False):
    """An entity of a text: a tag, a mention, an address, a medium."""

    text: str | None = None
    screen_name: str | None = None
    name: str | None = None
    id_str: str | None = None
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

    id_str: str | None = None
    id: Id = None
    created_at: str | None = None
    timestamp_ms: str | None = None
    text: str | None = None
    full_text: str | None = None
    extended_tweet: Longer | None = None
    source: str | None = None
    user: User1 | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id_str: str | None = None
    entities: Entities1 | None = None
    extended_entities: Entities1 | None = None
    retweeted_status: Tweet1 | None = None
    quoted_status_id_str: str | None = None
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


class User2(Struct, gc=False):
    """Somebody, API 2."""

    id: Id = None
    name: str | None = None
    username: str | None = None
    protected: bool | None | UnsetType = UNSET
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
    data: Raw = NOTHING
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
LIST = Decoder(list[Raw])
ACTIVITY = Decoder(Activity)
TWEET1 = Decoder(Tweet1)
FAVORITE = Decoder(Favorite)
RELATION = Decoder(Relation)
DELETED = Decoder(Deleted)
DIRECT = Decoder(Direct)
TWEET2 = Decoder(Tweet2)
DM2 = Decoder(Dm2)
EVENT = Decoder(Event)
PAIR = Decoder(Pair)
DROPPED = Decoder(Dropped)
