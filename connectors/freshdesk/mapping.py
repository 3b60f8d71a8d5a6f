"""Freshdesk: an automation's webhook, or a ticket that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.freshdesk import automation, tickets
from commonline.connectors.freshdesk.payload import CALL
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    automation.CREATED: automation.created,
    automation.CHANGED: automation.changed,
    automation.TICKET: automation.ticket,
    tickets.SNAPSHOT: tickets.snapshot,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one ticket of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, tickets.SNAPSHOT, body, "", delivery, settings)]
    hook = CALL.decode(body).freshdesk_webhook
    if hook is None:
        return [Entry(0, "object", body, "", delivery, settings)]
    return [Entry(0, automation.trigger(hook), hook, "freshdesk_webhook", delivery, settings)]
