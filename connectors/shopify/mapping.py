"""Shopify: a webhook's body to activities. The event is the first part of the header's topic, the verb its second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.shopify import resources
from commonline.connectors.shopify.shop import TOPIC
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

CONSENTS = ("customers_email_marketing_consent", "customers_marketing_consent")
PLANS = {("fulfillment_orders", verb) for verb in ("merged", "split", "moved")}
"""How the warehouse arranges its work; what comes of it is told by other topics."""
EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(resources.KINDS, resources.mapped),
    "customers": resources.customer,
    "customers.merge": resources.merged,
    **dict.fromkeys(CONSENTS, resources.customer),
}
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one resource of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    keys = _KEYS.decode(body).keys()
    topic = delivery.headers.get(TOPIC, "").lower()
    kind, _, verb = topic.partition("/")
    if not topic:
        kind, verb = _guess(frozenset(keys))
    if topic and not verb:
        raise MalformedPayloadError("is no topic of Shopify", TOPIC)
    if (kind, verb) == ("customers", "merge"):
        kind = "customers.merge"
    elif (kind, verb) in PLANS:
        kind = f"{kind}.{verb}"
    return [Entry(0, kind, (verb, body), "", delivery, settings)]


def _guess(keys: frozenset[str]) -> tuple[str, str]:
    """A body whose header is lost: what it is can be told of the resources with many fields."""
    if {"financial_status", "order_number"} <= keys or {"line_items", "checkout_token"} <= keys:
        return "orders", "updated"
    if {"orders_count", "addresses"} <= keys or {"email_marketing_consent", "first_name"} <= keys:
        return "customers", "update"
    return "object", ""
