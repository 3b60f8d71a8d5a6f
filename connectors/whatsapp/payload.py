"""What WhatsApp sends, as far as it is mapped.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
Tokens of flows are not decoded.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

Time = str | int | float | None


class Metadata(Struct, gc=False):
    """The business number."""

    phone_number_id: str | None = None
    display_phone_number: str | None = None


class Profile(Struct, gc=False):
    """What somebody calls themselves."""

    name: str | None = None
    username: str | None = None


class Contact(Struct, gc=False):
    """Somebody in a body's `contacts`: digits of the number, the business-scoped user id, or both."""

    profile: Profile | None = None
    wa_id: str | None = None
    user_id: str | None = None
    input: str | None = None


class Media(Struct, gc=False):
    """A file by its id; the address that belongs to it lives five minutes."""

    id: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None


class Context(Struct, gc=False):
    """What is answered, or that it was forwarded."""

    id: str | None = None
    from_: str | None = field(default=None, name="from")
    forwarded: bool = False
    frequently_forwarded: bool = False


class Text(Struct, gc=False):
    """A text."""

    body: str = ""


class Reaction(Struct, gc=False):
    """An emoji on a message; without one it is taken back."""

    message_id: str
    emoji: str | None = None


class Location(Struct, gc=False):
    """Degrees, WGS 84."""

    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class Reply(Struct, gc=False):
    """A button or list entry that was chosen."""

    id: str | None = None
    title: str | None = None
    description: str | None = None


class Form(Struct, gc=False):
    """A flow that was filled in: a text of JSON."""

    response_json: str | None = None
    body: str | None = None


class Interactive(Struct, gc=False):
    """An answer to buttons, lists or a flow."""

    type: str | None = None
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: Form | None = None


class Button(Struct, gc=False):
    """A template's button that was pressed."""

    text: str | None = None
    payload: str | None = None


class Order(Struct, gc=False):
    """A basket."""

    text: str | None = None
    product_items: list[dict[str, Any]] | None = None


class System(Struct, gc=False):
    """Somebody's number or id is another one now."""

    body: str | None = None
    type: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    user_id: str | None = None


class Fault(Struct, gc=False):
    """Why something failed, or is not told."""

    code: int | None = None
    title: str | None = None
    message: str | None = None


class Edit(Struct, gc=False):
    """The message that is changed, and what it says now."""

    original_message_id: str
    message: Raw


class Revoke(Struct, gc=False):
    """The message that is taken back."""

    original_message_id: str


class Referral(Struct, gc=False):
    """The advertisement or post that somebody came by."""

    source_url: str | None = None
    source_id: str | None = None
    headline: str | None = None


class Message(Struct, gc=False):
    """One message, in or (as an echo) out."""

    id: str = ""
    from_: str | None = field(default=None, name="from")
    from_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    group_id: str | None = None
    timestamp: Time = None
    type: str = ""
    context: Context | None = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[dict[str, Any]] | None = None
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    order: Order | None = None
    system: System | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    referral: Referral | None = None
    errors: list[Fault] | None = None


class Status(Struct, gc=False):
    """What became of a message of ours."""

    id: str
    status: str
    timestamp: Time = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    errors: list[Fault] | None = None


class Call(Struct, gc=False):
    """A call that rings or ends. `duration` in seconds."""

    id: str
    event: str
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    direction: str | None = None
    status: str | list[str] | None = None
    timestamp: Time = None
    start_time: Time = None
    end_time: Time = None
    duration: int | None = None


class Preference(Struct, gc=False):
    """Whether somebody wants advertising: `stop` or `resume`."""

    wa_id: str | None = None
    user_id: str | None = None
    category: str | None = None
    value: str | None = None
    detail: str | None = None
    timestamp: Time = None


class Swap(Struct, gc=False):
    """An id before and now."""

    previous: str | None = None
    current: str | None = None


class IdUpdate(Struct, gc=False):
    """Somebody's business-scoped id changed."""

    wa_id: str | None = None
    user_id: Swap | None = None
    timestamp: Time = None


class Group(Struct, gc=False):
    """Who joined or left a group."""

    group_id: str
    type: str
    timestamp: Time = None
    added_participants: list[Contact] = []
    removed_participants: list[Contact] = []


class Value(Struct, gc=False):
    """The value of a change: several lists, any of which may be there."""

    metadata: Metadata | None = None
    contacts: list[Contact] | None = None
    messages: list[Raw] | None = None
    message_echoes: list[Raw] | None = None
    statuses: list[Raw] | None = None
    calls: list[Raw] | None = None
    user_preferences: list[Raw] | None = None
    user_id_update: list[Raw] | None = None
    groups: list[Raw] | None = None
    errors: list[Fault] | None = None


class Change(Struct, gc=False):
    """One change; its value is opened by itself."""

    field: str
    value: Raw


class Account(Struct, gc=False):
    """A WhatsApp business account."""

    id: str | None = None
    changes: list[Change] = []


class Body(Struct, gc=False):
    """A webhook's body."""

    entry: list[Account] | None = None
    object: str | None = None


class Head(Struct, gc=False):
    """What a part is, without the part."""

    type: str | None = None
    status: str | None = None
    event: str | None = None


BODY, VALUE, HEAD = Decoder(Body), Decoder(Value), Decoder(Head)
MESSAGE, STATUS, CALL = Decoder(Message), Decoder(Status), Decoder(Call)
PREFERENCE, ID_UPDATE, GROUP = Decoder(Preference), Decoder(IdUpdate), Decoder(Group)
