"""Rows to drafts: what each table is in the words of the contract."""

from __future__ import annotations

from typing import Any

from commonline.connectors.dynamics.payload import Reference, Row, date
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.declared.guesses import is_secretive
from commonline.kit.draft import Draft
from commonline.kit.mail.headers import message_ids, mid
from commonline.kit.text import html_to_text, link_spans, one_line, tidy
from commonline.schemas.records import Channel, Object, ObjectType, Party, PartyKind, Role, Side, Thread, Visibility
from commonline.schemas.records import Reference as Link

CONNECTOR = "dynamics"
KINDS: dict[str, tuple[ObjectType, Channel, Visibility]] = {
    "incident": ("Ticket", "ticket", "customer"),
    "email": ("Note", "email", "customer"),
    "annotation": ("Note", "crm", "internal"),
    "contact": ("Person", "crm", "internal"),
    "lead": ("Person", "crm", "internal"),
    "account": ("Organization", "crm", "internal"),
    "opportunity": ("Deal", "crm", "internal"),
    "phonecall": ("Call", "call", "internal"),
    "task": ("Task", "crm", "internal"),
    "appointment": ("Meeting", "meeting", "internal"),
}
OTHER: tuple[ObjectType, Channel, Visibility] = ("Record", "crm", "internal")
TITLES = ("title", "subject", "fullname", "name")
CHOICES = {"statuscode": "status", "statecode": "state", "prioritycode": "priority", "caseorigincode": "origin"}
CLOSED = frozenset({"1", "2"})
"""States of a case: 0 is active, 1 resolved, 2 cancelled."""
MOST_FIELDS = 40
_PEOPLE: dict[str, PartyKind] = {"contact": "person", "lead": "person", "account": "organisation", "team": "group"}


class Place:
    """Whose rows these are."""

    def __init__(self, organisation: str, region: str | None) -> None:
        self._organisation, self.region = organisation, region

    def uri(self, table: str, number: str) -> str:
        """``dynamics:acme/incident/5b8f…``"""
        return native(CONNECTOR, self._organisation, table, number)

    def party(self, told: Reference | None, role: Role) -> Party | None:
        """Somebody whom a column names: users and teams are us, everybody else is not."""
        if told is None:
            return None
        table = told.table or "systemuser"
        side: Side = "us" if table in ("systemuser", "team") else "customer"
        kind = _PEOPLE.get(table, "person")
        return Party(account=self.uri(table, told.id), kind=kind, side=side, role=role, name=one_line(told.name))


def about(place: Place, row: Row, event: str) -> Draft:
    """The draft of a row, as if it were just created."""
    kind, channel, visibility = KINDS.get(row.table, OTHER)
    obj = Object(id=place.uri(row.table, row.id), type=kind, created=date(row.values.get("createdon")))
    obj.title = next((told for name in TITLES if (told := line(row.values.get(name)))), None) or _full_name(row)
    obj.text = _text(row.values.get("description"))
    modified = date(row.values.get("modifiedon"))
    obj.version = str(modified) if modified is not None else None
    new = Draft(
        event=f"{row.table}.{event}"[:120],
        type="Create",
        object=obj,
        thread=Thread(id=obj.id, title=obj.title),
        channel=channel,
        visibility=visibility,
        actor=place.party(row.references.get("createdby"), "author"),
        published=obj.created,
    )
    if owner := place.party(row.references.get("ownerid"), "assignee"):
        new.participants.append(owner)
    for name, field in CHOICES.items():
        if value := line(row.shown.get(name)) or line(row.values.get(name)):
            new.fields[field] = value
    _SPECIAL.get(row.table, _other)(place, row, new)
    obj.spans = link_spans(obj.text) if obj.text else []
    return new


def line(value: Any) -> str | None:
    """A scalar as one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return one_line(str(value)) if isinstance(value, (str, int, float)) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    plain = html_to_text(value) if "</" in value or "<br" in value else tidy(value, []).text
    return plain.strip() or None


def _full_name(row: Row) -> str | None:
    return line(f"{row.values.get('firstname') or ''} {row.values.get('lastname') or ''}")


def _case(place: Place, row: Row, new: Draft) -> None:
    state = line(row.values.get("statecode"))
    if state is not None:
        new.thread.state = "closed" if state in CLOSED else "open"
    if number := line(row.values.get("ticketnumber")):
        new.fields["number"] = number
    if who := place.party(row.references.get("customerid"), "requester"):
        new.participants.append(who)


def _email(place: Place, row: Row, new: Draft) -> None:
    """Outgoing if `directioncode` says so; the sender's address is what the mail said."""
    outgoing = row.values.get("directioncode")
    sender = mailto(line(row.values.get("sender")))
    if sender:
        side: Side = "us" if outgoing is True else "customer" if outgoing is False else "unknown"
        new.actor = Party(account=sender, kind="unknown", side=side, role="author", claims=claim(sender, "asserted"))
    if isinstance(outgoing, bool):
        new.direction = "outbound" if outgoing else "inbound"
    parts = (line(row.values.get("torecipients")) or "").replace(",", ";").split(";")
    new.participants += [Party(account=one, kind="unknown", role="to") for part in parts if (one := mailto(part))]
    ids = message_ids(line(row.values.get("messageid")) or "")
    new.references = [Link(kind="related", id=mid(one)) for one in ids[:1]]
    _regarding(place, row.references.get("regardingobjectid"), new)


def _note(place: Place, row: Row, new: Draft) -> None:
    new.object.text = _text(row.values.get("notetext"))
    _regarding(place, row.references.get("objectid"), new)


def _regarding(place: Place, told: Reference | None, new: Draft) -> None:
    if told is not None and told.table:
        new.thread = Thread(id=place.uri(told.table, told.id), title=one_line(told.name))


def _person(place: Place, row: Row, new: Draft) -> None:
    party = Party(account=new.object.id, kind="person", side="customer", role="subject", name=new.object.title)
    party.claims = claim(mailto(line(row.values.get("emailaddress1"))), "entered")
    for name in ("telephone1", "mobilephone"):
        party.claims += claim(tel(line(row.values.get(name)), place.region), "entered")
    new.participants.append(party)


def _deal(place: Place, row: Row, new: Draft) -> None:
    amount = row.values.get("estimatedvalue")
    if isinstance(amount, (int, float)) and not isinstance(amount, bool):
        new.metrics = {"amount": float(amount)}
    if who := place.party(row.references.get("customerid"), "subject"):
        new.participants.append(who)


def _activity(place: Place, row: Row, new: Draft) -> None:
    _regarding(place, row.references.get("regardingobjectid"), new)


def _other(place: Place, row: Row, new: Draft) -> None:  # noqa: ARG001 - one of several alike
    """Rows of any other table: their scalars, which feeds hide unless a policy lists them."""
    shown = ((name, line(row.shown.get(name) or value)) for name, value in row.values.items() if not is_secretive(name))
    new.fields.update([(name, value[:300]) for name, value in shown if value][:MOST_FIELDS])


_SPECIAL = {
    "incident": _case,
    "email": _email,
    "annotation": _note,
    "contact": _person,
    "lead": _person,
    "opportunity": _deal,
    "account": lambda _place, _row, _new: None,
    **dict.fromkeys(("phonecall", "task", "appointment"), _activity),
}
