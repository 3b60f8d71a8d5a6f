"""Notifications and records of Microsoft Graph to drafts.

A record is known by its `@odata.type`, else by its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.microsoft_graph import chats, documents
from commonline.connectors.microsoft_graph.payload import KEYS, LIST, NOTIFICATION, Notification
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

TYPES = {
    "chatmessage": "chatMessage",
    "message": "message",
    "driveitem": "driveItem",
    "callrecord": "callRecord",
}
SHAPES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"messageType", "createdDateTime"}), "chatMessage"),
    (frozenset({"internetMessageId", "subject"}), "message"),
    (frozenset({"sender", "subject"}), "message"),
    (frozenset({"receivedDateTime", "subject"}), "message"),
    (frozenset({"body", "subject", "bodyPreview"}), "message"),
    (frozenset({"modalities", "startDateTime", "organizer"}), "callRecord"),
    (frozenset({"id", "name", "file"}), "driveItem"),
    (frozenset({"id", "name", "folder"}), "driveItem"),
    (frozenset({"id", "deleted", "parentReference"}), "driveItem"),
)
OTHER = "object"
FULL = {"chatMessage": "createdDateTime", "message": "subject", "driveItem": "name"}
"""A field that is there where a notification has contents, and not where it only has ids."""

EVENTS: dict[str, EventMapping] = {
    "chatMessage": chats.message,
    "chatMessage.notice": chats.changed,
    "message": documents.mail,
    "driveItem": documents.item,
    "callRecord": chats.call,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Each notification of a webhook, or each record of a page. Raises `msgspec.DecodeError` for what is neither."""
    whole = KEYS.decode(delivery.body or b"")
    value = bytes(whole.get("value", b""))
    if not value.startswith(b"["):
        return [Entry(0, _named(whole), delivery.body or b"", "", delivery, settings)]
    found = []
    for index, raw in enumerate(LIST.decode(value)):
        path = f"value[{index}]"
        try:
            name, body = _opened(bytes(raw))
        except msgspec.DecodeError as error:
            found.append(Entry(index, "", error, path, delivery, settings))
            continue
        found.append(Entry(index, name, body, path, delivery, settings))
    return found


def _opened(raw: bytes) -> tuple[str, Any]:
    keys = KEYS.decode(raw)
    if "subscriptionId" not in keys or "notificationUrl" in keys:
        return _named(keys), raw
    told = NOTIFICATION.decode(raw)
    if told.lifecycle_event:
        return "lifecycle", told
    if (told.change_type or "").startswith("Validation"):
        return "validation", told
    data = bytes(told.resource_data)
    inner = KEYS.decode(data) if data.startswith(b"{") else {}
    told_type = _type_of(inner)
    kind = TYPES.get(told_type) or told_type or _by_resource(told)
    if FULL.get(kind, "") in inner and told.change_type != "deleted":
        return kind, data
    return (f"{kind}.notice", (told, data)) if kind != OTHER else ("notice", told)


def _by_resource(told: Notification) -> str:
    resource = (told.resource or "").lower()
    if ("channels" in resource or "chats" in resource) and "messages" in resource:
        return "chatMessage"
    return "message" if "messages" in resource else "driveItem" if "drive" in resource else OTHER


def _type_of(keys: Mapping[str, msgspec.Raw]) -> str:
    told = bytes(keys.get("@odata.type", b"")).decode("utf-8", "replace").strip('"')
    return told.rpartition(".")[2].lower()


def _named(keys: Mapping[str, msgspec.Raw]) -> str:
    known = TYPES.get(_type_of(keys))
    if known is not None:
        return known
    if "@removed" in keys:
        return "removed"
    return next((name for needed, name in SHAPES if needed <= keys.keys()), OTHER)
