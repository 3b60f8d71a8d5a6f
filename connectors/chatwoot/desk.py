"""An account of a Chatwoot: what its conversations are called here, who is who."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from commonline.connectors.chatwoot.payload import Conversation, File, Head, Id, Message, Person
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.attachments import attached
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import (
    Attachment,
    AttachmentKind,
    Channel,
    Container,
    Party,
    PartyKind,
    Role,
    Side,
    Thread,
    ThreadState,
)

CONNECTOR = "chatwoot"
INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
TYPES = {"incoming": INCOMING, "outgoing": OUTGOING, "activity": ACTIVITY, "template": TEMPLATE}
STATES: dict[str, ThreadState] = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "closed"}
CHANNELS: dict[str, Channel] = {
    "Channel::Email": "email",
    "Channel::Sms": "sms",
    "Channel::TwilioSms": "sms",
    "Channel::FacebookPage": "direct_message",
    "Channel::Instagram": "direct_message",
    "Channel::Whatsapp": "direct_message",
    "Channel::Telegram": "direct_message",
    "Channel::Line": "direct_message",
    "Channel::TwitterProfile": "direct_message",
}
BOTS = frozenset({"agent_bot", "AgentBot", "captain_assistant", "Captain::Assistant"})
AGENTS = frozenset({"user", "User"})
CONTACTS = frozenset({"contact", "Contact"})
FILES: dict[str, AttachmentKind] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "location": "location",
    "contact": "contact",
    "story_mention": "link",
    "share": "link",
}


class Told(NamedTuple):
    """A part of a delivery: what every webhook begins with, and all of its JSON."""

    head: Head
    body: bytes


class Desk:
    """The account of an entry. Raises `MalformedPayloadError` where neither body nor settings tell it."""

    def __init__(self, entry: Entry, account: Id = None) -> None:
        told: Told = entry.body
        held = told.head.account.id if told.head.account is not None else None
        known = next((one for one in (held, told.head.account_id, account) if one not in (None, "")), None)
        number = known if known is not None else entry.settings.get("account_id")
        if number in (None, ""):
            raise MalformedPayloadError("the account is told neither by the body nor by account_id", "account.id")
        url = str(entry.settings["url"]).rstrip("/")
        parts = urlsplit(url)
        self.host = (parts.netloc or parts.path).lower()
        self.number, self._url, self.region = str(number), url, entry.settings.get("region")

    def uri(self, kind: str, number: Id) -> str:
        """``chatwoot:app.chatwoot.com/1/conversation/42``. Raises `MalformedPayloadError` without an id."""
        if number is None or number == "":
            raise MalformedPayloadError(f"the id of the {kind} is missing", "id")
        return native(CONNECTOR, self.host, self.number, kind, str(number))

    def contact(self, one: Person, role: Role) -> Party:
        """A customer. What a contact's record says was typed by somebody, staff or themselves."""
        party = Party(account=self.uri("contact", one.id), kind="person", side="customer", role=role)
        party.name = one_line(one.name)
        party.claims = claim(mailto(one.email), "asserted") + claim(tel(one.phone_number, self.region), "asserted")
        if one.identifier:
            party.claims += claim(self.uri("external", one.identifier), "asserted")
        return party

    def colleague(self, one: Person | None, role: Role) -> Party | None:
        """An agent or bot."""
        if one is None or one.id in (None, ""):
            return None
        kind: PartyKind = "application" if one.type in BOTS else "person"
        account = self.uri("bot" if kind == "application" else "agent", one.id)
        party = Party(account=account, kind=kind, side="us", role=role, name=one_line(one.name))
        party.claims = claim(mailto(one.email), "verified") if kind == "person" else []
        return party

    def customer(self, one: Conversation, role: Role) -> Party | None:
        """With whom a conversation is."""
        sender = one.meta.sender if one.meta is not None else None
        return self.contact(sender, role) if sender is not None and sender.id not in (None, "") else None

    def speaker(self, message: Message) -> Party | None:
        """Who wrote a message. Its direction says whose side it is where the sender's kind does not."""
        sender = message.sender
        if sender is None or sender.id in (None, ""):
            return None
        kind = sender.type or message.sender_type
        incoming = direction_of(message) == INCOMING
        if kind in AGENTS or kind in BOTS:
            return self.colleague(sender, "author")
        if kind in CONTACTS or (kind is None and incoming):
            return self.contact(sender, "author")
        side: Side = "us" if direction_of(message) in (OUTGOING, TEMPLATE) else "unknown"
        account = self.uri("agent" if side == "us" else "participant", sender.id)
        return Party(account=account, side=side, role="author", name=one_line(sender.name))

    def thread(self, one: Conversation) -> Thread:
        """A conversation as the container of what is said in it."""
        number = one.display_id if one.display_id is not None else one.id
        inbox = None
        if one.inbox_id not in (None, ""):
            inbox = Container(id=self.uri("inbox", one.inbox_id), kind="inbox")
        title = (one.additional_attributes or {}).get("mail_subject")
        return Thread(
            id=self.uri("conversation", number),
            title=one_line(title) if isinstance(title, str) else None,
            state=STATES.get(one.status or "", "unknown"),
            container=inbox,
        )

    def page(self, one: Conversation) -> str:
        """Where agents see a conversation."""
        number = one.display_id if one.display_id is not None else one.id
        return f"{self._url}/app/accounts/{self.number}/conversations/{number}"


def direction_of(message: Message) -> int | None:
    """`INCOMING` and so on, of both notations."""
    told = message.message_type
    return TYPES.get(told) if isinstance(told, str) else told


def channel(one: Conversation) -> Channel:
    """How the customer talks to us."""
    told = one.channel or (one.meta.channel if one.meta is not None else None)
    return CHANNELS.get(told or "", "chat")


def file(one: File) -> Attachment:
    """An attachment without the pass in its address."""
    if one.coordinates_lat is not None and one.coordinates_long is not None:
        place = f"geo:{one.coordinates_lat},{one.coordinates_long}"
        return Attachment(kind="location", url=place, name=one_line(one.fallback_title))
    name = (one.data_url or "").partition("?")[0].rpartition("/")[2] or one.fallback_title
    return attached(one.id, one.data_url, None, name, one.file_size, FILES.get(one.file_type or "", "file"))
