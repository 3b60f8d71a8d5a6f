"""Zammad: a trigger's webhook, or a ticket that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.zammad import tickets
from commonline.connectors.zammad.payload import CALL, TICKET, Call
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {"trigger": tickets.told, tickets.TICKET: tickets.told}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one ticket of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, tickets.TICKET, Call(TICKET.decode(body)), "", delivery, settings)]
    call = CALL.decode(body)
    return [Entry(0, "trigger" if call.ticket is not None else "object", call, "", delivery, settings)]
