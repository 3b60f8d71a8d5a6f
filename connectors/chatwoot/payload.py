"""What Chatwoot sends, as far as it is mapped: webhooks of an account, and conversations as the API gives them.

https://www.chatwoot.com/hc/user-guide/articles/1677693021-how-to-use-webhooks
https://developers.chatwoot.com/api-reference/conversations/conversations-list
A message's `message_type` is a word at the top of a webhook, a number everywhere else; times are ISO texts or seconds.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

Id = int | str | None
Moment = int | float | str | None


class Person(Struct, gc=False):
    """A contact (no type, or ``contact``), an agent (``user``), a bot (``agent_bot``, ``captain_assistant``)."""

    id: Id = None
    type: str | None = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None


class Named(Struct, gc=False):
    """An account or inbox."""

    id: Id = None
    name: str | None = None


class File(Struct, gc=False):
    """An attachment; its address carries a pass."""

    id: Id = None
    file_type: str | None = None
    data_url: str | None = None
    file_size: int | None = None
    extension: str | None = None
    coordinates_lat: float | None = None
    coordinates_long: float | None = None
    fallback_title: str | None = None


class Meta(Struct, gc=False):
    """With whom a conversation is, and whose it is."""

    sender: Person | None = None
    assignee: Person | None = None
    team: Named | None = None
    channel: str | None = None


class Attributes(Struct, gc=False):
    """What a message carries beside its text."""

    deleted: bool | None = None
    in_reply_to: Id = None
    in_reply_to_external_id: str | None = None
    cc_emails: list[str] | str | None = None
    email: dict[str, Any] | None = None


class Message(Struct, gc=False):
    """A message, private note, activity line or template."""

    id: Id = None
    content: str | None = None
    content_type: str | None = None
    message_type: int | str | None = None
    private: bool | None = None
    sender: Person | None = None
    sender_type: str | None = None
    sender_id: Id = None
    attachments: list[File] | None = None
    content_attributes: Attributes | None = None
    source_id: str | None = None
    status: str | None = None
    conversation_id: Id = None
    created_at: Moment = None
    updated_at: Moment = None


class Conversation(Struct, gc=False):
    """A conversation, by the number that people see (`display_id`)."""

    id: Id = None
    display_id: Id = None
    inbox_id: Id = None
    account_id: Id = None
    status: str | None = None
    priority: str | None = None
    channel: str | None = None
    labels: list[str] | None = None
    meta: Meta | None = None
    messages: list[Message] | None = None
    contact_inbox: dict[str, Any] | None = None
    additional_attributes: dict[str, Any] | None = None
    created_at: Moment = None
    updated_at: Moment = None
    timestamp: Moment = None
    last_activity_at: Moment = None


class Contact(Struct, gc=False):
    """A contact's own events."""

    id: Id = None
    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    identifier: str | None = None
    blocked: bool | None = None


class Posted(Message, gc=False):
    """A message's own events: with the conversation that it stands in."""

    conversation: Conversation | None = None
    inbox: Named | None = None


class Head(Struct, gc=False):
    """What every webhook begins with."""

    event: str | None = None
    account: Named | None = None
    account_id: Id = None
    changed_attributes: list[dict[str, Any]] | None = None


HEAD = Decoder(Head)
MESSAGE = Decoder(Posted)
CONVERSATION = Decoder(Conversation)
CONTACT = Decoder(Contact)
