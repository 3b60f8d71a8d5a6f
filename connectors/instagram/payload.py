"""What Instagram sends, as far as it is mapped.

https://developers.facebook.com/docs/instagram-platform/webhooks
https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

Time = str | int | float | None


class User(Struct, gc=False):
    """Somebody by an id that is theirs for this account only, with their user name."""

    id: str | int | None = None
    username: str | None = None
    self_ig_scoped_id: str | None = None


class Media(Struct, gc=False):
    """The post that is commented."""

    id: str | int | None = None
    media_product_type: str | None = None
    ad_id: str | int | None = None


class Comment(Struct, gc=False):
    """`comments` and `live_comments`."""

    id: str | int
    text: str | None = None
    parent_id: str | int | None = None
    from_: User | None = field(default=None, name="from")
    media: Media | None = None


class Mention(Struct, gc=False):
    """`mentions`: only where; what was said has to be asked for."""

    media_id: str | int | None = None
    comment_id: str | int | None = None


class Attached(Struct, gc=False):
    """What is attached; its address holds a signature, and ends after some days."""

    type: str | None = None
    payload: Any = None


class ReplyTo(Struct, gc=False):
    """The message or story that is answered."""

    mid: str | None = None
    story: Any = None


class QuickReply(Struct, gc=False):
    """The button that was pressed instead of typing."""

    payload: str | None = None


class Message(Struct, gc=False):
    """A direct message."""

    mid: str
    text: str | None = None
    is_echo: bool = False
    is_self: bool = False
    is_deleted: bool = False
    is_unsupported: bool = False
    attachments: list[Attached] | None = None
    reply_to: ReplyTo | None = None
    quick_reply: QuickReply | None = None


class Edit(Struct, gc=False):
    """`message_edit`: the whole new text, and how often it was edited."""

    mid: str
    text: str | None = None
    num_edit: int | None = None


class Reaction(Struct, gc=False):
    """One person has at most one reaction on a message."""

    mid: str
    action: str = "react"
    reaction: str | None = None
    emoji: str | None = None


class Postback(Struct, gc=False):
    """A button or an ice breaker that was pressed."""

    mid: str | None = None
    title: str | None = None
    payload: str | None = None


class Account(Struct, gc=False):
    """Sender or recipient."""

    id: str | int | None = None


class Messaging(Struct, gc=False):
    """One event of a direct conversation."""

    sender: Account | None = None
    recipient: Account | None = None
    timestamp: Time = None
    message: Message | None = None
    message_edit: Edit | None = None
    reaction: Reaction | None = None
    postback: Postback | None = None
    referral: Any = None
    optin: Any = None
    read: Any = None
    pass_thread_control: Any = None
    take_thread_control: Any = None


class Change(Struct, gc=False):
    """A change; its value is opened by itself."""

    field: str
    value: Raw


class Page(Struct, gc=False):
    """What happened to one account of ours."""

    id: str | int | None = None
    time: Time = None
    changes: list[Change] = []
    messaging: list[Raw] = []
    standby: list[Raw] = []
    field: str | None = None
    value: Raw | None = None


class Body(Struct, gc=False):
    """A webhook's body."""

    object: str | None = None
    entry: list[Page] | None = None


BODY = Decoder(Body)
COMMENT = Decoder(Comment)
MENTION = Decoder(Mention)
MESSAGING = Decoder(Messaging)
