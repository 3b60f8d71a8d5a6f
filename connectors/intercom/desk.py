"""A workspace of Intercom: who is who in it, and what its conversations are called here."""

from __future__ import annotations

from typing import NamedTuple

from commonline.connectors.intercom.payload import Contacts, Conversation, Id, Message, Moment, Who
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, split_native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Channel, Container, Party, PartyKind, Role, Side, Thread, ThreadState, Trust

CONNECTOR = "intercom"
CONTACTS = frozenset({"user", "lead", "contact", "visitor"})
OURS: dict[str, tuple[str, PartyKind]] = {
    "admin": ("admin", "person"),
    "bot": ("bot", "application"),
    "operator": ("bot", "application"),
    "team": ("team", "group"),
}
STATES: dict[str, ThreadState] = {"open": "open", "closed": "closed", "snoozed": "pending"}
TICKET_STATES: dict[str, ThreadState] = {
    "submitted": "open",
    "in_progress": "open",
    "waiting_on_customer": "pending",
    "resolved": "closed",
}
CHANNELS: dict[str, Channel] = {"email": "email", "sms": "sms", "phone_call": "call", "phone_switch": "sms"}


class Told(NamedTuple):
    """A part of a delivery: its topic, the workspace, when it was told, and the object's JSON."""

    topic: str
    app: str
    created_at: Moment
    item: bytes


class Desk:
    """The workspace of an entry. Raises `MalformedPayloadError` where neither body nor settings tell it."""

    def __init__(self, entry: Entry) -> None:
        told: Told = entry.body
        app = told.app or entry.settings.get("app_id")
        if not app:
            raise MalformedPayloadError("the workspace is told neither by the body nor by the setting app_id", "app_id")
        self.app = str(app)
        self.region = entry.settings.get("region")
        self.account = native(CONNECTOR, self.app)
        self.container = Container(id=self.account, kind="workspace")

    def uri(self, kind: str, number: Id) -> str:
        """``intercom:<workspace>/conversation/123``. Raises `MalformedPayloadError` without an id."""
        if number is None or number == "":
            raise MalformedPayloadError(f"the id of the {kind} is missing", "id")
        return native(CONNECTOR, self.app, kind, str(number))

    def party(self, who: Who | None, role: Role) -> Party | None:
        """Somebody; without an id by the name alone. None for nobody."""
        if who is None or who.type in (None, "nobody_admin") or (who.id is None and not who.name and not who.email):
            return None
        if who.type in CONTACTS:
            return self.contact(who, role)
        kind, is_a = OURS.get(who.type or "", ("participant", "unknown"))
        side: Side = "us" if who.type in OURS else "unknown"
        account = self.uri(kind, who.id) if who.id not in (None, "") else None
        party = Party(account=account, kind=is_a, side=side, role=role, name=one_line(who.name))
        if kind == "admin" and account:
            party.claims = claim(mailto(who.email), "verified")
        return party

    def contact(self, who: Who, role: Role) -> Party:
        """A customer. What users' records say was entered by the company, all else was said by themselves."""
        known = "user" in (who.type, who.role) and not who.anonymous
        trust: Trust = "entered" if known else "asserted"
        name = one_line(who.name) or one_line(who.pseudonym)
        party = Party(account=self.uri("contact", who.id), kind="person", side="customer", role=role, name=name)
        party.claims = claim(mailto(who.email), trust) + claim(tel(who.phone, self.region), trust)
        outside = who.external_id if who.external_id not in (None, "") else who.user_id
        if outside not in (None, ""):
            party.claims += claim(self.uri("external", outside), trust)
        return party

    def customers(self, one: Conversation) -> list[Party]:
        """The contacts of a conversation. What it says of one stands in several places, and is brought together."""
        first = first_message(one)
        begun = first.author if first and first.author and first.author.type in CONTACTS else None
        held = one.contacts.contacts if isinstance(one.contacts, Contacts) else one.contacts
        found: dict[str | None, Party] = {}
        for who in (one.user, one.contact, begun, *(held or [])):
            if who is not None and who.id not in (None, ""):
                party = self.contact(who, "requester")
                same = found.setdefault(party.account, party)
                same.name = same.name or party.name
                known = {claim.account for claim in same.claims}
                same.claims = [*same.claims, *(new for new in party.claims if new.account not in known)]
        return list(found.values())

    def thread(self, one: Conversation, *, ticket: bool) -> Thread:
        """A conversation or ticket as the container of what is said in it."""
        first = first_message(one)
        attributes = one.ticket_attributes or {}
        told = attributes.get("_default_title_") if ticket else one.title or (first.subject if first else None)
        return Thread(
            id=self.uri("ticket" if ticket else "conversation", one.id),
            title=title(told if isinstance(told, str) else None),
            state=state(one, ticket=ticket),
            container=self.container,
        )


def native_id(party: Party) -> str:
    """Intercom's own id of somebody."""
    return split_native(party.account or "")[1][-1]


def first_message(one: Conversation) -> Message | None:
    """What a conversation began with."""
    return one.source or one.conversation_message


def title(text: str | None) -> str | None:
    """A subject; Intercom writes those of mails as HTML."""
    return one_line(text.replace("<p>", "").replace("</p>", "")) if text else None


def state(one: Conversation, *, ticket: bool) -> ThreadState:
    """The one status that all desks share."""
    if ticket:
        told = one.ticket_state if isinstance(one.ticket_state, str) else one.ticket_state and one.ticket_state.category
        return TICKET_STATES.get(told or "", "unknown")
    if one.state in STATES:
        return STATES[one.state]
    return "unknown" if one.open is None else "open" if one.open else "closed"


def channel(one: Conversation, *, ticket: bool) -> Channel:
    """How the customer talks to us."""
    first = first_message(one)
    return "ticket" if ticket else CHANNELS.get((first.type if first else None) or "", "chat")
