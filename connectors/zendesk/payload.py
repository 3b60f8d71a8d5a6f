"""What Zendesk sends, as far as it is mapped. Unknown fields are skipped; ids come as text or as numbers.

Event webhooks write ids as text, "" or "0" for none, and statuses in capitals; the REST API writes ids as
numbers, null for none, and statuses in small letters. One struct serves both.
https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#json-format
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

Id = str | int | None
Flag = bool | None | UnsetType
"""Whether customers see something. Not told means the product's default, null means unknown."""


def shown(*flags: Flag) -> Flag:
    """The first flag that is told at all."""
    for flag in flags:
        if flag is not UNSET:
            return flag
    return UNSET


def text_id(value: Id) -> str | None:
    """An id as text; None for null, "" and 0, which all mean "none"."""
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value)
    return None if text in ("", "0") else text


class ViaEnd(Struct, gc=False):
    """Where something came from or went to; which fields are told depends on the channel."""

    name: str | None = None
    username: str | None = None
    profile_url: str | None = None
    facebook_id: Id = None
    ticket_id: Id = None


class ViaSource(Struct, gc=False):
    """https://developer.zendesk.com/documentation/ticketing/reference-guides/via-object-reference/"""

    from_: ViaEnd | None = field(name="from", default=None)
    to: ViaEnd | None = None
    rel: str | None = None


class Via(Struct, gc=False):
    """How a ticket or comment came in. Webhooks tell the channel only."""

    channel: str | int | None = None
    source: ViaSource | None = None


class Rating(Struct, gc=False):
    """A customer's rating of a ticket: offered, unoffered, good, bad."""

    id: Id = None
    score: str | None = None
    comment: str | None = None


class CustomField(Struct, gc=False):
    """A value of an account's own ticket field."""

    id: Id = None
    value: Any = None


class Ticket(Struct, gc=False, kw_only=True):
    """`detail` of a ticket event, and a ticket of the REST API."""

    id: str | int
    subject: str | None = None
    description: str | None = None
    status: str | None = None
    priority: str | None = None
    type: str | None = None
    tags: list[str] | str | None = None
    is_public: Flag = UNSET
    actor_id: Id = None
    requester_id: Id = None
    submitter_id: Id = None
    assignee_id: Id = None
    group_id: Id = None
    organization_id: Id = None
    brand_id: Id = None
    form_id: Id = None
    ticket_form_id: Id = None
    custom_status: Id = None
    custom_status_id: Id = None
    problem_id: Id = None
    external_id: Id = None
    email_cc_ids: list[str | int] | None = None
    follower_ids: list[str | int] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    via: Via | None = None
    satisfaction_rating: Rating | None = None
    custom_fields: list[CustomField] | None = None


class Author(Struct, gc=False):
    """Who wrote a comment, in webhooks."""

    id: Id = None
    is_staff: bool | None = None
    name: str | None = None


class File(Struct, gc=False):
    """An attachment. Its download address holds a token and is not read."""

    id: Id = None
    filename: str | None = None
    file_name: str | None = None
    content_type: str | None = None
    size: int | None = None
    is_public: Flag = UNSET


class Voice(Struct, gc=False):
    """`data` of a comment that stands for a telephone call."""

    recording_url: str | None = None
    transcription_text: str | None = None
    call_id: Id = None
    call_duration: float | None = None
    started_at: str | None = None


class Comment(Struct, gc=False, kw_only=True):
    """A comment. Webhooks tell `author`, `is_public`, `attachment`; the API `author_id`, `public`."""

    id: str | int
    body: str | None = None
    is_public: Flag = UNSET
    public: Flag = UNSET
    author: Author | None = None
    author_id: Id = None
    attachment: File | None = None
    attachments: list[File] | None = None
    created_at: str | None = None
    via: Via | None = None
    data: Voice | None = None
    graph_object_id: Id = None


class User(Struct, gc=False, kw_only=True):
    """`detail` of a user event, and a user of the REST API."""

    id: str | int
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    shared_phone_number: bool | None = None
    role: str | None = None
    verified: bool | None = None
    external_id: Id = None
    organization_id: Id = None
    created_at: str | None = None
    updated_at: str | None = None


class Organization(Struct, gc=False, kw_only=True):
    """`detail` of an organization event."""

    id: str | int
    name: str | None = None
    external_id: Id = None
    created_at: str | None = None
    updated_at: str | None = None


class Identity(Struct, gc=False):
    """A way to reach or recognise a user. `verified` is told by the REST API; webhooks may leave it out."""

    id: Id = None
    type: str | None = None
    value: str | None = None
    primary: bool | None = None
    verified: bool | None = None


class FieldInfo(Struct, gc=False):
    """Which custom field changed."""

    id: Id = None
    title: str | None = None
    type: str | None = None


class Tags(Struct, gc=False):
    """Tags that user and organization events add or remove."""

    tags: list[str] = []


class Pointer(Struct, gc=False):
    """An object that an event names by its id."""

    id: Id = None


class MessageActor(Struct, gc=False):
    """Who wrote a chat message: `type` is end_user, agent, trigger or system."""

    id: Id = None
    name: str | None = None
    type: str | None = None


class Message(Struct, gc=False):
    """A chat message."""

    id: str | int
    body: str | None = None


class Event(Struct, gc=False):
    """`event`: what happened. Which fields are told depends on the event's type."""

    current: Any = None
    previous: Any = None
    comment: Comment | None = None
    attachment: File | None = None
    custom_field: FieldInfo | None = None
    field: FieldInfo | None = None
    tags_added: list[str] | str | None = None
    tags_removed: list[str] | str | None = None
    added: Tags | None = None
    removed: Tags | None = None
    users_added: list[str | int] | str | None = None
    users_removed: list[str | int] | str | None = None
    target_ticket_id: Id = None
    identity: Identity | None = None
    user: Pointer | None = None
    group: Pointer | None = None
    organization: Pointer | None = None
    actor: MessageActor | None = None
    message: Message | None = None
    conversation_id: Id = None


class Head(Struct, gc=False):
    """Enough of a webhook to know what it is."""

    type: str = ""


class Envelope(Struct, gc=False, kw_only=True):
    """What all event webhooks have."""

    type: str
    account_id: Id = None
    time: str | None = None
    event: Event


class TicketEvent(Envelope, gc=False, kw_only=True):
    """``zen:event-type:ticket.*``; of ``messaging_ticket.*`` only the ticket's id is told."""

    detail: Ticket


class UserEvent(Envelope, gc=False, kw_only=True):
    """``zen:event-type:user.*``"""

    detail: User


class OrganizationEvent(Envelope, gc=False, kw_only=True):
    """``zen:event-type:organization.*``"""

    detail: Organization


class ApiPage(Struct, gc=False):
    """A page of the REST API: tickets or comments, with the users that were side-loaded."""

    tickets: list[msgspec.Raw] | None = None
    comments: list[msgspec.Raw] | None = None
    users: list[User] | None = None


HEAD = msgspec.json.Decoder(Head)
TICKET_EVENT = msgspec.json.Decoder(TicketEvent)
USER_EVENT = msgspec.json.Decoder(UserEvent)
ORGANIZATION_EVENT = msgspec.json.Decoder(OrganizationEvent)
API_PAGE = msgspec.json.Decoder(ApiPage)
TICKET = msgspec.json.Decoder(Ticket)
COMMENT = msgspec.json.Decoder(Comment)
