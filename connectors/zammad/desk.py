"""A Zammad: what its tickets are called here, who is who."""

from __future__ import annotations

from email.utils import getaddresses, parseaddr
from urllib.parse import urlsplit

from commonline.connectors.zammad.payload import Article, File, Id, Named, Person, Ticket
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.attachments import attached
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line
from commonline.schemas.records import (
    Attachment,
    Channel,
    Container,
    Party,
    PartyKind,
    Role,
    Side,
    Thread,
    ThreadState,
    Visibility,
)

CONNECTOR = "zammad"
NOBODY = "1"
"""The user who stands for nobody, and for Zammad itself."""
SIDES: dict[str, Side] = {"agent": "us", "system": "us", "customer": "customer"}
STATES: dict[str, ThreadState] = {
    "new": "open",
    "open": "open",
    "pending reminder": "pending",
    "pending close": "pending",
    "closed": "closed",
    "merged": "closed",
    "removed": "closed",
}
CHANNELS: dict[str, Channel] = {
    "email": "email",
    "phone": "call",
    "sms": "sms",
    "web": "form",
    "chat": "chat",
    "facebook feed post": "post",
    "facebook feed comment": "comment",
    "twitter status": "post",
    "twitter direct-message": "direct_message",
    "telegram personal-message": "direct_message",
    "whatsapp message": "direct_message",
}


class Desk:
    """The Zammad of an entry."""

    def __init__(self, entry: Entry) -> None:
        parts = urlsplit(str(entry.settings["url"]))
        self.host = (parts.netloc or parts.path).lower()
        self.base = str(entry.settings["url"]).rstrip("/")
        self.region = entry.settings.get("region")

    def uri(self, kind: str, number: Id) -> str:
        """``zammad:help.acme.example/ticket/7``. Raises `MalformedPayloadError` without an id."""
        if number is None or number == "":
            raise MalformedPayloadError(f"the id of the {kind} is missing", f"{kind}.id")
        return native(CONNECTOR, self.host, kind, str(number))

    def person(self, one: Person | str | None, number: Id, role: Role, side: Side = "unknown") -> Party | None:
        """A user, written out or by id and login. None for nobody."""
        told = one if isinstance(one, Person) else Person(id=number, login=one)
        known = told.id if told.id is not None else number
        if known in (None, "") or str(known) == NOBODY:
            return None
        name = " ".join(part for part in (told.firstname, told.lastname) if part) or None
        mail = mailto(told.email) or mailto(told.login)
        party = Party(account=self.uri("user", known), kind="person", side=side, role=role, name=one_line(name))
        numbers = {
            each.account: each for text in (told.mobile, told.phone) for each in claim(self._tel(text), "entered")
        }
        party.claims = claim(mail, "entered") + list(numbers.values())
        return party

    def _tel(self, number: str | None) -> str | None:
        return tel(number, self.region)

    def customer(self, ticket: Ticket, role: Role) -> Party | None:
        """Whose ticket it is."""
        return self.person(ticket.customer, ticket.customer_id, role, "customer")

    def speaker(self, article: Article) -> Party | None:
        """Who said it: for whom an agent wrote it down, if that is told. Zammad itself is an application."""
        side = SIDES.get(named(article.sender).lower(), "unknown")
        name, address = parseaddr(article.from_ or "")
        for one, number in ((article.origin_by, article.origin_by_id), (article.created_by, article.created_by_id)):
            party = self.person(one, number, "author", side)
            if party is not None:
                party.name = party.name or one_line(name)
                if side == "customer" and (mail := mailto(address)) and not party.claims:
                    party.claims = claim(mail, "asserted")
                return party
        system = named(article.sender) == "System"
        account = self.uri("user", NOBODY) if system else mailto(address)
        if account is None:
            return None
        is_a: PartyKind = "application" if system else "person"
        return Party(account=account, kind=is_a, side=side, role="author", name=one_line(name))

    def thread(self, ticket: Ticket) -> Thread:
        """A ticket as the container of what is said in it."""
        number = ticket.group.id if isinstance(ticket.group, Named) else ticket.group_id
        group = None
        if number not in (None, ""):
            group = Container(id=self.uri("group", number), name=one_line(named(ticket.group)), kind="queue")
        return Thread(
            id=self.uri("ticket", ticket.id),
            title=one_line(ticket.title),
            state=STATES.get(named(ticket.state), "unknown"),
            container=group,
        )

    def page(self, ticket: Ticket) -> str | None:
        """Where agents see a ticket."""
        return f"{self.base}/#ticket/zoom/{ticket.id}" if isinstance(ticket.id, int) and ticket.id > 0 else None


def named(one: Named | str | None) -> str:
    """The name of a state, group or type; empty if there is none."""
    return (one.name if isinstance(one, Named) else one) or ""


def visibility(article: Article) -> Visibility:
    """Internal articles are internal; what is not known to be public is not."""
    return "internal" if article.internal else "customer" if article.internal is False else "restricted"


def others(article: Article, known: set[str | None]) -> list[Party]:
    """To whom it went, by address; those that are known already are left out."""
    found: list[Party] = []
    copies: list[tuple[Role, str | None]] = [("to", article.to), ("cc", article.cc)]
    for role, line in copies:
        for name, address in getaddresses([line or ""]):
            account = mailto(address)
            if account is not None and account not in known:
                known.add(account)
                found.append(Party(account=account, kind="person", role=role, name=one_line(name)))
    return found


def file(one: File) -> Attachment:
    """An attachment. Its bytes are asked for by id."""
    told = (one.preferences or {}).get("Content-Type") or (one.preferences or {}).get("Mime-Type")
    return attached(one.id, None, told if isinstance(told, str) else None, one.filename, one.size)
