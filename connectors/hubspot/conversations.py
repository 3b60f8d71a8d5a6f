"""Webhook events of conversations. They carry ids only: what was written comes by the conversations API.

A conversation's `objectId` is its thread. `messageType` tells what customers see (MESSAGE) from what staff
write among themselves (COMMENT); a message of an unknown type is restricted until it is fetched.
"""

from __future__ import annotations

from commonline.connectors.hubspot.crm import ERASED, occurred, required, version
from commonline.connectors.hubspot.payload import Event
from commonline.connectors.hubspot.portal import MACHINES, Portal, doer, portal
from commonline.connectors.hubspot.properties import as_text
from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Object, ThreadState, Visibility

SEEN_BY: dict[str, Visibility] = {"MESSAGE": "customer", "WELCOME_MESSAGE": "customer", "COMMENT": "internal"}
STATES: dict[str, ThreadState] = {"OPEN": "open", "CLOSED": "closed"}
KIND = "conversation"
AGENT = "A-"
"""How the ids of agents begin."""


def created(entry: Entry) -> list[Draft]:
    """A conversation began. Thin."""
    new = _draft(entry)
    new.thin = True
    new.visibility = "customer"
    return [new]


def written(entry: Entry) -> list[Draft]:
    """A message or comment was written. Thin: who wrote what must be fetched."""
    event: Event = entry.body
    new = _draft(entry)
    where = portal(event.portal_id)
    message_id = required(event.message_id, "messageId")
    new.thin = True
    new.object = Object(id=where.uri("message", message_id), type="Note", url=new.object.url)
    new.visibility = SEEN_BY.get(event.message_type or "", "restricted")
    new.direction = "internal" if event.message_type == "COMMENT" else None
    return [new]


def changed(entry: Entry) -> list[Draft]:
    """A conversation was assigned, opened, closed, archived or brought back."""
    event: Event = entry.body
    value = as_text(event.property_value)
    if not event.property_name:
        raise MalformedPayloadError("propertyName is missing", "propertyName")
    draft = _draft(entry)
    draft.type = "Update"
    if event.property_name == "status":
        return [status(draft, value or "")]
    if event.property_name == "assignedTo":
        return [assigned(draft, value)]
    draft.changes = [Change(field=f"x.{event.property_name}", after=value)]
    return [draft]


def status(draft: Draft, value: str) -> Draft:
    """Make it a change of status."""
    draft.thread.state = STATES.get(value.upper(), "unknown")
    draft.changes = [Change(field="status", after=value.lower() or None)]
    return draft


def assigned(draft: Draft, actor_id: str | None) -> Draft:
    """Make it an assignment; None: to nobody."""
    draft.changes = [Change(field="assignee", after=actor_id.removeprefix(AGENT) if actor_id else None)]
    return draft


def deleted(entry: Entry) -> list[Draft]:
    """A conversation was thrown away."""
    gone = _draft(entry)
    gone.type = "Delete"
    return [gone]


def erased(entry: Entry) -> list[Draft]:
    """A conversation was deleted for good at a contact's wish."""
    [gone] = deleted(entry)
    gone.changes = [ERASED]
    return [gone]


def of_thread(where: Portal, event: str, thread_id: str, at: int | None) -> Draft:
    """A Create of a conversation, to be made into what happened to it."""
    uri = where.uri(KIND, thread_id)
    return Draft(
        event=event,
        type="Create",
        revision=version(at),
        object=Object(
            id=uri,
            type="Other",
            version=version(at) or None,
            url=where.url(KIND, thread_id),
        ),
        thread=where.thread(uri),
        channel="chat",
        visibility="internal",
        direction="internal",
        published=at,
    )


def _draft(entry: Entry) -> Draft:
    event: Event = entry.body
    where = portal(event.portal_id)
    draft = of_thread(where, entry.event, required(event.object_id, "objectId"), occurred(event))
    draft.actor = doer(event, where)
    draft.automated = event.change_source in MACHINES
    draft.generator = event.change_source
    return draft
