"""WooCommerce: a webhook's body, or an order that the API gave, to activities. The event is the topic's resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.woocommerce import resources
from commonline.connectors.woocommerce.shop import TOPIC, Told
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {"order": resources.order, "customer": resources.customer}
VERBS = frozenset({resources.CREATED, resources.UPDATED, resources.DELETED, resources.RESTORED})


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one resource of a body."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, "order", Told(resources.SNAPSHOT, body), "", delivery, settings)]
    topic = delivery.headers.get(TOPIC, "").lower()
    resource, _, verb = topic.partition(".")
    event = (resource if verb in VERBS else topic) or "object"
    return [Entry(0, event, Told(verb, body), "", delivery, settings)]
