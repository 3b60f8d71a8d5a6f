"""Intercom: a notification, or a conversation or ticket that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.intercom import conversations, people
from commonline.connectors.intercom.desk import Told
from commonline.connectors.intercom.payload import NOTIFICATION
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "conversation": conversations.conversation,
    "conversation.deleted": conversations.deleted,
    "conversation_part.redacted": conversations.redacted,
    "ticket": conversations.ticket,
    "contact": people.contact,
    "company": people.company,
    "event.created": people.tracked,
}
_ADMIN = ("replied", "assigned", "noted", "closed", "opened", "open.assigned", "snoozed", "unsnoozed", "single.created")
CONVERSATION = frozenset(
    {
        *(f"conversation.admin.{verb}" for verb in _ADMIN),
        *(f"conversation.{one}" for one in ("user.created", "user.replied", "operator.replied")),
        *(f"conversation.{one}" for one in ("priority.updated", "rating.added")),
    }
)
TICKET = frozenset(
    f"ticket.{one}"
    for one in (
        *("created", "closed", "state.updated", "contact.replied", "admin.replied", "admin.assigned"),
        *("team.assigned", "note.created"),
    )
)
COMPANY = frozenset({"company.created", "company.updated", "company.deleted"})


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        kind = "ticket" if "/tickets/" in (delivery.request or "") else "conversation"
        told = Told(f"{kind}.{conversations.SNAPSHOT}", str(settings.get("app_id") or ""), None, body)
        return [Entry(0, kind, told, "", delivery, settings)]
    head = NOTIFICATION.decode(body)
    if head.type != "notification_event":
        return [Entry(0, "object", body, "", delivery, settings)]
    if not head.topic:
        raise MalformedPayloadError("the topic is missing", "topic")
    told = Told(head.topic, head.app_id or "", head.created_at, bytes(head.data.item))
    return [Entry(0, _event(head.topic), told, "data.item", delivery, settings)]


def _event(topic: str) -> str:
    """Topics about one kind of thing are mapped together; all others keep their names."""
    if topic in CONVERSATION:
        return "conversation"
    if topic in TICKET:
        return "ticket"
    if topic in COMPANY:
        return "company"
    return "contact" if people.verb(topic) else topic
