"""Calls of the Segment specification to activities: one body is one call, a batch, or a list of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.segment import calls, tracks
from commonline.connectors.segment.payload import BATCH, CALL, KEYS, LIST, Batch, Call
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {
    "track": tracks.track,
    "identify": calls.identify,
    "group": calls.group,
    "page": calls.view,
    "screen": calls.view,
    "alias": calls.alias,
    "merge": calls.merge,
    "delete": calls.delete,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Every call of the body; one that is none becomes a dead letter by itself."""
    body = (delivery.body or b"").strip()
    if body.startswith(b"["):
        return [_entry(n, raw, f"[{n}]", None, delivery, settings) for n, raw in enumerate(LIST.decode(body))]
    if "batch" in KEYS.decode(body):
        batch = BATCH.decode(body)
        parts = enumerate(batch.batch)
        return [_entry(n, raw, f"batch[{n}]", batch, delivery, settings) for n, raw in parts]
    return [_entry(0, body, "", None, delivery, settings)]


def _entry(
    index: int,
    raw: msgspec.Raw | bytes,
    path: str,
    batch: Batch | None,
    delivery: Delivery,
    settings: Mapping[str, Any],
) -> Entry:
    try:
        call = CALL.decode(raw)
    except msgspec.ValidationError as error:
        return Entry(index, "call", _fault(error), path, delivery, settings)
    if batch is not None:
        call.sent = call.sent if call.sent is not None else batch.sent
        call.context = call.context or batch.context
    call.type = _type(call)
    return Entry(index, tracks.event_of(call) if call.type == "track" else call.type, call, path, delivery, settings)


def _fault(error: msgspec.ValidationError) -> Exception:
    message, _, place = str(error).partition(" - at ")
    return MalformedPayloadError(message, place.strip("`").removeprefix("$").removeprefix(".") or "$")


def _type(call: Call) -> str:
    """What kind of call it is; calls to ``/v1/track`` and the like tell it by their address only."""
    told = call.type or call.action
    if told:
        return told
    if call.event:
        return "track"
    if call.previous_id is not None:
        return "alias"
    if call.group_id is not None:
        return "group"
    return "identify" if call.traits is not None else "object"
