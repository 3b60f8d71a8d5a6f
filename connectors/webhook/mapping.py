"""Bodies to drafts, as the source's configuration says; and as well as can be guessed where it says nothing.

Ids: ``webhook:<system>/<kind>/<id>``, system being the configured word or the source's name. Without an expression
for the id, each body is an object of its own, its id a digest of its values: a redelivery meets it, an edit cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.kit.declared import bodies
from commonline.kit.declared.expressions import Scope
from commonline.kit.declared.items import Part, drafts
from commonline.kit.declared.plan import Plan, plan
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENT = "event"


def check_settings(settings: Mapping[str, Any]) -> None:
    """Compile the source's expressions. Raises `ConfigurationError` naming the key and the fix."""
    plan(settings["mapping"])


def declared(settings: Mapping[str, Any]) -> Plan:
    """The compiled table, for the engine that does what is commonplace. Raises `ConfigurationError`."""
    return plan(settings["mapping"])


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The items of a body: of the expression ``items``, else of a list or of JSON lines, else the body itself."""
    compiled = plan(settings["mapping"])
    body = bodies.decode(delivery)
    if isinstance(body, bodies.UnsupportedBody):
        return [Entry(0, body.media_type, None, "", delivery, settings)]
    found = compiled.get.get("items")
    place: str | None = "items" if found else ""
    items = found(Scope(body, body, delivery)) if found else body
    if not isinstance(items, list):
        items, place = ([] if items in (None, "") or items == {} else [items]), None
    return [
        Entry(
            index=index,
            event=EVENT,
            body=Part(compiled, Scope(item, body, delivery)),
            path="" if place is None else f"{place}[{index}]",
            delivery=delivery,
            settings=settings,
        )
        for index, item in enumerate(items)
    ]


EVENTS: dict[str, EventMapping] = {EVENT: drafts}
