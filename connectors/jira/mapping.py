"""Jira: a webhook's body, or an issue that the API gave, to activities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.jira import comments, issues
from commonline.connectors.jira.payload import CALL, ISSUE
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

TRANSITION = "transition"
EVENTS: dict[str, EventMapping] = {
    "jira:issue_created": issues.created,
    "jira:issue_updated": issues.updated,
    "jira:issue_deleted": issues.deleted,
    "comment_created": comments.written,
    "comment_updated": comments.edited,
    "comment_deleted": comments.deleted,
    TRANSITION: issues.transitioned,
    issues.SNAPSHOT: issues.snapshot,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` if it is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, issues.SNAPSHOT, ISSUE.decode(body), "", delivery, settings)]
    call = CALL.decode(body)
    event = call.webhook_event or (TRANSITION if call.transition is not None else "object")
    return [Entry(0, event, call, "", delivery, settings)]
