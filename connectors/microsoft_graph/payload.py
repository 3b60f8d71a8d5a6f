"""What Microsoft Graph tells, as far as it is mapped: https://learn.microsoft.com/graph/api/resources/

Client states, validation tokens and encrypted contents are not decoded here; `ingress.py` has proven and opened them.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field
from msgspec.json import Decoder

Text = str | None
Size = Annotated[int, Meta(ge=0, le=2**48)] | None


class Identity(Struct, gc=False, rename="camel"):
    """A user, an application or a device."""

    id: Text = None
    display_name: Text = None
    user_identity_type: Text = None
    tenant_id: Text = None
    email: Text = None


class Identities(Struct, gc=False):
    """Who did something; one of them is told."""

    user: Identity | None = None
    application: Identity | None = None
    device: Identity | None = None


class Body(Struct, gc=False, rename="camel"):
    """A text: `content_type` is text or html."""

    content_type: Text = None
    content: Text = None


class Attached(Struct, gc=False, rename="camel"):
    """An attachment: a file, a card, or a message that is quoted."""

    id: Text = None
    content_type: Text = None
    content_url: Text = None
    content: Text = None
    name: Text = None
    size: Size = None


class Mention(Struct, gc=False, rename="camel"):
    """Somebody who is named in a text."""

    mention_text: Text = None
    mentioned: Identities | None = None


class Reaction(Struct, gc=False, rename="camel"):
    """One person's reaction to a message."""

    reaction_type: str = ""
    created_date_time: Text = None
    user: Identities | None = None


class Channel(Struct, gc=False, rename="camel"):
    """Where a message of a team stands."""

    team_id: Text = None
    channel_id: Text = None


class ChatMessage(Struct, gc=False, rename="camel"):
    """A message of Teams. `id` is its time in milliseconds, and counts within its channel or chat."""

    id: str
    reply_to_id: Text = None
    message_type: Text = None
    created_date_time: Text = None
    last_edited_date_time: Text = None
    deleted_date_time: Text = None
    subject: Text = None
    chat_id: Text = None
    locale: Text = None
    web_url: Text = None
    from_: Identities | None = field(default=None, name="from")
    body: Body | None = None
    channel_identity: Channel | None = None
    attachments: list[Attached] | None = None
    mentions: list[Mention] | None = None
    reactions: list[Reaction] | None = None


class Address(Struct, gc=False):
    """An address of a mail."""

    name: Text = None
    address: Text = None


class Recipient(Struct, gc=False, rename="camel"):
    """Somebody who wrote a mail or gets it."""

    email_address: Address | None = None


class Header(Struct, gc=False):
    """A header of a mail as it was received."""

    name: str = ""
    value: str = ""


class Mail(Struct, gc=False, rename="camel"):
    """A mail of Outlook."""

    id: Text = None
    internet_message_id: Text = None
    internet_message_headers: list[Header] | None = None
    conversation_id: Text = None
    subject: Text = None
    body: Body | None = None
    body_preview: Text = None
    sent_date_time: Text = None
    received_date_time: Text = None
    sender: Recipient | None = None
    from_: Recipient | None = field(default=None, name="from")
    to_recipients: list[Recipient] | None = None
    cc_recipients: list[Recipient] | None = None
    is_draft: bool | None = None
    web_link: Text = None
    attachments: list[Attached] | None = None


class Parent(Struct, gc=False, rename="camel"):
    """The folder of a file."""

    drive_id: Text = None
    name: Text = None


class FileFacet(Struct, gc=False, rename="camel"):
    """What makes an item a file."""

    mime_type: Text = None


class DriveItem(Struct, gc=False, rename="camel"):
    """A file or folder of a drive; `deleted` says that it is gone."""

    id: str
    name: Text = None
    size: Size = None
    web_url: Text = None
    created_date_time: Text = None
    last_modified_date_time: Text = None
    created_by: Identities | None = None
    last_modified_by: Identities | None = None
    parent_reference: Parent | None = None
    file: FileFacet | None = None
    folder: Any = None
    deleted: Any = None


class CallRecord(Struct, gc=False, rename="camel"):
    """A call or meeting that is over."""

    id: str
    type: Text = None
    start_date_time: Text = None
    end_date_time: Text = None
    join_web_url: Text = None
    organizer: Identities | None = None
    participants: list[Identities] | None = None


class Notification(Struct, gc=False, rename="camel"):
    """That something changed; with `resource_data` as far as it was asked for."""

    subscription_id: Text = None
    change_type: Text = None
    lifecycle_event: Text = None
    resource: Text = None
    tenant_id: Text = None
    resource_data: Raw = Raw(b"null")


KEYS = Decoder(dict[str, Raw])
LIST = Decoder(list[Raw])
NOTIFICATION = Decoder(Notification)
MESSAGE = Decoder(ChatMessage)
MAIL = Decoder(Mail)
ITEM = Decoder(DriveItem)
CALL = Decoder(CallRecord)
