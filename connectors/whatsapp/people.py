"""Who talks with which number of ours.

A person is known by a business-scoped user id, by a number, or by both; WhatsApp has proven the number. Which of the
two is told has changed over the years and may change from one message to the next: the id is the account where there is
one, and the number a verified claim.
"""

from __future__ import annotations

from msgspec import Raw, Struct

from commonline.connectors.whatsapp.payload import Contact, Value
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, native, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import ActivityType, Container, Object, Party, Role, Thread

CONNECTOR = "whatsapp"


class Part(Struct, frozen=True):
    """A message, call or the like, with the value that it stands in."""

    raw: Raw
    value: Value


def number_of(value: Value) -> str:
    """The id of our number. Raises `MalformedPayloadError` where none is told."""
    found = value.metadata.phone_number_id if value.metadata is not None else None
    if not found:
        raise MalformedPayloadError("the business number is missing", "metadata.phone_number_id")
    return found


def us(value: Value, role: Role = "to") -> Party:
    """Our number."""
    party = Party(account=native(CONNECTOR, "number", number_of(value)), kind="organisation", side="us", role=role)
    shown = value.metadata.display_phone_number if value.metadata is not None else None
    party.claims = claim(_tel(shown), "verified")
    return party


def person(value: Value, digits: str | None, user_id: str | None, role: Role) -> Party:
    """A person by number or id, with the name that the body's contacts give."""
    contact = _contact(value.contacts or [], digits, user_id)
    user_id = user_id or contact.user_id or None
    number = _tel(digits) or _tel(contact.wa_id)
    if not user_id and number is None:
        raise MalformedPayloadError("nobody is named: neither number nor user id", "from")
    account = native(CONNECTOR, "user", user_id) if user_id else number
    party = Party(account=account, kind="person", side="customer", role=role)
    if contact.profile is not None:
        party.name = contact.profile.name or None
        party.handle = (contact.profile.username or "").removeprefix("@") or None
    party.claims = claim(number, "verified") if user_id else []
    return party


def message_uri(value: Value, message_id: str) -> str:
    """``whatsapp:<number>/<wamid>``"""
    if not message_id:
        raise MalformedPayloadError("the id is missing", "id")
    return native(CONNECTOR, number_of(value), message_id)


def thread(value: Value, other: Party | None, group: str | None = None) -> Thread:
    """Our number and one person, or a group."""
    number = number_of(value)
    place = Container(id=native(CONNECTOR, "number", number), kind="channel")
    if value.metadata is not None:
        place.name = value.metadata.display_phone_number or None
    if group:
        return Thread(id=native(CONNECTOR, number, "group", group), container=place)
    return Thread(id=native(CONNECTOR, number, "with", (other.account if other else None) or "nobody"), container=place)


def draft(entry: Entry, kind: ActivityType, obj: Object, where: Thread) -> Draft:
    """A draft of this connector: between a number of ours and customers."""
    value: Value = entry.body.value
    return Draft(
        event=entry.event,
        type=kind,
        object=obj,
        thread=where,
        channel="direct_message",
        visibility="customer",
        our_account=native(CONNECTOR, "number", number_of(value)),
        direction="inbound",
    )


def _contact(contacts: list[Contact], digits: str | None, user_id: str | None) -> Contact:
    for one in contacts:
        if (user_id and one.user_id == user_id) or (digits and one.wa_id == digits):
            return one
    return contacts[0] if len(contacts) == 1 else Contact()


def _tel(digits: str | None) -> str | None:
    if not digits:
        return None
    return tel(digits if digits.startswith("+") else f"+{digits}")
