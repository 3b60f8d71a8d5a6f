"""Mastodon: frames of the stream, pages of the API, administrators' webhooks, to drafts.

Events: a frame's or webhook's own name; ``notification.<type>`` for notifications, however they came; `status` and
`conversation` for the items of a page; ``object:…`` for answers of the API that are no events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.mastodon import events_stream, moderation, notifications, statuses
from commonline.connectors.mastodon.payload import CONVERSATION, HOOK, LIST, SHAPE, STATUS, TEXT, Shape, given
from commonline.connectors.mastodon.server import OWN_ACCOUNT, server_of
from commonline.errors import ConfigurationError, MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.schemas.records import Delivery

NOTIFICATION = "notification"


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises `ConfigurationError` if `instance` is no address of a server."""
    instance = settings["instance"]
    if not isinstance(instance, str) or not server_of(settings).host or instance.count("://") > 1:
        raise ConfigurationError(f"instance: is {instance!r}; give the server's address, as https://mastodon.example")


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One entry for a frame or webhook, one for each item of a page.

    Raises `msgspec.DecodeError` or `MalformedPayloadError` if the body is none of these.
    """
    body = delivery.body or b""
    if delivery.content_type.startswith("text/event-stream"):
        event, payload = events_stream.parse(body)
        return [_frame(delivery, settings, event, payload)]
    if body.lstrip()[:1] == b"[":
        return [_item(delivery, settings, n, raw) for n, raw in enumerate(LIST.decode(body))]
    shape = SHAPE.decode(body)
    if shape.event is None:
        return [_one(delivery, settings, 0, body, shape, "")]
    if not isinstance(shape.event, str):
        raise MalformedPayloadError("the event's name is no text", "event")
    if given(shape.object):
        return [Entry(0, shape.event, body, "", delivery, settings)]
    raw = bytes(shape.payload)
    payload = TEXT.decode(raw).encode() if raw.startswith(b'"') else raw
    return [_frame(delivery, settings, shape.event, payload)]


def _frame(delivery: Delivery, settings: Mapping[str, Any], event: str, payload: bytes) -> Entry:
    if event == NOTIFICATION:
        event = _notification(SHAPE.decode(payload))
    return Entry(0, event, payload, "payload", delivery, settings)


def _item(delivery: Delivery, settings: Mapping[str, Any], index: int, raw: msgspec.Raw) -> Entry:
    path = f"[{index}]"
    body = bytes(raw)
    try:
        shape = SHAPE.decode(body)
    except msgspec.ValidationError as error:
        return Entry(index, "item", error, path, delivery, settings)
    return _one(delivery, settings, index, body, shape, path)


def _one(delivery: Delivery, settings: Mapping[str, Any], index: int, body: bytes, shape: Shape, path: str) -> Entry:
    """An item of the API: the path of the request says what it is, else its form does."""
    request = delivery.request or ""
    if "/api/v1/notifications" in request:
        event = _notification(shape)
    elif "/api/v1/timelines/" in request:
        event = "status"
    elif "/api/v1/conversations" in request:
        event = "conversation"
    else:
        event = _by_form(shape)
    return Entry(index, event, body, path, delivery, settings)


def _by_form(shape: Shape) -> str:
    if given(shape.account) and shape.visibility is not None:
        return "status" if shape.content is not None or shape.text is None else "object:deleted"
    if given(shape.target_account):
        return "report"
    if isinstance(shape.type, str) and given(shape.account):
        return _notification(shape)
    if given(shape.last_status) or shape.unread is not None:
        return "conversation"
    return "object:account" if shape.acct is not None or shape.email is not None else "object:other"


def _notification(shape: Shape) -> str:
    if not isinstance(shape.type, str) or not shape.type:
        raise MalformedPayloadError("a notification without a type", "type")
    return f"{NOTIFICATION}.{shape.type}"


def _own(entry: Entry) -> frozenset[str]:
    told = entry.delivery.headers.get(OWN_ACCOUNT)
    return frozenset(told.split()) if told else frozenset()


def _status(entry: Entry) -> list[Draft]:
    return statuses.told(server_of(entry.settings), STATUS.decode(entry.body), entry.event, _own(entry))


def _edited(entry: Entry) -> list[Draft]:
    return [statuses.edited(server_of(entry.settings), STATUS.decode(entry.body), entry.event, _own(entry))]


def _deleted(entry: Entry) -> list[Draft]:
    return [statuses.deleted(server_of(entry.settings), statuses.deleted_id(entry.body), entry.event)]


def _conversation(entry: Entry) -> list[Draft] | Ignored:
    """Direct messages: the newest one is told whole, so it is the message that counts."""
    told = CONVERSATION.decode(entry.body)
    if told.last_status is None:
        return Ignored("no-content")
    return statuses.told(server_of(entry.settings), told.last_status, entry.event, _own(entry))


def _notified(entry: Entry) -> list[Draft]:
    return notifications.read(server_of(entry.settings), entry.body, entry.event, _own(entry))


def _status_hook(entry: Entry) -> list[Draft]:
    status = STATUS.decode(HOOK.decode(entry.body).object)
    server = server_of(entry.settings)
    if entry.event == "status.updated":
        return [statuses.edited(server, status, entry.event)]
    return statuses.told(server, status, entry.event)


def _account_hook(entry: Entry) -> list[Draft]:
    return [moderation.account_hook(server_of(entry.settings), entry.body, entry.event)]


def _report(entry: Entry) -> list[Draft]:
    return moderation.report(server_of(entry.settings), entry.body, entry.event)


def _report_hook(entry: Entry) -> list[Draft]:
    return [moderation.report_hook(server_of(entry.settings), entry.body, entry.event)]


EVENTS: dict[str, EventMapping] = {
    "update": _status,
    "status": _status,
    "status.update": _edited,
    "delete": _deleted,
    "conversation": _conversation,
    **dict.fromkeys(notifications.HANDLERS, _notified),
    "status.created": _status_hook,
    "status.updated": _status_hook,
    **dict.fromkeys(["account.created", "account.approved", "account.updated"], _account_hook),
    "report": _report,
    **dict.fromkeys(["report.created", "report.updated"], _report_hook),
}
