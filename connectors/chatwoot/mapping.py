"""Chatwoot: a webhook's body, or a conversation that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.chatwoot import changes, messages
from commonline.connectors.chatwoot.desk import Told
from commonline.connectors.chatwoot.payload import HEAD, Head
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "message_created": messages.created,
    "message_updated": messages.updated,
    "conversation_updated": changes.conversation,
    "conversation_status_changed": changes.conversation,
    "contact_created": changes.contact,
    "contact_updated": changes.contact,
    messages.SNAPSHOT: messages.snapshot,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, messages.SNAPSHOT, Told(Head(), body), "", delivery, settings)]
    head = HEAD.decode(body)
    return [Entry(0, head.event or "object", Told(head, body), "", delivery, settings)]
