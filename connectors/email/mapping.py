"""Raw mails as IMAP gives them: the kit knows what they tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.kit.mail import facts
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = facts.EVENTS


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One mail."""
    raw = delivery.body or b""
    return [facts.opened(raw, delivery, settings)] if raw.strip() else []
