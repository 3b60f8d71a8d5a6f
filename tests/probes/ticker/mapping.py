"""Every delivery is one entry that says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.schemas.records import Delivery


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One."""
    return [Entry(index=0, event="number", body=delivery.body, path="", delivery=delivery, settings=settings)]


def said_nothing(_: Entry) -> Ignored:
    """Nothing to map."""
    return Ignored("no-content")


EVENTS: dict[str, EventMapping] = {"number": said_nothing}
