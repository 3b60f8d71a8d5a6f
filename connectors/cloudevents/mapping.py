"""CloudEvents to activities: as the source's mapping says, or what the envelope alone tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.cloudevents import envelope, facts
from commonline.connectors.cloudevents.envelope import BATCH, PREFIX, Event
from commonline.errors import MalformedPayloadError
from commonline.kit.declared.bodies import media_type
from commonline.kit.declared.plan import plan
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {"event": facts.event}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Compile the source's expressions. Raises `ConfigurationError` naming the key and the fix."""
    if settings["mapping"]:
        plan(settings["mapping"], facts.DEFAULTS)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The events of a message. One of a batch that is broken becomes a dead letter by itself."""
    if f"{PREFIX}specversion" in delivery.headers:
        return [Entry(0, "event", envelope.binary(delivery), "", delivery, settings)]
    kind = media_type(delivery)
    if kind.startswith("application/cloudevents") and not kind.endswith("+json"):
        return [Entry(0, kind, None, "", delivery, settings)]
    body = (delivery.body or b"").removeprefix(b"\xef\xbb\xbf").strip()
    if not body:
        return []
    told = envelope.values(body)
    if isinstance(told, list):
        return [_entry(n, one, f"[{n}]", delivery, settings) for n, one in enumerate(told)]
    if kind == BATCH:
        raise MalformedPayloadError("a batch is a list of events")
    return [_entry(0, told, "", delivery, settings)]


def _entry(index: int, told: Any, path: str, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    if not envelope.is_event(told):
        return Entry(index, "object", None, path, delivery, settings)
    event: Event | Exception
    try:
        event = envelope.structured(told, delivery)
    except MalformedPayloadError as error:
        event = error
    return Entry(index, "event", event, path, delivery, settings)
