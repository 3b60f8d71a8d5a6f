"""What Intercom sends, as far as it is mapped: notifications, and conversations and tickets as the API gives them.

https://developers.intercom.com/docs/references/webhooks/webhook-models
https://developers.intercom.com/docs/references/rest-api/api.intercom.io/conversations
Older versions of the API name the first message `conversation_message` and the customer `user`.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

Id = int | str | None
Moment = int | float | str | None


class Who(Struct, gc=False):
    """A contact (user, lead), a colleague (admin), a team or a bot. `user_id`, later `external_id`: the customer's id
    in the company's own systems."""

    type: str | None = None
    id: Id = None
    name: str | None = None
    pseudonym: str | None = None
    email: str | None = None
    phone: str | None = None
    user_id: Id = None
    external_id: Id = None
    role: str | None = None
    anonymous: bool | None = None


class File(Struct, gc=False):
    """An attachment."""

    name: str | None = None
    url: str | None = None
    content_type: str | None = None
    filesize: int | str | None = None


class Tag(Struct, gc=False):
    """A tag; those of a contact come without their names."""

    name: str | None = None


class Tags(Struct, gc=False):
    """A list of tags."""

    tags: list[Tag] | None = None


class Message(Struct, gc=False):
    """What a conversation begins with."""

    id: Id = None
    type: str | None = None
    delivered_as: str | None = None
    subject: str | None = None
    body: str | None = None
    author: Who | None = None
    attachments: list[File] | None = None


class Part(Struct, gc=False):
    """What follows: something said, or a change of the conversation, or both in one."""

    id: Id = None
    part_type: str | None = None
    body: str | None = None
    created_at: Moment = None
    updated_at: Moment = None
    author: Who | None = None
    assigned_to: Who | str | None = None
    attachments: list[File] | None = None
    redacted: bool | None = None
    previous_ticket_state: str | None = None
    ticket_state: str | None = None


class Parts(Struct, gc=False):
    """The parts of a conversation or of a ticket."""

    conversation_parts: list[Part] | None = None
    ticket_parts: list[Part] | None = None


class Contacts(Struct, gc=False):
    """The customers who take part."""

    contacts: list[Who] | None = None


class Links(Struct, gc=False):
    """Where people see it."""

    conversation_web: str | None = None


class Rating(Struct, gc=False):
    """What the customer thought of it, from 1 to 5."""

    rating: int | None = None
    remark: str | None = None
    created_at: Moment = None


class TicketState(Struct, gc=False):
    """The state of a ticket: `category` is submitted, in_progress, waiting_on_customer or resolved."""

    category: str | None = None
    internal_label: str | None = None


class Conversation(Struct, gc=False):
    """A conversation or a ticket."""

    id: Id = None
    type: str | None = None
    title: str | None = None
    created_at: Moment = None
    updated_at: Moment = None
    source: Message | None = None
    conversation_message: Message | None = None
    user: Who | None = None
    contacts: Contacts | list[Who] | None = None
    contact: Who | None = None
    assignee: Who | None = None
    conversation_parts: Parts | None = None
    ticket_parts: Parts | None = None
    open: bool | None = None
    state: str | None = None
    priority: str | None = None
    tags: Tags | None = None
    links: Links | None = None
    conversation_rating: Rating | None = None
    ticket_id: Id = None
    ticket_attributes: dict[str, Any] | None = None
    ticket_state: TicketState | str | None = None
    category: str | None = None
    is_shared: bool | None = None


class PartItem(Struct, gc=False):
    """A part by itself, with what it belongs to."""

    id: Id = None
    part_type: str | None = None
    updated_at: Moment = None
    author: Who | None = None
    conversation_id: Id = None
    conversation: Conversation | None = None
    conversation_parts: Parts | None = None


class Contact(Struct, gc=False):
    """Somebody who writes or uses the product; or what was done to one (`tag`)."""

    type: str | None = None
    id: Id = None
    user_id: Id = None
    external_id: Id = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    pseudonym: str | None = None
    role: str | None = None
    anonymous: bool | None = None
    created_at: Moment = None
    updated_at: Moment = None
    contact: Who | None = None
    user: Who | None = None
    lead: Who | None = None
    admin: Who | None = None
    tag: Tag | None = None


class Company(Struct, gc=False):
    """A company that contacts belong to."""

    id: Id = None
    name: str | None = None
    website: str | None = None
    created_at: Moment = None
    updated_at: Moment = None


class Tracked(Struct, gc=False):
    """Something that a contact did in the company's product, as the company itself reports it."""

    id: Id = None
    event_name: str | None = None
    intercom_user_id: Id = None
    user_id: Id = None
    email: str | None = None
    created_at: Moment = None


class Data(Struct, gc=False):
    """Holds the object that a notification is about."""

    item: Raw = Raw(b"{}")


class Notification(Struct, gc=False):
    """A call."""

    type: str | None = None
    app_id: str | None = None
    topic: str | None = None
    id: Id = None
    created_at: Moment = None
    data: Data = field(default_factory=Data)


NOTIFICATION = Decoder(Notification)
CONVERSATION = Decoder(Conversation)
PART = Decoder(PartItem)
CONTACT = Decoder(Contact)
COMPANY = Decoder(Company)
TRACKED = Decoder(Tracked)
