"""Who speaks with whom at Twilio: numbers, WhatsApp and Messenger addresses, clients, SIP addresses."""

from __future__ import annotations

from typing import NamedTuple

from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native, tel
from commonline.kit.draft import Draft
from commonline.kit.text import one_line
from commonline.schemas.records import ActivityType, Channel, Object, Party, Role, Thread, Visibility

CONNECTOR = "twilio"
WHATSAPP, MESSENGER = "whatsapp:", "messenger:"
CHANNELS: dict[str, Channel] = {WHATSAPP: "direct_message", MESSENGER: "direct_message"}


class Ends(NamedTuple):
    """Both ends of a message or call: who began, and which one is ours."""

    account: str
    sender: str
    receiver: str
    inbound: bool | None
    """None where Twilio does not say."""

    @property
    def ours(self) -> str | None:
        """The address of ours."""
        return None if self.inbound is None else self.receiver if self.inbound else self.sender

    @property
    def theirs(self) -> str | None:
        """The address of the customer."""
        return None if self.inbound is None else self.sender if self.inbound else self.receiver


def ends(account: str, sender: str | None, receiver: str | None, direction: str | None) -> Ends:
    """From the fields of a webhook or the API. Raises `MalformedPayloadError`."""
    if not account:
        raise MalformedPayloadError("the account is missing", "AccountSid")
    word = direction or ""
    inbound = True if word == "inbound" else False if word.startswith("outbound") else None
    return Ends(account, sender or "", receiver or "", inbound)


def address(account: str, told: str) -> str | None:
    """The account URI of an address: a telephone number is one whichever way it is reached."""
    if not told:
        return None
    number = tel(told.removeprefix(WHATSAPP))
    if number is not None:
        return number
    kind, colon, rest = told.partition(":")
    if colon and rest and kind in ("client", "sip", "sips", "messenger", "whatsapp", "rcs"):
        return native(CONNECTOR, account, kind, rest)
    return native(CONNECTOR, account, "number", told)


def party(account: str, told: str, role: Role, *, ours: bool | None, name: str | None = None) -> Party | None:
    """One end."""
    uri = address(account, told)
    if uri is None:
        return None
    found = Party(account=uri, kind="unknown", role=role, name=one_line(name))
    if ours is not None:
        found.side = "us" if ours else "customer"
    return found


def channel(one: Ends) -> Channel:
    """How a message went."""
    return next((kind for prefix, kind in CHANNELS.items() if one.sender.startswith(prefix)), "sms")


def conversation(one: Ends) -> Thread:
    """Messages between one number of ours and one of theirs are a thread, whichever way they go."""
    pair = [one.ours or "", one.theirs or ""] if one.inbound is not None else sorted((one.sender, one.receiver))
    return Thread(id=native(CONNECTOR, one.account, "between", *pair))


def uri(account: str, kind: str, sid: str | None, path: str) -> str:
    """The id of a thing. Raises `MalformedPayloadError` where it has none."""
    if not account or not sid:
        raise MalformedPayloadError("the id is missing", "AccountSid" if not account else path)
    return native(CONNECTOR, account, kind, sid)


def draft(event: str, verb: ActivityType, obj: Object, thread: Thread, how: Channel, visibility: Visibility) -> Draft:
    """An activity. Webhook and API give it one name, `event`, because that is part of its id."""
    return Draft(event=event, type=verb, object=obj, thread=thread, channel=how, visibility=visibility)


def placed(new: Draft, one: Ends, name: str | None, roles: tuple[Role, Role]) -> None:
    """Who to whom, through which account of ours."""
    inbound = one.inbound
    new.actor = party(one.account, one.sender, roles[0], ours=None if inbound is None else not inbound, name=name)
    other = party(one.account, one.receiver, roles[1], ours=inbound)
    new.participants = [other] if other is not None else []
    if inbound is not None:
        new.direction = "inbound" if inbound else "outbound"
        new.our_account = address(one.account, one.ours or "")
