"""Activities as a viewer gets them, for tests of what is shown of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from commonline.schemas.models import Activity

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ANA = {"account": "facebook:1/2", "kind": "person", "side": "customer", "role": "author", "name": "Ana Silva"}


def said(text: str | None = "It leaks.", **more: Any) -> Activity:
    """A comment of Ana's; `more` are fields of the activity, `object` those of its object."""
    told = {
        "id": UUID(int=7),
        "workspace": "acme",
        "connector": "facebook",
        "source": "page",
        "event": "feed/comment/add",
        "type": "Create",
        "actor": ANA,
        "thread": {"id": "facebook:1/post/3"},
        "channel": "comment",
        "direction": "inbound",
        "visibility": "public",
        "published": NOON,
        "clock": "source",
        "received": NOON,
        "origin": {
            "delivery": UUID(int=9),
            "topic": "deliveries.v1",
            "partition": 0,
            "offset": 1,
            "index": 0,
            "mode": "live",
        },
    }
    obj = {"id": "facebook:1/comment/4", "type": "Note", "text": text, **more.pop("object", {})}
    return Activity.model_validate({**told, "object": obj, **more})
