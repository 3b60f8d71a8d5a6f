"""HubSpot: webhook arrays, workflow bodies and API answers to activities.

A webhook body is an array of up to 100 events of several accounts; each is an entry. A body that is an
object comes from a workflow's webhook action. What was polled is one object of an API answer; which one,
tells the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.hubspot import conversations, crm, messages, records
from commonline.connectors.hubspot.payload import Event, LooseEvent, Workflow
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

CRM: dict[str, EventMapping] = {
    "creation": crm.created,
    "deletion": crm.deleted,
    "merge": crm.merged,
    "restore": crm.restored,
    "propertyChange": crm.changed,
    "associationChange": crm.associated,
}
KINDS = ("contact", "company", "deal", "ticket", "line_item", "product", "object")
NEVER = frozenset({"product.associationChange"})
"""Not in HubSpot's list of subscriptions."""
WORKFLOWS = ("contact", "company", "deal", "ticket")
EVENTS: dict[str, EventMapping] = {
    **{f"{kind}.{what}": fn for kind in KINDS for what, fn in CRM.items() if f"{kind}.{what}" not in NEVER},
    "contact.privacyDeletion": crm.erased,
    "conversation.creation": conversations.created,
    "conversation.newMessage": conversations.written,
    "conversation.propertyChange": conversations.changed,
    "conversation.deletion": conversations.deleted,
    "conversation.privacyDeletion": conversations.erased,
    "conversations.thread": messages.thread,
    "conversations.message": messages.message,
    **{f"crm.{plural}": records.searched for plural in records.EVENTS_BY_KIND.values()},
    **{f"workflow.{kind}": records.from_workflow for kind in WORKFLOWS},
}
_EVENTS = msgspec.json.Decoder(list[Event])
_EVENT = msgspec.json.Decoder(Event)
_LOOSE = msgspec.json.Decoder(LooseEvent)
_RAW = msgspec.json.Decoder(list[msgspec.Raw])
_WORKFLOW = msgspec.json.Decoder(Workflow)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Open a body. An event that cannot be opened becomes a dead letter of its own.

    Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is neither an array of events nor a known
    object.
    """
    data = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, _polled(delivery.request or ""), data, "", delivery, settings)]
    if data.lstrip()[:1] == b"{":
        told = _WORKFLOW.decode(data)
        event = f"workflow.{records.workflow_object(told)[0]}"
        return [Entry(0, event, told, "", delivery, settings)]
    found: list[Entry] = []
    try:
        for number, one in enumerate(_EVENTS.decode(data)):
            found.append(Entry(number, one.subscription_type, one, f"[{number}]", delivery, settings))
    except msgspec.ValidationError:
        found = [_loose(n, raw, delivery, settings) for n, raw in enumerate(_RAW.decode(data))]
    return found


def _loose(number: int, raw: msgspec.Raw, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    path = f"[{number}]"
    try:
        one = _EVENT.decode(raw)
        return Entry(number, one.subscription_type, one, path, delivery, settings)
    except msgspec.ValidationError as error:
        fault = error
    try:
        event = _LOOSE.decode(raw).subscription_type
    except msgspec.ValidationError:
        event = ""
    return Entry(number, event, fault if event in EVENTS or not event else None, path, delivery, settings)


def _polled(request: str) -> str:
    """The event's name by the path that was asked for."""
    path = request.partition(" ")[2].partition("?")[0]
    parts = path.strip("/").split("/")
    if parts[:2] == ["crm", "v3"] and len(parts) == 5:
        return f"crm.{parts[3]}"
    if parts[:4] == ["conversations", "v3", "conversations", "threads"]:
        event = {5: "conversations.thread", 7: "conversations.message"}.get(len(parts))
        if event is not None:
            return event
    raise MalformedPayloadError("the request is none that this source makes", "request")
