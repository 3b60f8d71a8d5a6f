"""Records to drafts: what each kind of record is in the words of the contract."""

from __future__ import annotations

from typing import Any

from commonline.connectors.salesforce.organisation import Organisation, line, moment, name_of, text
from commonline.connectors.salesforce.payload import Record
from commonline.kit.accounts import claim, mailto
from commonline.kit.declared.guesses import is_secretive
from commonline.kit.draft import Draft
from commonline.kit.mail.headers import message_ids, mid
from commonline.kit.text import link_spans
from commonline.schemas.records import Channel, Object, ObjectType, Party, Reference, Thread, Visibility

KINDS: dict[str, tuple[ObjectType, Channel, Visibility]] = {
    "Case": ("Ticket", "ticket", "customer"),
    "CaseComment": ("Note", "ticket", "internal"),
    "EmailMessage": ("Note", "email", "customer"),
    "Contact": ("Person", "crm", "internal"),
    "Lead": ("Person", "crm", "internal"),
    "Account": ("Organization", "crm", "internal"),
    "Opportunity": ("Deal", "crm", "internal"),
    "Order": ("Order", "commerce", "customer"),
    "Task": ("Task", "crm", "internal"),
    "Event": ("Event", "calendar", "internal"),
}
OTHER: tuple[ObjectType, Channel, Visibility] = ("Record", "crm", "internal")
STATES = ("Status", "StageName", "Priority", "Origin", "Type", "Reason", "LeadSource", "Rating", "Industry")
INBOUND = frozenset({"Email", "Web", "Phone"})
"""Origins of a case with which Salesforce begins."""
MOST_FIELDS = 40


def about(event: str, place: Organisation, record: Record) -> Draft:
    """The draft of a record, as if it were just created."""
    kind, channel, visibility = KINDS.get(record.entity, OTHER)
    fields = record.fields
    obj = Object(id=place.uri(record.entity, record.id), type=kind, created=moment(fields, "CreatedDate"))
    obj.title = line(fields.get("Subject")) or name_of(fields) or line(fields.get("CaseNumber"))
    obj.text = text(fields.get("Description"))
    obj.version = _version(fields)
    new = Draft(
        event=f"{record.entity}.{event}",
        type="Create",
        object=obj,
        thread=Thread(id=obj.id, title=obj.title),
        channel=channel,
        visibility=visibility,
        published=moment(fields, "CreatedDate"),
        fields={name.lower(): value for name in STATES if (value := line(fields.get(name)))},
    )
    for name, role in (("OwnerId", "assignee"), ("CreatedById", "agent")):
        if party := place.user(fields.get(name), role):  # type: ignore[arg-type]
            new.participants.append(party)
    _SPECIAL.get(record.entity, _other)(place, record, new)
    obj.spans = link_spans(obj.text) if obj.text else []
    return new


def first_told(record: Record, new: Draft) -> None:
    """A case that came by mail, web form or telephone is its customer's words, whoever wrote it down."""
    fields = record.fields
    if record.entity != "Case" or not (fields.get("SuppliedEmail") or line(fields.get("Origin")) in INBOUND):
        return
    who = next((one for one in new.participants if one.role == "requester"), None)
    if who is not None:
        new.participants.remove(who)
        who.role = "author"
        new.actor, new.direction = who, "inbound"


def _version(fields: dict[str, Any]) -> str | None:
    at = moment(fields, "LastModifiedDate", "SystemModstamp")
    return None if at is None else str(at)


def _case(place: Organisation, record: Record, new: Draft) -> None:
    fields = record.fields
    closed = fields.get("IsClosed")
    status = (line(fields.get("Status")) or "").lower()
    if closed is not None or status:
        new.thread.state = "closed" if closed in (True, "true") or status == "closed" else "open"
    if number := line(fields.get("CaseNumber")):
        new.fields["number"] = number
    supplied = mailto(line(fields.get("SuppliedEmail")))
    contact = place.of(fields.get("ContactId"), "Contact")
    if account := contact or supplied:
        who = Party(account=account, kind="person", side="customer", role="requester")
        who.name = line(fields.get("SuppliedName"))
        who.claims = claim(supplied, "asserted") if supplied != account else []
        new.participants.append(who)


def _comment(place: Organisation, record: Record, new: Draft) -> None:
    fields = record.fields
    new.object.text = text(fields.get("CommentBody"))
    new.visibility = "customer" if fields.get("IsPublished") in (True, "true") else "internal"
    _in_case(place, fields.get("ParentId"), new)
    new.actor = place.user(fields.get("CreatedById"), "author")
    new.participants = []


def _mail(place: Organisation, record: Record, new: Draft) -> None:
    fields = record.fields
    new.object.text = text(fields.get("TextBody")) or text(fields.get("HtmlBody"))
    incoming = fields.get("Incoming")
    address = mailto(line(fields.get("FromAddress")))
    side = "customer" if incoming in (True, "true") else "us" if incoming in (False, "false") else "unknown"
    if address:
        who = Party(account=address, kind="unknown", side=side, role="author")  # type: ignore[arg-type]
        who.name, who.claims = line(fields.get("FromName")), claim(address, "asserted")
        new.actor = who
    if side != "unknown":
        new.direction = "inbound" if side == "customer" else "outbound"
    new.participants = [
        Party(account=one, kind="unknown", role="to")
        for part in (line(fields.get("ToAddress")) or "").split(";")
        if (one := mailto(part))
    ]
    ids = message_ids(line(fields.get("MessageIdentifier")) or "")
    new.references = [Reference(kind="related", id=mid(one)) for one in ids[:1]]
    _in_case(place, fields.get("ParentId"), new)
    new.published = moment(fields, "MessageDate", "CreatedDate")


def _in_case(place: Organisation, parent: Any, new: Draft) -> None:
    if case := place.of(parent, "Case"):
        new.thread = Thread(id=case)


def _person(place: Organisation, record: Record, new: Draft) -> None:
    new.participants.append(place.person(record, "subject"))


def _deal(place: Organisation, record: Record, new: Draft) -> None:
    amount = record.fields.get("Amount")
    if isinstance(amount, (int, float)) and not isinstance(amount, bool):
        new.metrics = {"amount": float(amount)}
    if account := place.of(record.fields.get("AccountId"), "Account"):
        new.participants.append(Party(account=account, kind="organisation", side="customer", role="subject"))


def _activity(place: Organisation, record: Record, new: Draft) -> None:
    """Tasks and events are about somebody and something."""
    if who := place.of(record.fields.get("WhoId")):
        new.participants.append(Party(account=who, kind="person", side="customer", role="subject"))
    if what := place.of(record.fields.get("WhatId")):
        new.references.append(Reference(kind="related", id=what))
        if "/Case/" in what:
            new.thread = Thread(id=what)


def _other(place: Organisation, record: Record, new: Draft) -> None:  # noqa: ARG001 - one of several alike
    """Records of any other kind: their scalars, which feeds hide unless a policy lists them."""
    shown = ((name, line(value)) for name, value in record.fields.items() if name != "Id" and not is_secretive(name))
    new.fields.update([(name, value[:300]) for name, value in shown if value][:MOST_FIELDS])


_SPECIAL = {
    "Case": _case,
    "CaseComment": _comment,
    "EmailMessage": _mail,
    "Contact": _person,
    "Lead": _person,
    "Account": lambda _place, _record, _new: None,
    "Opportunity": _deal,
    "Task": _activity,
    "Event": _activity,
}
