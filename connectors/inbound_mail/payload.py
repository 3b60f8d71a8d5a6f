"""Notices about sent mails, as far as they are mapped."""

from __future__ import annotations

from msgspec import Struct, field

Number = int | float | str | None


class SendGrid(Struct, gc=False):
    """One event of a list."""

    event: str
    email: str | None = None
    timestamp: Number = None
    smtp_id: str | None = field(name="smtp-id", default=None)
    sg_event_id: str | None = None
    sg_message_id: str | None = None
    reason: str | None = None
    response: str | None = None


class Status(Struct, gc=False, frozen=True):
    """What the other server said."""

    message: str | None = None
    description: str | None = None


class Headers(Struct, gc=False, frozen=True):
    """Of the mail that it is about."""

    message_id: str = field(name="message-id", default="")


class Message(Struct, gc=False, frozen=True):
    """The mail that it is about."""

    headers: Headers = Headers()


class Mailgun(Struct, gc=False):
    """The ``event-data`` of a post."""

    event: str
    id: str = ""
    recipient: str | None = None
    timestamp: Number = None
    severity: str | None = None
    reason: str | None = None
    message: Message = Message()
    delivery_status: Status = field(name="delivery-status", default=Status())


class MailgunPost(Struct, gc=False):
    """What Mailgun posts: the event beside its signature."""

    data: Mailgun = field(name="event-data")


class PostmarkNotice(Struct, gc=False, rename="pascal"):
    """Bounces, complaints, and changes of who may be written to."""

    record_type: str
    id: int | None = field(name="ID", default=None)
    message_id: str | None = field(name="MessageID", default=None)
    email: str | None = None
    recipient: str | None = None
    bounced_at: str | None = None
    changed_at: str | None = None
    description: str | None = None
    details: str | None = None
    suppressed: bool = field(name="SuppressSending", default=True)
