"""Deals, leads, people, organisations, notes and activities: made, changed, merged, deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from commonline.connectors.pipedrive.crm import Crm, container, id_of, organization_of, visibility
from commonline.connectors.pipedrive.payload import PLAIN, RECORD, Amount, Meta, Record, Told
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, render_html
from commonline.schemas.records import Change, Claim, Object, ObjectType, Party, Reference, Thread, ThreadState

KINDS: dict[str, ObjectType] = {
    "deal": "Deal",
    "lead": "Deal",
    "person": "Person",
    "organization": "Organization",
    "note": "Note",
    "activity": "Task",
}
ACTIVITIES: dict[str, ObjectType] = {"call": "Call", "meeting": "Meeting"}
CREATED = frozenset({"added", "create"})
DELETED = frozenset({"deleted", "delete"})
STATES: dict[str, ThreadState] = {"open": "open", "won": "closed", "lost": "closed", "deleted": "closed"}
SNAPSHOT = "snapshot"
FIELDS = {
    "title": "title",
    "name": "title",
    "subject": "title",
    "content": "body",
    "note": "body",
    "status": "status",
    "done": "status",
    "value": "amount",
    "currency": "x.currency",
    "stage_id": "stage",
    "pipeline_id": "x.pipeline",
    "owner_id": "owner",
    "user_id": "owner",
    "person_id": "x.person",
    "org_id": "x.organization",
    "deal_id": "x.deal",
    "expected_close_date": "due",
    "due_date": "due",
    "due_time": "x.due_time",
    "lost_reason": "x.lost_reason",
    "probability": "x.probability",
    "visible_to": "visibility",
    "email": "email",
    "emails": "email",
    "phone": "phone",
    "phones": "phone",
    "label": "tags",
    "label_ids": "tags",
    "marketing_status": "consent.email",
}
"""What Pipedrive calls a property, and the contract. Counters and times of Pipedrive's own are no facts."""
SHORT = 500


def mapped(entry: Entry) -> list[Draft] | Ignored:
    """A record."""
    told: Told = entry.body
    one = RECORD.decode(told.raw)
    meta = told.meta
    number = id_of(one.id) or (id_of(meta.entity_id) or id_of(meta.id) if meta else "")
    if not number:
        raise MalformedPayloadError("the id is missing", "data.id")
    crm = Crm(entry)
    new = _record(entry, crm, one, number)
    if meta is None:
        return [_polled(new, crm, one)]
    new.actor = crm.user(meta.user_id, "author")
    new.automated = new.actor is None
    if new.actor is not None:
        known = (party.name for party in new.participants if party.account == new.actor.account)
        new.actor.name = next(known, None)
    if meta.action in CREATED:
        return [new]
    at = times.parse(one.update_time) if meta.action not in DELETED else None
    new.published = at or times.parse(meta.timestamp_micro or meta.timestamp)
    new.revision = f"{at}" if at is not None else ""
    if meta.action in DELETED:
        return [_deleted(new, crm, told.kind, meta)]
    new.type, new.object.version = "Update", str(at) if at is not None else None
    new.changes = _changes(told)
    if meta.action == "merged":
        new.changes.append(Change(field="x.merged", after=number))
    return [new] if new.changes or not told.before else Ignored("no-content")


def _record(entry: Entry, crm: Crm, one: Record, number: str) -> Draft:
    """The record as it is now, as if it was new."""
    told: Told = entry.body
    kind = told.kind
    obj = Object(id=crm.uri(kind, number), type=KINDS[kind], title=one_line(one.title or one.name or one.subject))
    obj.created, obj.url = times.parse(one.add_time), crm.url(kind, number)
    if kind == "activity":
        obj.type = ACTIVITIES.get(one.type or "", "Task")
        obj.start_time, obj.end_time = _span(one)
    said = one.content if kind == "note" else one.note or one.public_description or None
    if said is not None and kind in ("note", "activity"):
        plain = render_html(said)
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"
    thread, above = _thread(crm, kind, one, obj)
    new = Draft(
        event=f"{kind}.{told.meta.action if told.meta else SNAPSHOT}",
        type="Create",
        object=obj,
        thread=thread,
        channel="crm",
        visibility=visibility(one),
        participants=_people(crm, kind, number, one),
        references=above,
        direction="internal",
        published=obj.created,
    )
    _facts(new, one)
    return new


