"""Twilio deliveries to drafts: forms by what stands in them, records of the API by their kind.

A form says nowhere what it is; the fields that only one event has tell it, the most special first. A record's kind is
the beginning of its sid (https://www.twilio.com/docs/glossary/what-is-a-sid).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from commonline.connectors.twilio import calls, conversations, messages
from commonline.connectors.twilio.payload import OBJECT, Form
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 500
KINDS = {
    "SM": "message.record",
    "MM": "message.record",
    "CA": "call.record",
    "RE": "recording.record",
    "TR": "transcription.record",
}
"""Records that are facts; others are settings and the like."""
LISTS = ("messages", "calls", "recordings", "transcriptions")
OTHER = "record"

EVENTS: dict[str, EventMapping] = {
    "message.received": messages.received,
    "message.status": messages.status,
    "message.record": messages.record,
    "call": calls.call,
    "call.record": calls.call_record,
    "recording": calls.recording,
    "recording.record": calls.recording_record,
    "transcription": calls.transcription,
    "transcription.record": calls.transcription_record,
    "transcription.live": calls.speech,
    "onMessageAdded": conversations.message,
    "onMessageUpdated": conversations.message,
    "onMessageRemoved": conversations.message,
    "onConversationAdded": conversations.state,
    "onConversationStateUpdated": conversations.state,
    "onConversationRemoved": conversations.state,
    "onParticipantAdded": conversations.member,
    "onParticipantRemoved": conversations.member,
}


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The event of a form, or the records of an answer. Raises `MalformedPayloadError` if it is neither."""
    body = delivery.body or b""
    if not delivery.content_type.startswith(FORM):
        return _records(delivery, settings)
    try:
        fields = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise MalformedPayloadError(f"the form cannot be read: {error}") from error
    given = {name: value for name, value in fields.items() if value}
    try:
        form = msgspec.convert(given, Form, strict=False)
    except msgspec.ValidationError as error:
        return [Entry(0, "", error, "", delivery, settings)]
    return [Entry(0, _event(form), (form, fields), "", delivery, settings)]


def _event(form: Form) -> str:
    """What a form tells."""
    if form.event_type:
        return form.event_type
    if form.transcription_event:
        return "transcription.live"
    if form.transcription_sid:
        return "transcription"
    if form.recording_sid:
        return "recording"
    if form.status_callback_event and form.conference_sid:
        return "conference"
    if form.message_sid or form.sms_sid:
        state = form.message_status or form.sms_status
        return "message.received" if state in (None, "received", "receiving") else "message.status"
    if form.call_sid:
        return "call"
    raise MalformedPayloadError("a form that Twilio does not document", "AccountSid")


def _records(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One record, or a list of them; other answers of the API are no events."""
    whole = OBJECT.decode(delivery.body or b"")
    listed = next((name for name in LISTS if isinstance(whole.get(name), list)), None)
    if listed is None:
        name = whole.get("event_type")
        event = name if isinstance(name, str) else _kind(whole)
        return [Entry(0, event, delivery.body or b"", "", delivery, settings)]
    return [
        Entry(index, _kind(one), msgspec.json.encode(one), f"{listed}[{index}]", delivery, settings)
        for index, one in enumerate(whole[listed])
    ]


def _kind(record: Any) -> str:
    sid = record.get("sid") if isinstance(record, dict) else None
    kind = KINDS.get(sid[:2], OTHER) if isinstance(sid, str) else OTHER
    if kind == "message.record" and "conversation_sid" in record:
        return OTHER
    return kind
