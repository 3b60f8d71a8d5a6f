"""ServiceNow: a record that the Table API gave, with its journal, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.servicenow import records
from commonline.connectors.servicenow.payload import PARTS
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {records.SNAPSHOT: records.snapshot}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one record of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    event = records.SNAPSHOT if "task" in PARTS.decode(body) else "object"
    return [Entry(0, event, body, "", delivery, settings)]