def _people(crm: Crm, kind: str, number: str, one: Record) -> list[Party]:
    found = [crm.itself(kind, number, one)] if kind in ("person", "organization") else crm.linked(one)
    owner = crm.user(one.owner_id if one.owner_id is not None else one.user_id, "owner", one.owner_name)
    return [*found, owner] if owner is not None else found


def _thread(crm: Crm, kind: str, one: Record, obj: Object) -> tuple[Thread, list[Reference]]:
    """A note or activity stands in the thread of its deal, else lead, person, organisation."""
    if kind not in ("note", "activity"):
        state = STATES.get(one.status or "", "unknown") if kind == "deal" else "unknown"
        return Thread(id=obj.id, title=obj.title, state=state, container=container(crm, one)), []
    title = one.deal_title or (one.deal.title if one.deal else None)
    around = [("deal", id_of(one.deal_id), title), ("lead", id_of(one.lead_id), None)]
    around += [("person", id_of(one.person_id), one.person_name), ("organization", organization_of(one), one.org_name)]
    above = [(crm.uri(name, number), shown) for name, number, shown in around if number]
    if not above:
        return Thread(id=obj.id, title=obj.title), []
    uri, shown = above[0]
    return Thread(id=uri, title=one_line(shown)), [Reference(kind="parent", id=uri)]


def _facts(new: Draft, one: Record) -> None:
    amount = one.value.amount if isinstance(one.value, Amount) else one.value
    currency = one.value.currency if isinstance(one.value, Amount) else one.currency
    if amount is not None:
        new.metrics["amount"] = float(amount)
    done = None if one.done is None else "done" if one.done else "open"
    facts = {
        "status": one.status or done,
        "currency": currency,
        "stage": id_of(one.stage_id),
        "lost_reason": one.lost_reason,
        "activity": one.type,
    }
    new.fields = {name: line for name, value in facts.items() if (line := one_line(value))}


def _span(one: Record) -> tuple[int | None, int | None]:
    """When an activity is planned. Its time is in UTC; without one it is a day."""
    if not one.due_date:
        return None, None
    begin = times.parse(f"{one.due_date}T{one.due_time}" if one.due_time else one.due_date)
    hours, colon, minutes = (one.duration or "").partition(":")
    if begin is None or not colon or not (hours.isdecimal() and minutes[:2].isdecimal()) or len(hours) > 4:
        return begin, None
    return begin, begin + int(timedelta(hours=int(hours), minutes=int(minutes[:2])).total_seconds()) * times.SECOND


def _polled(new: Draft, crm: Crm, one: Record) -> Draft:
    """A snapshot: as new if it was never changed, else an Update that cannot know what changed, and by whom."""
    author = crm.user(one.creator_user_id if new.object.type != "Note" else one.user_id, "author")
    new.actor = author
    created, updated = times.parse(one.add_time), times.parse(one.update_time)
    if updated is not None and updated != created:
        new.type, new.published = "Update", updated
        new.revision = new.object.version = str(updated)
        new.actor, new.object.author = None, author
    return new


def _deleted(new: Draft, crm: Crm, kind: str, meta: Meta) -> Draft:
    new.type, new.object.text, new.object.spans = "Delete", None, []
    new.revision = ""
    into = id_of(meta.merged_to_id)
    if into:
        uri = crm.uri(kind, into)
        new.references = [*new.references, Reference(kind="merged_into", id=uri)]
        for party in new.participants:
            if party.account == new.object.id:
                party.claims = [Claim(relation="merged_into", account=uri, trust="verified")]
    return new


def _changes(told: Told) -> list[Change]:
    now = PLAIN.decode(told.raw) or {}
    found: dict[str, Change] = {}
    for name, before in told.before.items():
        field = FIELDS.get(name)
        if field is not None and before != now.get(name):
            old, new = (None, None) if field == "body" else (_shown(before), _shown(now.get(name)))
            found.setdefault(field, Change(field=field, before=old, after=new))
    return list(found.values())


def _shown(value: Any) -> str | None:
    """A value of any kind as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text for one in value if (text := _shown(one))) or None
    if isinstance(value, dict):
        return _shown(next((value[key] for key in ("value", "name", "amount", "id") if value.get(key)), None))
    return None if value is None else (one_line(str(value)) or "")[:SHORT] or None
