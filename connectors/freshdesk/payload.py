"""What Freshdesk sends, as far as it is mapped: an automation's webhook, and tickets as the API gives them.

https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules
https://developers.freshdesk.com/api/#tickets
An automation's body is what its author chose; the names are those of Freshdesk's own placeholders.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.json import Decoder

Id = int | str | None


class Hook(Struct, gc=False):
    """What an automation tells of a ticket."""

    triggered_event: str | None = None
    ticket_id: Id = None
    ticket_url: str | None = None
    ticket_type: str | None = None
    ticket_subject: str | None = None
    ticket_description: str | None = None
    ticket_status: str | int | None = None
    ticket_priority: str | int | None = None
    ticket_tags: str | None = None
    requester_name: str | None = None
    requester_email: str | None = None
    requester_phone: str | None = None


class Call(Struct, gc=False):
    """A webhook's body."""

    freshdesk_webhook: Hook | None = None


class Person(Struct, gc=False):
    """A requester."""

    id: Id = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None


class File(Struct, gc=False):
    """An attachment; its address expires."""

    id: Id = None
    name: str | None = None
    content_type: str | None = None
    size: int | None = None
    attachment_url: str | None = None


class Remark(Struct, gc=False):
    """A reply or a note."""

    id: Id = None
    body: str | None = None
    body_text: str | None = None
    incoming: bool | None = None
    private: bool | None = None
    source: int | None = None
    user_id: Id = None
    support_email: str | None = None
    from_email: str | None = None
    to_emails: list[str] | None = None
    cc_emails: list[str] | None = None
    attachments: list[File] | None = None
    created_at: str | None = None
    updated_at: str | None = None
    last_edited_at: str | None = None


class Ticket(Struct, gc=False):
    """A ticket, with what was said in it."""

    id: Id = None
    subject: str | None = None
    description: str | None = None
    status: int | None = None
    priority: int | None = None
    source: int | None = None
    type: str | None = None
    requester_id: Id = None
    requester: Person | None = None
    responder_id: Id = None
    group_id: Id = None
    company_id: Id = None
    tags: list[str] | None = None
    to_emails: list[str] | None = None
    cc_emails: list[str] | None = None
    attachments: list[File] | None = None
    deleted: bool | None = None
    spam: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    conversations: list[Remark] | None = None


CALL = Decoder(Call)
TICKET = Decoder(Ticket)
