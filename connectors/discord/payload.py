"""What Discord sends, as far as it is mapped: https://docs.discord.com/developers/resources/message

Ids are numbers of 64 bits, told as texts. Tokens of interactions are not decoded.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

Text = str | None


class User(Struct, gc=False):
    """Somebody, or a bot."""

    id: str
    username: Text = None
    global_name: Text = None
    bot: bool = False


class Member(Struct, gc=False):
    """Somebody as a member of a server; `user` is there where no message stands around it."""

    user: User | None = None
    nick: Text = None
    roles: list[str] = []
    joined_at: Text = None


class Pointer(Struct, gc=False):
    """The message that another one answers (`type` 0) or carries on (1)."""

    type: int = 0
    message_id: Text = None
    channel_id: Text = None
    guild_id: Text = None


class File(Struct, gc=False):
    """A file of a message."""

    id: Text = None
    filename: Text = None
    size: Annotated[int, Meta(ge=0, le=2**48)] | None = None
    url: Text = None
    content_type: Text = None


class Embed(Struct, gc=False):
    """A card: `rich` ones are written by bots, others are previews of links."""

    type: Text = None
    title: Text = None
    description: Text = None


class Sticker(Struct, gc=False):
    """A sticker by its name."""

    name: Text = None


class PollText(Struct, gc=False, frozen=True):
    """A question or answer of a poll."""

    text: Text = None


class PollAnswer(Struct, gc=False):
    """One answer of a poll."""

    poll_media: PollText = PollText()


class Poll(Struct, gc=False):
    """A poll as it was sent."""

    question: PollText = PollText()
    answers: list[PollAnswer] = []


class Snapshot(Struct, gc=False):
    """A message that is carried on."""

    message: Any = None


class Message(Struct, gc=False):
    """A message. Without the right to read contents, `content` is empty."""

    id: str
    channel_id: str
    guild_id: Text = None
    author: User | None = None
    member: Member | None = None
    content: Text = None
    timestamp: Text = None
    edited_timestamp: Text = None
    type: int = 0
    message_reference: Pointer | None = None
    mentions: list[User] = []
    attachments: list[File] = []
    embeds: list[Embed] = []
    sticker_items: list[Sticker] | None = None
    poll: Poll | None = None
    webhook_id: Text = None
    nonce: str | int | None = None


class Deleted(Struct, gc=False):
    """A message that is gone, or several of a channel."""

    channel_id: str
    id: Text = None
    ids: list[str] = []
    guild_id: Text = None


class Emoji(Struct, gc=False, frozen=True):
    """An emoji; one of a server's own has an id."""

    id: Text = None
    name: Text = None


class Reaction(Struct, gc=False):
    """One person's emoji on a message."""

    user_id: str
    channel_id: str
    message_id: str
    guild_id: Text = None
    emoji: Emoji = Emoji()
    member: Member | None = None


class Joined(Member, gc=False):
    """Somebody who joined a server."""

    guild_id: Text = None


class Left(Struct, gc=False):
    """Somebody who left a server."""

    guild_id: str
    user: User


class Channel(Struct, gc=False):
    """A channel; `type` 1 and 3 are direct messages."""

    id: str = ""
    guild_id: Text = None
    type: int = 0
    name: Text = None


class Frame(Struct, gc=False):
    """A frame of the gateway."""

    op: int
    d: Raw = Raw(b"null")
    s: int | None = None
    t: Text = None


class Event(Struct, gc=False):
    """The event of a webhook."""

    type: str
    timestamp: Text = None
    data: Raw = Raw(b"null")


class Posted(Struct, gc=False):
    """A webhook's body, or an interaction."""

    type: int
    version: int | None = None
    event: Event | None = None


KEYS = Decoder(dict[str, Raw])
FRAME = Decoder(Frame)
POSTED = Decoder(Posted)
MESSAGE = Decoder(Message)
DELETED = Decoder(Deleted)
REACTION = Decoder(Reaction)
JOINED = Decoder(Joined)
LEFT = Decoder(Left)
CHANNEL = Decoder(Channel)
