"""Facebook: a webhook body to activities.

A body holds up to 1,000 updates of several pages, as `changes` (feed, ratings, mentions, leads) or as
`messaging` and `standby` (Messenger). Each becomes one entry with an event name of its own:
`<field>.<item>` for changes whose value names an item, the field alone for others, the webhook field's name
for Messenger. A verb that is not known stands at the end of the name, so that it is counted as unsupported
under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.facebook import contact, feed, messenger
from commonline.connectors.facebook.envelope import (
    Body,
    Change,
    LooseBody,
    LooseChange,
    LooseEntry,
    LooseField,
    PageEntry,
)
from commonline.connectors.facebook.messenger_payload import Messaging
from commonline.connectors.facebook.pages import FeedPart, MessengerPart, Page, page
from commonline.connectors.facebook.payload import id_text
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

OBJECT = "page"
ITEM_FIELDS = frozenset({"feed", "ratings", "mention", "group_feed"})
"""Changes whose value says by `item` and `verb` what happened."""
REACTIONS = frozenset({"like", "reaction"})
ECHO = "message_echoes"
MESSAGING: tuple[tuple[str, str], ...] = (
    ("delivery", "message_deliveries"),
    ("read", "message_reads"),
    ("message_edit", "message_edits"),
    ("reaction", "message_reactions"),
    ("postback", "messaging_postbacks"),
    ("optin", "messaging_optins"),
    ("referral", "messaging_referrals"),
    ("pass_thread_control", "messaging_handovers"),
    ("take_thread_control", "messaging_handovers"),
    ("request_thread_control", "messaging_handovers"),
    ("app_roles", "messaging_handovers"),
    ("account_linking", "messaging_account_linking"),
    ("response_feedback", "response_feedback"),
    ("messaging_feedback", "messaging_feedback"),
    ("messaging_customer_information", "messaging_customer_information"),
    ("policy_enforcement", "messaging_policy_enforcement"),
    ("policy_enforcement_old", "messaging_policy_enforcement"),
    ("checkout_update", "messaging_checkout_updates"),
    ("pre_checkout", "messaging_pre_checkouts"),
    ("game_play", "messaging_game_plays"),
)
"""The part that a Messenger event has instead of a message, and the webhook field that it belongs to."""
ENVELOPE = frozenset({"sender", "recipient", "timestamp"})
EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys([f"feed.{item}" for item in feed.TYPES if item != "rating"], feed.written),
    **dict.fromkeys(["mention.post", "mention.comment"], feed.mentioned),
    **dict.fromkeys([f"{field}.{item}" for field in ("feed", "ratings") for item in REACTIONS], feed.reacted),
    "ratings.rating": feed.written,
    "ratings.comment": feed.written,
    "group_feed.comment": feed.written,
    "leadgen": feed.lead,
    "live_videos": feed.live,
    "messages": messenger.message,
    ECHO: messenger.message,
    "message_edits": messenger.edit,
    "message_reactions": messenger.reaction,
    "messaging_postbacks": messenger.postback,
    "messaging_referrals": contact.referral,
    "messaging_optins": contact.optin,
    "messaging_handovers": contact.handover,
    "messaging_policy_enforcement": contact.policy,
    "messaging_account_linking": contact.linking,
    "response_feedback": contact.response_feedback,
    "messaging_feedback": contact.feedback,
    "messaging_customer_information": contact.information,
}
_BODY = msgspec.json.Decoder(Body)
_LOOSE_BODY = msgspec.json.Decoder(LooseBody)
_LOOSE_ENTRY = msgspec.json.Decoder(LooseEntry)
_LOOSE_CHANGE = msgspec.json.Decoder(LooseChange)
_FIELD = msgspec.json.Decoder(LooseField)
_CHANGE = msgspec.json.Decoder(Change)
_MESSAGING = msgspec.json.Decoder(Messaging)
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
Parts = list[tuple[str, Any, str]]
"""Event, body and path of each update."""


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """Open a body. If something in it does not fit, each update is opened by itself, and those that cannot be
    opened become dead letters of their own.

    Raises `msgspec.DecodeError` if it is no JSON object with `object` and `entry`.
    """
    data = delivery.body or b""
    try:
        body = _BODY.decode(data)
        if body.object != OBJECT:
            parts: Parts = [(f"object:{body.object}", None, f"entry[{n}]") for n in range(len(body.entry))]
        else:
            parts = []
            for number, opened in enumerate(body.entry):
                _open(parts, opened, settings, f"entry[{number}]")
    except (msgspec.ValidationError, MalformedPayloadError):
        parts = _one_by_one(_LOOSE_BODY.decode(data), settings)
    return [Entry(number, event, part, path, delivery, settings) for number, (event, part, path) in enumerate(parts)]


def _open(parts: Parts, opened: PageEntry, settings: Mapping[str, Any], path: str) -> None:
    ours, at = _page(opened, settings), times.parse(opened.time)
    for number, change in enumerate(opened.changes or ()):
        parts.append(_change(ours, at, change, f"{path}.changes[{number}]"))
    for number, told in enumerate(opened.messaging or ()):
        parts.append(_messaging(ours, at, told, f"{path}.messaging[{number}]", standby=False))
    for number, told in enumerate(opened.standby or ()):
        parts.append(_messaging(ours, at, told, f"{path}.standby[{number}]", standby=True))
    if opened.changed_fields:
        parts.append(("changed_fields", None, f"{path}.changed_fields"))


def _page(opened: PageEntry | LooseEntry, settings: Mapping[str, Any]) -> Page:
    native_id = id_text(opened.id)
    if native_id is None:
        raise MalformedPayloadError("the page's id is empty", "id")
    return page(native_id, settings)


def _change(ours: Page, at: int | None, change: Change, path: str) -> tuple[str, Any, str]:
    value = change.value
    if value is None:
        fault = MalformedPayloadError("value is missing") if change.field in EVENTS else None
        return change.field, fault, path
    event = _name(change.field, value.item, value.verb) if change.field in ITEM_FIELDS else change.field
    return event, FeedPart(ours, at, change.field, value), f"{path}.value"


def _name(field: str, item: str | None, verb: str | None) -> str:
    if not item:
        return field
    known = verb in feed.VERBS if item not in REACTIONS else verb in feed.EDGE_VERBS
    return f"{field}.{item}" if known else f"{field}.{item}.{verb or 'none'}"


def _messaging(ours: Page, at: int | None, told: Messaging, path: str, *, standby: bool) -> tuple[str, Any, str]:
    message = told.message
    if message is not None:
        part = MessengerPart(ours, at, "message", message, told, standby)
        return ECHO if message.is_echo else "messages", part, f"{path}.message"
    for name, event in MESSAGING:
        found = getattr(told, name)
        if found is not None:
            key = "policy-enforcement" if name == "policy_enforcement_old" else name
            return event, MessengerPart(ours, at, name, found, told, standby), f"{path}.{key}"
    raise MalformedPayloadError("no known part")


def _one_by_one(body: LooseBody, settings: Mapping[str, Any]) -> Parts:
    parts: Parts = []
    for number, raw in enumerate(body.entry):
        path = f"entry[{number}]"
        if body.object != OBJECT:
            parts.append((f"object:{body.object}", None, path))
            continue
        try:
            opened = _LOOSE_ENTRY.decode(raw)
            ours, at = _page(opened, settings), times.parse(opened.time)
        except (msgspec.ValidationError, MalformedPayloadError) as error:
            parts.append(("entry", error, path))
            continue
        for n, change in enumerate(opened.changes or ()):
            parts.append(_loose_change(ours, at, change, f"{path}.changes[{n}]"))
        for n, told in enumerate(opened.messaging or ()):
            parts.append(_loose_messaging(ours, at, told, f"{path}.messaging[{n}]", standby=False))
        for n, told in enumerate(opened.standby or ()):
            parts.append(_loose_messaging(ours, at, told, f"{path}.standby[{n}]", standby=True))
        if opened.changed_fields:
            parts.append(("changed_fields", None, f"{path}.changed_fields"))
    return parts


def _loose_change(ours: Page, at: int | None, raw: msgspec.Raw, path: str) -> tuple[str, Any, str]:
    try:
        return _change(ours, at, _CHANGE.decode(raw), path)
    except msgspec.ValidationError as error:
        fault = error
    event = "change"
    try:
        event = _FIELD.decode(raw).field
        named = _LOOSE_CHANGE.decode(raw)
        if event in ITEM_FIELDS and named.value is not None:
            event = _name(event, named.value.item, named.value.verb)
    except msgspec.ValidationError:
        pass
    named_only = event not in EVENTS and event not in ITEM_FIELDS and event != "change"
    return event, None if named_only else fault, path


def _loose_messaging(ours: Page, at: int | None, raw: msgspec.Raw, path: str, *, standby: bool) -> tuple[str, Any, str]:
    try:
        return _messaging(ours, at, _MESSAGING.decode(raw), path, standby=standby)
    except msgspec.ValidationError as error:
        return "messaging", error, path
    except MalformedPayloadError:
        unknown = sorted(_KEYS.decode(raw).keys() - ENVELOPE)
        return f"messaging:{unknown[0] if unknown else 'none'}", None, path
