"""Webhook events of CRM objects: contacts, companies, deals, tickets, products, line items and all others.

An event names the object and what happened, and for a changed property its new value. So a creation is
thin: the object's facts come as property changes, or from the search. `occurredAt` is the version of all of
them; HubSpot repeats it unchanged when it delivers again.
"""

from __future__ import annotations

import msgspec

from commonline.connectors.hubspot.payload import Event, Id, id_text
from commonline.connectors.hubspot.portal import (
    CHANNELS,
    FORMS,
    MACHINES,
    TYPES,
    Portal,
    contact,
    doer,
    kind_of,
    portal,
)
from commonline.connectors.hubspot.properties import Told, tell
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Claim, Object, Party, Reference

RANK = {"contact": 1, "company": 2, "deal": 3, "order": 3, "lead": 3, "ticket": 4, "conversation": 5}
"""Of two associated objects the one with the lower rank is added to the other; activities and custom ones are 0."""
ERASED = Change(field="privacy", after="erased")
TRUE = (True, "true")


def created(entry: Entry) -> list[Draft]:
    """An object was created. Thin."""
    new = _draft(entry)
    new.thin = True
    return [new]


def deleted(entry: Entry) -> list[Draft]:
    """An object was deleted; it can be restored for 90 days."""
    gone = _draft(entry)
    gone.type = "Delete"
    return [gone]


def erased(entry: Entry) -> list[Draft]:
    """A contact was deleted for good at their own wish (privacy law): others should forget them too."""
    [gone] = deleted(entry)
    gone.changes = [ERASED]
    return [gone]


def restored(entry: Entry) -> list[Draft]:
    """A deleted object came back."""
    back = _draft(entry)
    back.type, back.undoes = "Undo", "Delete"
    return [back]


def changed(entry: Entry) -> list[Draft]:
    """A property has a new value; the old one is not told."""
    event: Event = entry.body
    if not event.property_name:
        raise MalformedPayloadError("propertyName is missing", "propertyName")
    kind = object_kind(event)
    hidden = event.is_sensitive in TRUE
    told = Told() if hidden else tell(kind, event.property_name, event.property_value, entry.settings)
    if hidden:
        told.changes = [Change(field=f"x.{event.property_name}")]
    draft = _draft(entry, told)
    draft.type = "Update"
    return [draft]


def merged(entry: Entry) -> list[Draft]:
    """Objects were merged: each of them now is the one that remained, or a new one."""
    event: Event = entry.body
    where, kind = portal(event.portal_id), object_kind(event)
    primary = required(event.primary_object_id or event.object_id, "primaryObjectId")
    result = id_text(event.new_object_id) or primary
    ids = [required(one, "mergedObjectIds") for one in event.merged_object_ids or ()]
    gone = [one for one in dict.fromkeys([*ids, primary]) if one != result]
    remaining = where.uri(kind, result)
    drafts: list[Draft] = []
    for native_id in gone:
        draft = _draft(entry, native_id=native_id)
        draft.type = "Update"
        draft.references = [Reference(kind="merged_into", id=remaining)]
        draft.changes = [Change(field="merged_into", after=result)]
        if kind == "contact":
            claim = Claim(relation="merged_into", account=remaining, trust="entered")
            draft.participants = [contact(draft.object.id, [claim]), contact(remaining, [])]
        drafts.append(draft)
    return drafts


