"""What HubSpot sends by webhook and answers by API, as far as it is mapped.

Sources: https://developers.hubspot.com/docs/api/webhooks and HubSpot's public API specifications (webhooks
v3, conversations v3, CRM objects v3). Ids are numbers in webhooks and text in API answers; times are
milliseconds in webhooks and ISO 8601 in API answers.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from commonline.errors import MalformedPayloadError

Id = int | str
LARGEST_ID = 2**64


def id_text(value: Id | None) -> str | None:
    """An id as text; None for what stands for none (absent, empty, 0).

    Raises `MalformedPayloadError` for a number that no id can be.
    """
    if isinstance(value, str):
        return value or None
    if not value:
        return None
    if not 0 < value < LARGEST_ID:
        raise MalformedPayloadError("an id is a number of up to 64 bits or text")
    return str(value)


class Event(Struct, gc=False, rename="camel"):
    """One event of a webhook: no event has all of these. `objectId` is a thread's for conversations."""

    subscription_type: str
    portal_id: Id
    object_id: Id | None = None
    object_type_id: str | None = None
    occurred_at: int | float | str | None = None
    app_id: Id | None = None
    change_source: str | None = None
    source_id: str | None = None
    property_name: str | None = None
    property_value: Any = None
    is_sensitive: Any = None
    primary_object_id: Id | None = None
    merged_object_ids: list[Id] | None = None
    new_object_id: Id | None = None
    association_type: str | None = None
    association_category: str | None = None
    association_type_id: Id | None = None
    association_removed: Any = None
    from_object_id: Id | None = None
    from_object_type_id: str | None = None
    to_object_id: Id | None = None
    to_object_type_id: str | None = None
    message_id: Id | None = None
    message_type: str | None = None


class LooseEvent(Struct, gc=False, rename="camel"):
    """An event that does not fit, as far as it can be named."""

    subscription_type: str


class Record(Struct, gc=False, rename="camel"):
    """A CRM object as the search answers it."""

    id: Id
    properties: dict[str, Any]
    created_at: str | None = None
    updated_at: str | None = None
    archived: bool = False


class Property(Struct, gc=False):
    """A property as a workflow sends it, its history left out."""

    value: Any = None


class Identity(Struct, gc=False):
    """One of a contact's addresses in a workflow's body."""

    type: str | None = None
    value: str | None = None


class IdentityProfile(Struct, gc=False):
    """A contact's addresses by former contact."""

    identities: list[Identity] | None = None


class Workflow(Struct, gc=False, rename="camel"):
    """What a workflow's webhook action posts: one object. Contacts have the older names with hyphens."""

    properties: dict[str, Property]
    portal_id: Id | None = None
    contact_portal: Id | None = field(default=None, name="portal-id")
    vid: Id | None = None
    company_id: Id | None = None
    deal_id: Id | None = None
    object_id: Id | None = None
    object_type: str | None = None
    profiles: list[IdentityProfile] | None = field(default=None, name="identity-profiles")


class Address(Struct, gc=False):
    """Under which address somebody takes part; `type` says what `value` is."""

    type: str = ""
    value: str = ""


class Sender(Struct, gc=False, rename="camel"):
    """Who sent a message. The actor's id begins with its kind: ``A-`` agent, ``V-`` visitor, ``E-`` address …"""

    actor_id: str | None = None
    name: str | None = None
    delivery_identifier: Address | None = None


class Recipient(Struct, gc=False, rename="camel"):
    """Who received a message, and in which field."""

    actor_id: str | None = None
    name: str | None = None
    delivery_identifier: Address | None = None
    recipient_field: str | None = None


class Client(Struct, gc=False, rename="camel"):
    """The program that was used."""

    client_type: str | None = None
    integration_app_id: Id | None = None


class Failure(Struct, gc=False, rename="camel"):
    """Why a message was not delivered."""

    error_message: str | None = None


class Status(Struct, gc=False, rename="camel"):
    """What became of a sent message."""

    status_type: str | None = None
    failure_details: Failure | None = None


class MessageAttachment(Struct, gc=False, rename="camel"):
    """A file, place, card, list of answers or social post; `type` says which of the fields are there."""

    type: str = ""
    file_id: Id | None = None
    name: str | None = None
    url: str | None = None
    file_usage_type: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None
    contact_profile: Any = None
    quick_replies: Any = None
    social_metadata: Any = None


class Message(Struct, gc=False, rename="camel"):
    """An item of a thread's history: a message, a comment among staff, an assignment, a new status or inbox."""

    id: str
    type: str
    conversations_thread_id: Id
    created_at: str | None = None
    updated_at: str | None = None
    created_by: str | None = None
    client: Client | None = None
    senders: list[Sender] | None = None
    recipients: list[Recipient] | None = None
    archived: bool = False
    text: str | None = None
    subject: str | None = None
    attachments: list[MessageAttachment] | None = None
    truncation_status: str | None = None
    in_reply_to_id: str | None = None
    status: Status | None = None
    direction: str | None = None
    channel_id: Id | None = None
    channel_account_id: Id | None = None
    assigned_from: str | None = None
    assigned_to: str | None = None
    new_status: str | None = None
    from_inbox_id: Id | None = None
    to_inbox_id: Id | None = None


class Original(Struct, gc=False, rename="camel"):
    """The whole text of a message whose text was cut."""

    text: str


class LongMessage(Struct, gc=False):
    """A message with the whole of its text."""

    message: Message
    original: Original


class ThreadAssociations(Struct, gc=False, rename="camel"):
    """What a conversation belongs to."""

    associated_ticket_id: Id | None = None


class ConversationThread(Struct, gc=False, rename="camel"):
    """A conversation."""

    id: Id
    created_at: str | None = None
    status: str | None = None
    inbox_id: Id | None = None
    associated_contact_id: Id | None = None
    assigned_to: str | None = None
    original_channel_id: Id | None = None
    original_channel_account_id: Id | None = None
    latest_message_timestamp: str | None = None
    spam: bool = False
    archived: bool = False
    thread_associations: ThreadAssociations | None = None
