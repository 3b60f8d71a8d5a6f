"""What is assumed where the configuration says nothing: event, time, verb, and a text made of the values."""

from __future__ import annotations

import re
from collections import deque
from itertools import islice
from typing import Any

from commonline.kit import times
from commonline.kit.declared.values import line, url
from commonline.kit.text import html_to_text
from commonline.schemas.records import ActivityType, Delivery

EVENT_HEADERS = (
    *("ce-type", "x-github-event", "x-gitlab-event", "x-gitea-event", "x-shopify-topic", "x-wc-webhook-topic"),
    *("x-event-key", "x-event-type", "x-event-name", "x-event", "x-topic"),
)
EVENT_KEYS = (
    *("event", "event_type", "eventType", "event_name", "eventName", "webhookEvent", "topic", "type", "kind"),
    *("object_kind", "action"),
)
TIME_KEYS = (
    *(
        "time",
        "timestamp",
        "event_time",
        "eventTime",
        "event_timestamp",
        "event_ts",
        "occurred_at",
        "occurredAt",
        "sent_at",
    ),
    *("created", "date"),
)
TIME_HEADERS = ("ce-time", "x-shopify-triggered-at")
UNNAMED = "event"
EVENT_LIMIT = 120
LINES = 40
"""Most lines of a text made of values."""
VALUE_LIMIT = 300
VISITS = 20_000
_SECRETIVE = re.compile(
    r"token|secret|passw|passphrase|passcode|api_?key|client_?state|session|signature|authori[sz]ation|credential"
    r"|response_url|private_key|cookie|dkim",
    re.IGNORECASE,
)
_TELLING = frozenset(
    {
        *("title", "subject", "name", "text", "message", "body", "content", "description", "comment", "note"),
        *("summary", "status", "state", "email", "from", "to", "phone", "username", "label", "reason", "answer"),
        *("question", "rating", "amount", "total", "price", "currency", "priority", "action", "event", "topic"),
        *("caption", "headline", "html", "#text"),
    }
)
_MACHINE = ("id", "ids", "uuid", "guid", "key", "version", "url", "uri", "href", "hash", "sha", "etag", "avatar")
_LINKS = ("http://", "https://", "/", "urn:", "gid:")
_WORD = re.compile(r"[A-Z]?[a-z]+")
VERBS: dict[str, ActivityType] = {
    **dict.fromkeys(("create", "created", "creation", "add", "added", "new", "open", "opened", "insert"), "Create"),
    **dict.fromkeys(("update", "updated", "edit", "edited", "change", "changed", "modified", "patch"), "Update"),
    **dict.fromkeys(("delete", "deleted", "deletion", "remove", "removed", "destroy", "destroyed"), "Delete"),
}
"""The verb that an event's last word speaks of."""


def event(item: Any, delivery: Delivery) -> str:
    """The event's name, from the headers and keys in which products use to tell it."""
    for name in EVENT_HEADERS:
        if told := delivery.headers.get(name):
            return told[:EVENT_LIMIT]
    if isinstance(item, dict):
        for key in EVENT_KEYS:
            value = item.get(key)
            if type(value) is str and 0 < len(value) <= EVENT_LIMIT:
                return line(value) or UNNAMED
    return UNNAMED


def published(item: Any, delivery: Delivery) -> int | None:
    """When it happened, from top-level keys and headers that tell the event's time; never that of an object."""
    found = [item.get(key) for key in TIME_KEYS] if isinstance(item, dict) else []
    for value in (*found, *(delivery.headers.get(name) for name in TIME_HEADERS)):
        if isinstance(value, (str, int, float)) and (moment := times.parse(value)) is not None:
            return moment
    return None


def verb(name: str) -> ActivityType | None:
    """The verb that an event's last word speaks of: ``orders/create``, ``ticket.updated``, ``issueDeleted``."""
    words = _WORD.findall(name)
    return VERBS.get(words[-1].lower()) if words else None


def is_secretive(name: str) -> bool:
    """Whether a key speaks of a secret, so that its value is not shown."""
    return _SECRETIVE.search(name[:VALUE_LIMIT]) is not None


def summary(item: Any) -> str:
    """Readable ``key: value`` lines of the scalars: what people wrote first, ids and links last; no secrets."""
    leaves, more = _leaves(item)
    ranked = sorted(range(len(leaves)), key=lambda n: (_rank(*leaves[n]), n))
    told = []
    for n in ranked[:LINES]:
        path, value = leaves[n]
        shown = url(value) or line(html_to_text(value) if _is_html(value) else value, VALUE_LIMIT)
        if shown:
            told.append(f"{line(path, VALUE_LIMIT)}: {shown}" if path else shown)
    left = len(ranked) - LINES
    if left > 0 or more:
        told.append(f"… and {max(left, 0)}{'+' if more else ''} more values")
    return "\n".join(told)


def _leaves(item: Any) -> tuple[list[tuple[str, Any]], bool]:
    """Path and value of the scalars, the highest first, and whether there are more than were looked at."""
    found: list[tuple[str, Any]] = []
    visits = 0
    pending: deque[tuple[str, Any]] = deque([("", item)])
    while pending and visits < VISITS:
        visits += 1
        path, value = pending.popleft()
        if isinstance(value, dict):
            shown = (key for key in islice(value, VISITS) if not is_secretive(key))
            pending.extend((f"{path}.{key}" if path else key, value[key]) for key in shown)
        elif isinstance(value, list):
            pending.extend((f"{path}[{index}]", v) for index, v in enumerate(value[:VISITS]))
        elif value is not None and value != "":
            found.append((path, value))
    return found, bool(pending)


def _rank(path: str, value: Any) -> int:
    key = path.rpartition(".")[2].partition("[")[0].lower()
    if value is False or (type(value) is str and value.startswith(_LINKS)):
        return 2
    if key in _TELLING or key.rpartition("_")[2] in _TELLING:
        return 0
    return 2 if key.endswith(_MACHINE) else 1


def _is_html(value: Any) -> bool:
    return type(value) is str and "</" in value and "<" in value[:200]