def associated(entry: Entry) -> list[Draft]:
    """Two objects were tied together or parted. HubSpot tells it from both ends: it is one fact."""
    event: Event = entry.body
    where = portal(event.portal_id)
    ends = [
        (_end_kind(event, 0), required(event.from_object_id, "fromObjectId")),
        (_end_kind(event, 1), required(event.to_object_id, "toObjectId")),
    ]
    ends.sort(key=lambda end: RANK.get(end[0], 0))
    (kind, native_id), (target_kind, target_id) = ends
    at = occurred(event)
    target = where.uri(target_kind, target_id)
    removed = event.association_removed in TRUE
    label = id_text(event.association_type_id) if event.association_category == "USER_DEFINED" else None
    edge = where.uri("association", kind, native_id, target_kind, target_id, *([label] if label else []))
    draft = Draft(
        event=entry.event,
        type="Remove" if removed else "Add",
        edge=edge,
        revision=version(at),
        object=Object(id=where.uri(kind, native_id), type=TYPES.get(kind, "Record"), url=where.url(kind, native_id)),
        thread=where.thread(target),
        channel=CHANNELS.get(target_kind, "crm"),
        visibility="internal",
        actor=doer(event, where),
        participants=_tied(where, ends, removed=removed),
        references=[Reference(kind="target", id=target)],
        direction="internal",
        automated=event.change_source in MACHINES,
        generator=event.change_source,
        published=at,
    )
    if event.association_type:
        draft.fields["association_type"] = event.association_type
    return [draft]


def _tied(where: Portal, ends: list[tuple[str, str]], *, removed: bool) -> list[Party]:
    (kind, native_id), (target_kind, target_id) = ends
    if kind == "contact":
        claims: list[Claim] = []
        if target_kind == "company" and not removed:
            company = where.uri("company", target_id)
            claims = [Claim(relation="member_of", account=company, trust="entered")]
        party = contact(where.uri(kind, native_id), claims)
        return [msgspec.structs.replace(party, role="requester") if target_kind == "ticket" else party]
    return [contact(where.uri("contact", target_id), [])] if target_kind == "contact" else []


def _end_kind(event: Event, end: int) -> str:
    type_id = event.to_object_type_id if end else event.from_object_type_id
    if type_id:
        return kind_of(type_id)
    ends = (event.association_type or "").lower().split("_to_")
    if len(ends) != 2 or not ends[end]:
        raise MalformedPayloadError("neither associationType nor object type ids say what is tied", "associationType")
    return ends[end]


def object_kind(event: Event) -> str:
    """``contact`` of ``contact.creation``, and of ``object.creation`` with the object type id 0-1."""
    kind = event.subscription_type.partition(".")[0]
    return kind_of(event.object_type_id) if kind == "object" else kind


def occurred(event: Event) -> int | None:
    """When, in microseconds."""
    return times.parse(event.occurred_at)


def version(at: int | None) -> str:
    """A time as a version: microseconds as text, empty if unknown."""
    return "" if at is None else str(at)


def required(value: Id | None, name: str) -> str:
    """An id that may not be empty. Raises `MalformedPayloadError` naming it."""
    text = id_text(value)
    if text is None:
        raise MalformedPayloadError(f"{name} is missing", name)
    return text


def _author(party: Party) -> Party:
    return msgspec.structs.replace(party, role="author")


def _draft(entry: Entry, told: Told | None = None, native_id: str | None = None) -> Draft:
    """A Create of the event's object, to be made into what happened; `told` is what is known of it now."""
    event: Event = entry.body
    told = told or Told()
    where, kind = portal(event.portal_id), object_kind(event)
    native_id = native_id or required(event.object_id, "objectId")
    at = occurred(event)
    claims = told.claims
    by_form = event.change_source in FORMS and kind == "contact"
    if by_form:
        claims = [msgspec.structs.replace(claim, trust="asserted") for claim in claims]
    uri = where.uri(kind, native_id)
    about = contact(uri, claims) if kind == "contact" else None
    return Draft(
        event=entry.event,
        type="Create",
        revision=version(at),
        object=Object(
            id=uri,
            type=TYPES.get(kind, "Record"),
            version=version(at) or None,
            url=where.url(kind, native_id),
            title=told.title,
            text=told.text,
        ),
        thread=where.thread(uri, told.title, told.state),
        channel=CHANNELS.get(kind, "crm"),
        visibility="internal",
        actor=_author(about) if by_form and about is not None else doer(event, where),
        participants=[about] if about is not None else [],
        direction="inbound" if by_form else "internal",
        automated=event.change_source in MACHINES,
        generator=event.change_source,
        published=at,
        changes=told.changes,
    )
