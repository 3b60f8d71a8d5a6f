"""Stripe: an event to an activity. The event's name is its type without the verb: ``customer.subscription``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.stripe import objects
from commonline.connectors.stripe.payload import EVENT
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = dict.fromkeys(objects.KINDS, objects.mapped)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    event = EVENT.decode(delivery.body or b"")
    if event.object not in ("event", "v2.core.event"):
        return [Entry(0, "object", event, "", delivery, settings)]
    kind, _, verb = (event.type or "").rpartition(".")
    if not kind or not verb:
        raise MalformedPayloadError("the type is missing", "type")
    return [Entry(0, kind, event, "", delivery, settings)]
