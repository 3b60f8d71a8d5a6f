"""What the API tells: Status, Account, Notification, Conversation, Report and the frames around them.

Ids are text or numbers (older servers); what is only nice to have is optional, and `None` where a server
sends null. Sources: https://docs.joinmastodon.org/entities/ and https://docs.joinmastodon.org/methods/streaming/
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct
from msgspec.json import Decoder

from commonline.errors import MalformedPayloadError

Id = int | str
NOTHING = Raw()


def given(raw: Raw) -> bool:
    """Whether a part is there, and not null."""
    return bytes(raw) not in (b"", b"null")


def id_text(value: Id | None) -> str | None:
    """An id as text; None for null and "". Raises `MalformedPayloadError` for a number that no id can be."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not 0 <= value < 2**64:
        raise MalformedPayloadError("an id is a number of up to 64 bits or text")
    return str(value)


def required(value: Id | None, path: str) -> str:
    """An id that a fact cannot do without. Raises `MalformedPayloadError` naming its path."""
    text = id_text(value)
    if text is None:
        raise MalformedPayloadError("the id is empty", path)
    return text


class Emoji(Struct, gc=False):
    """A picture that a server shows for ``:shortcode:``."""

    shortcode: str = ""


class ProfileField(Struct, gc=False):
    """A line of somebody's profile; `verified_at` if its page links back (rel=me)."""

    value: str | None = None
    verified_at: str | None = None


class Account(Struct, gc=False):
    """Somebody, as the server of the source knows them."""

    id: Id
    acct: str = ""
    username: str | None = None
    display_name: str | None = None
    url: str | None = None
    uri: str | None = None
    bot: bool | None = None
    group: bool | None = None
    followers_count: int | None = None
    emojis: list[Emoji] | None = None
    fields: list[ProfileField] | None = None


class Mention(Struct, gc=False):
    """Somebody who is named in a status."""

    id: Id | None = None
    acct: str = ""
    username: str | None = None
    url: str | None = None


class Tag(Struct, gc=False):
    """A hashtag, without its #."""

    name: str = ""


class MediaSize(Struct, gc=False):
    """Facts about the original of a medium."""

    duration: float | None = None


class MediaMeta(Struct, gc=False):
    """Facts about a medium."""

    original: MediaSize | None = None


class Media(Struct, gc=False):
    """A picture, film or sound."""

    id: Id | None = None
    type: str | None = None
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None
    meta: MediaMeta | None = None


class Card(Struct, gc=False):
    """The preview of the first link."""

    url: str | None = None
    title: str | None = None


class Option(Struct, gc=False):
    """A choice of a poll; votes are null until they may be seen."""

    title: str = ""
    votes_count: int | None = None


class Poll(Struct, gc=False):
    """A question with choices."""

    options: list[Option] = []
    expires_at: str | None = None
    expired: bool | None = None
    votes_count: int | None = None
    voters_count: int | None = None


class App(Struct, gc=False):
    """The program that was used."""

    name: str | None = None


class Quoted(Struct, gc=False):
    """The quoted status, as far as it says whose it is."""

    id: Id | None = None
    account: Account | None = None


class Quote(Struct, gc=False):
    """A quotation: whole, or (within another one) by id only."""

    state: str | None = None
    quoted_status: Quoted | None = None
    quoted_status_id: Id | None = None


class Status(Struct, gc=False):
    """A post, or (with `reblog`) the boost of one."""

    id: Id
    account: Account
    created_at: str | None = None
    edited_at: str | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_account_id: Id | None = None
    sensitive: bool | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    uri: str | None = None
    url: str | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None
    content: str | None = None
    reblog: Status | None = None
    application: App | None = None
    media_attachments: list[Media] | None = None
    mentions: list[Mention] | None = None
    tags: list[Tag] | None = None
    emojis: list[Emoji] | None = None
    card: Card | None = None
    poll: Poll | None = None
    quote: Quote | None = None


class Rule(Struct, gc=False):
    """A rule of the server."""

    text: str | None = None


class AdminAccount(Struct, gc=False):
    """An account as the server's staff sees it. Addresses of the network in it are read nowhere."""

    id: Id
    account: Account | None = None
    username: str | None = None
    created_at: str | None = None
    email: str | None = None
    confirmed: bool | None = None
    approved: bool | None = None
    disabled: bool | None = None
    silenced: bool | None = None
    suspended: bool | None = None
    invite_request: str | None = None


class Reported(Struct, gc=False):
    """A status that a report names."""

    id: Id


class Report(Struct, gc=False):
    """A complaint to the server's staff. Its accounts are `Account` in notifications, else `AdminAccount`."""

    id: Id
    account: Raw = NOTHING
    target_account: Raw = NOTHING
    assigned_account: Raw = NOTHING
    action_taken_by_account: Raw = NOTHING
    action_taken: bool | None = None
    category: str | None = None
    comment: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    statuses: list[Reported] | None = None
    status_ids: list[Id] | None = None
    rules: list[Rule] | None = None


class AccountWarning(Struct, gc=False):
    """What the server's staff did to our account."""

    id: Id
    action: str | None = None
    text: str | None = None
    status_ids: list[Id] | None = None
    created_at: str | None = None


class Notification(Struct, gc=False):
    """Something that concerns the account of the source."""

    id: Id
    type: str
    created_at: str | None = None
    account: Account | None = None
    status: Status | None = None
    report: Report | None = None
    moderation_warning: AccountWarning | None = None


class Conversation(Struct, gc=False):
    """Direct messages with the same people; the newest one is told whole."""

    id: Id
    last_status: Status | None = None


class Hook(Struct, gc=False):
    """The body of an administrator's webhook."""

    event: str
    object: Raw
    created_at: str | None = None


class Shape(Struct, gc=False):
    """Enough of an object to know what it is.

    A frame has `event` and `payload`, which is a text that holds JSON, an id, or nothing; a webhook has `event` and
    `object`; anything else is an item of the API.
    """

    event: Any = None
    payload: Raw = NOTHING
    object: Raw = NOTHING
    type: Any = None
    visibility: Any = None
    content: Any = None
    text: Any = None
    last_status: Raw = NOTHING
    target_account: Raw = NOTHING
    account: Raw = NOTHING
    email: Any = None
    acct: Any = None
    unread: Any = None


STATUS = Decoder(Status)
NOTIFICATION = Decoder(Notification)
CONVERSATION = Decoder(Conversation)
ACCOUNT = Decoder(Account)
ADMIN_ACCOUNT = Decoder(AdminAccount)
REPORT = Decoder(Report)
HOOK = Decoder(Hook)
SHAPE = Decoder(Shape)
LIST = Decoder(list[Raw])
TEXT = Decoder(str)
