"""Pipedrive: a webhook's body of either version, or a record that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.pipedrive import records
from commonline.connectors.pipedrive.payload import CALL, PLAIN, Told
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = dict.fromkeys(records.KINDS, records.mapped)
PLURALS = {"deals": "deal", "leads": "lead", "persons": "person", "organizations": "organization"}
PLURALS |= {"notes": "note", "activities": "activity"}
NOTHING = b"null"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one record of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        plural = (delivery.request or "").partition("?")[0].rpartition("/")[2]
        listed = PLURALS.get(plural, plural)
        return [Entry(0, listed, Told(listed, body), "", delivery, settings)]
    call = CALL.decode(body)
    if call.meta is None:
        return [Entry(0, "object", body, "", delivery, settings)]
    kind = call.meta.entity or call.meta.object
    if not kind:
        raise MalformedPayloadError("what it is about is missing", "meta.entity")
    now = call.data if bytes(call.data) != NOTHING else call.current
    raw = now if bytes(now) != NOTHING else call.previous
    before = (PLAIN.decode(call.previous) or {}) if kind in EVENTS else {}
    told = Told(kind, bytes(raw) if bytes(raw) != NOTHING else b"{}", before, call.meta)
    return [Entry(0, kind, told, "data" if now is call.data else "current", delivery, settings)]
