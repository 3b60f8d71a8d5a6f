"""What Telegram sends, as far as it is mapped: https://core.telegram.org/bots/api#update.

Passport data, invite links, payment tokens and callback data are not decoded.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder


class User(Struct, gc=False):
    """Somebody, or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str | None = None
    username: str | None = None


class Chat(Struct, gc=False):
    """Where it happens; `id` is negative for groups and channels, and that of the other one in a private chat."""

    id: int
    type: str = ""
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class Entity(Struct, gc=False):
    """A part of a text; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    user: User | None = None


class File(Struct, gc=False):
    """Any attached file, and a size of a photo."""

    file_id: str | None = None
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    duration: int | None = None
    title: str | None = None
    emoji: str | None = None
    width: int | None = None


class Location(Struct, gc=False):
    """Degrees, WGS 84."""

    latitude: float
    longitude: float


class Venue(Struct, gc=False):
    """A place with a name."""

    location: Location
    title: str = ""
    address: str = ""


class Contact(Struct, gc=False):
    """A contact that was shared; `user_id` is the sender's own when it is their own number."""

    phone_number: str
    first_name: str = ""
    last_name: str | None = None
    user_id: int | None = None


class Option(Struct, gc=False):
    """An answer of a poll."""

    text: str


class Poll(Struct, gc=False):
    """A poll as it was sent."""

    question: str
    options: list[Option] = []


class Dice(Struct, gc=False):
    """A thrown die, or another game of chance."""

    emoji: str
    value: int


class Topic(Struct, gc=False):
    """A forum's topic that begins or gets another name."""

    name: str | None = None


class Origin(Struct, gc=False):
    """Where a forwarded message is from: `user`, `hidden_user`, `chat` or `channel`."""

    type: str
    sender_user: User | None = None
    sender_user_name: str | None = None
    sender_chat: Chat | None = None
    chat: Chat | None = None
    message_id: int | None = None


class Payment(Struct, gc=False):
    """A payment that succeeded or was given back; `total_amount` in the smallest unit of the currency."""

    currency: str
    total_amount: int
    invoice_payload: str | None = None


class Pointer(Struct, gc=False):
    """A message that another one answers."""

    message_id: int | None = None
    chat: Chat | None = None
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None


class Message(Struct, gc=False):
    """https://core.telegram.org/bots/api#message"""

    message_id: int
    chat: Chat
    date: int = 0
    edit_date: int | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    sender_business_bot: User | None = None
    business_connection_id: str | None = None
    via_bot: User | None = None
    author_signature: str | None = None
    is_automatic_forward: bool = False
    is_from_offline: bool = False
    media_group_id: str | None = None
    forward_origin: Origin | None = None
    reply_to_message: Pointer | None = None
    external_reply: Pointer | None = None
    text: str | None = None
    entities: list[Entity] = []
    caption: str | None = None
    caption_entities: list[Entity] = []
    animation: File | None = None
    audio: File | None = None
    document: File | None = None
    photo: list[File] = []
    sticker: File | None = None
    video: File | None = None
    video_note: File | None = None
    voice: File | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    story: Any = None
    new_chat_members: list[User] | None = None
    left_chat_member: User | None = None
    new_chat_title: str | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    forum_topic_created: Topic | None = None
    forum_topic_edited: Topic | None = None
    forum_topic_closed: Any = None
    forum_topic_reopened: Any = None
    successful_payment: Payment | None = None
    refunded_payment: Payment | None = None


class Deleted(Struct, gc=False):
    """Messages of a business account that are gone."""

    business_connection_id: str
    chat: Chat
    message_ids: list[int]


class Reaction(Struct, gc=False):
    """An emoji, a custom one, or a paid star."""

    type: str
    emoji: str | None = None
    custom_emoji_id: str | None = None


class MessageReaction(Struct, gc=False):
    """One person's reactions to a message, before and after."""

    chat: Chat
    message_id: int
    date: int
    user: User | None = None
    actor_chat: Chat | None = None
    old_reaction: list[Reaction] = []
    new_reaction: list[Reaction] = []


class Member(Struct, gc=False):
    """A member of a chat: `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`."""

    status: str
    user: User
    is_member: bool | None = None


class MemberUpdated(Struct, gc=False):
    """Somebody's membership changed, by whom."""

    chat: Chat
    from_: User = field(name="from")
    date: int
    old_chat_member: Member
    new_chat_member: Member


class JoinRequest(Struct, gc=False):
    """Somebody asks to be let in."""

    chat: Chat
    from_: User = field(name="from")
    date: int
    bio: str | None = None


KEYS = Decoder(dict[str, Raw])
MESSAGE = Decoder(Message)
SERVICE = Decoder(dict[str, Any])
DELETED = Decoder(Deleted)
REACTION = Decoder(MessageReaction)
MEMBER = Decoder(MemberUpdated)
JOIN = Decoder(JoinRequest)
