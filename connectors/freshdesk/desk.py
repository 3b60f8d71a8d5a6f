"""A Freshdesk account: what its tickets are called here, who is who, what its numbers mean."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.parse import urlsplit

from commonline.connectors.freshdesk.payload import Person, Remark, Ticket
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import Claim, Container, Party, Role, Thread, ThreadState, Visibility

CONNECTOR = "freshdesk"
STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed", 6: "waiting on customer", 7: "waiting on third party"}
STATES: dict[str, ThreadState] = {
    "open": "open",
    "pending": "pending",
    "waiting on customer": "pending",
    "waiting on third party": "pending",
    "resolved": "closed",
    "closed": "closed",
}
PRIORITY = {1: "low", 2: "medium", 3: "high", 4: "urgent"}
SOURCE = {
    1: "email",
    2: "portal",
    3: "phone",
    5: "twitter",
    6: "facebook",
    7: "chat",
    9: "feedback widget",
    10: "outbound email",
    13: "whatsapp",
}


class Desk:
    """The account of an entry. Raises `MalformedPayloadError` where neither body nor settings tell it."""

    def __init__(self, entry: Entry, link: str | None = None) -> None:
        told = entry.settings.get("domain") or _host(link)
        if not told:
            raise MalformedPayloadError("the account is told neither by a link nor by domain", "ticket_url")
        self.host = str(told).lower()
        self.region = entry.settings.get("region")

    def uri(self, kind: str, number: int | str | None) -> str:
        """``freshdesk:acme.freshdesk.com/ticket/12``. Raises `MalformedPayloadError` without an id."""
        text = str(number).strip() if number is not None else ""
        if not text:
            raise MalformedPayloadError(f"the id of the {kind} is missing", "id")
        return native(CONNECTOR, self.host, kind, text)

    def page(self, number: int | str) -> str | None:
        """Where agents see a ticket."""
        return f"https://{self.host}/a/tickets/{number}" if str(number).strip().isdigit() else None

    def requester(self, ticket: Ticket, role: Role) -> Party | None:
        """The customer of a ticket."""
        one = ticket.requester or Person(id=ticket.requester_id)
        number = one.id if one.id is not None else ticket.requester_id
        mail = mailto(one.email)
        account = self.uri("user", number) if number not in (None, "") else mail
        if account is None:
            return None
        party = Party(account=account, kind="person", side="customer", role=role, name=one_line(one.name))
        if number not in (None, ""):
            numbers = {claim.account: claim for each in (one.mobile, one.phone) for claim in self._numbers(each)}
            party.claims = claim(mail, "entered") + list(numbers.values())
        return party

    def _numbers(self, number: str | None) -> list[Claim]:
        return claim(tel(number, self.region), "entered")

    def agent(self, number: int | str | None, role: Role) -> Party | None:
        """A colleague, by number alone."""
        if number in (None, ""):
            return None
        return Party(account=self.uri("user", number), kind="person", side="us", role=role)

    def speaker(self, ticket: Ticket, one: Remark) -> Party | None:
        """Whoever wrote a reply or note. `incoming`: it is not by an agent."""
        requester = self.requester(ticket, "author")
        if one.user_id is not None and requester is not None and requester.account == self.uri("user", one.user_id):
            return requester
        name, address = parseaddr(one.from_email or "")
        if one.user_id in (None, ""):
            account = mailto(address) if one.incoming else None
            return Party(account=account, kind="person", side="customer", role="author", name=name) if account else None
        party = Party(account=self.uri("user", one.user_id), kind="person", role="author", name=one_line(name))
        party.side = "customer" if one.incoming else "us" if one.incoming is False else "unknown"
        party.claims = claim(mailto(address), "entered") if one.incoming else []
        return party

    def thread(self, ticket: Ticket) -> Thread:
        """A ticket as the container of what is said in it."""
        status = STATUS.get(ticket.status or 0, "")
        group = None
        if ticket.group_id not in (None, ""):
            group = Container(id=self.uri("group", ticket.group_id), kind="queue")
        uri = self.uri("ticket", ticket.id)
        return Thread(id=uri, title=one_line(ticket.subject), state=STATES.get(status, "unknown"), container=group)


def visibility(one: Remark) -> Visibility:
    """Replies and public notes are for the customer; what is not known to be public is not."""
    return "internal" if one.private else "customer" if one.private is False else "restricted"


def others(addresses: list[str] | None, role: Role, known: set[str | None]) -> list[Party]:
    """People in copy, by their addresses; those that are known already are left out."""
    found: list[Party] = []
    for one in addresses or []:
        name, address = parseaddr(one)
        account = mailto(address)
        if account is not None and account not in known:
            known.add(account)
            found.append(Party(account=account, kind="person", role=role, name=one_line(name)))
    return found


def _host(link: str | None) -> str:
    try:
        return urlsplit(link or "").netloc
    except ValueError:
        return ""
