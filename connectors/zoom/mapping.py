"""Zoom deliveries to drafts: which event is mapped by what.

Webinars are told as meetings are. Families of events that administer Zoom itself are ignored as one, by their name.
What `source.py` fetches is a meeting with its recordings, or a transcript, whose meeting stands in a header.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.zoom import chat, contact_center, documents, meetings, phone
from commonline.connectors.zoom.payload import EVENT, Event, Payload
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

MEETING_HEADER = "x-zoom-meeting"
TRANSCRIPT, RECORDING = "transcript.fetched", "recording.completed"
FAMILIES = frozenset((
    "account", "app", "user", "zoomroom", "billing", "tsp", "role", "device", "calendar", "visitor_management",
    "workspace", "number_management", "information_barriers", "scheduler", "clips", "docs", "whiteboard", "cobrowse",
    "video_mesh", "bot", "interactive_message", "webhook", "session", "video_sdk", "quality_management", "mail",
))  # fmt: skip
"""Events that are known by what stands before the dot, or by how their name begins."""
DESK_SETTINGS = (
    "asset_", "business_hours_", "closure_", "queue_", "team_", "task_", "call_control_", "disposition_",
    "address_book_", "flow_", "user_", "user.", "system_status_", "status_", "routing_profile_", "skill_", "region_",
    "inbox_", "variable_", "audit_", "campaign_", "contact_",
)  # fmt: skip
"""Beginnings of the contact center's events about itself and about what agents press."""


class _Recorded(msgspec.Struct):
    account_id: str = ""


_RECORDED = msgspec.json.Decoder(_Recorded)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` or `MalformedPayloadError` if it is none."""
    if delivery.transport == "poll":
        return [_fetched(delivery, settings)]
    event = EVENT.decode(delivery.body or b"")
    return [Entry(0, _name(event.event), event, "", delivery, settings)]


def _fetched(delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    meeting = delivery.headers.get(MEETING_HEADER)
    raw, name = (meeting.encode(), TRANSCRIPT) if meeting is not None else (delivery.body or b"", RECORDING)
    account = _RECORDED.decode(raw).account_id or str(settings.get("account_id") or "")
    if not account:
        raise MalformedPayloadError("the account is missing; set account_id", "account_id")
    return Entry(0, name, Event(name, None, Payload(account, object=msgspec.Raw(raw))), "", delivery, settings)


def _name(event: str) -> str:
    if event in EVENTS:
        return event
    family, dot, rest = event.partition(".")
    if family == "contact_center" and rest.startswith(DESK_SETTINGS):
        return "contact_center.settings"
    if dot and family in FAMILIES:
        return family if event != "user.presence_status_updated" else event
    return next((name for name in ("app", "bot", "interactive_message") if event.startswith(f"{name}_")), event)


def _both(kind: str, events: Mapping[str, EventMapping]) -> dict[str, EventMapping]:
    return {f"{kind}.{name}": mapping for name, mapping in events.items()}


_MEETING: dict[str, EventMapping] = {
    "created": meetings.lifecycle("Create"),
    "updated": meetings.lifecycle("Update"),
    "started": meetings.lifecycle("Update", "started", "open"),
    "ended": meetings.lifecycle("Update", "ended", "closed"),
    "deleted": meetings.lifecycle("Delete"),
    "permanently_deleted": meetings.lifecycle("Delete"),
    "recovered": meetings.lifecycle("Undo"),
    "participant_joined": meetings.attendance("Join"),
    "participant_left": meetings.attendance("Leave"),
    "chat_message_sent": meetings.chat,
    "chat_message_file_sent": meetings.chat,
}
_SUMMARY: dict[str, EventMapping] = {
    "summary_completed": documents.summary("Create"),
    "summary_updated": documents.summary("Update", "body"),
    "summary_shared": documents.summary("Update", "shared"),
    "summary_trashed": documents.summary("Delete"),
    "summary_deleted": documents.summary("Delete"),
    "summary_recovered": documents.summary("Undo"),
}
_RECORDING: dict[str, EventMapping] = {
    "completed": documents.recorded,
    "transcript_completed": documents.recorded,
    "started": documents.recording_state("started"),
    "paused": documents.recording_state("paused"),
    "resumed": documents.recording_state("resumed"),
    "stopped": documents.recording_state("stopped"),
    "trashed": documents.recording_gone("Delete"),
    "deleted": documents.recording_gone("Delete"),
    "recovered": documents.recording_gone("Undo"),
}
_CHAT: dict[str, EventMapping] = {
    "chat_message.sent": chat.message("Create"),
    "chat_message.replied": chat.message("Create"),
    "chat_message.updated": chat.message("Update"),
    "chat_message.deleted": chat.message("Delete"),
    "chat_channel.created": chat.channel("Create"),
    "chat_channel.updated": chat.channel("Update"),
    "chat_channel.deleted": chat.channel("Delete"),
    "chat_channel.member_invited": chat.membership("Invite"),
    "chat_channel.member_removed": chat.membership("Remove"),
    "chat_channel.member_joined": chat.membership("Join"),
    "chat_channel.member_left": chat.membership("Leave"),
}
_PHONE: dict[str, EventMapping] = {
    "caller_ringing": phone.call("ringing"),
    "callee_ringing": phone.call("ringing"),
    "callee_answered": phone.call("answered"),
    "caller_connected": phone.call("answered"),
    "callee_missed": phone.call("missed"),
    "callee_rejected": phone.call("rejected"),
    "caller_ended": phone.call("ended"),
    "callee_ended": phone.call("ended"),
    "voicemail_received": phone.voicemail,
    "voicemail_transcript_completed": phone.voicemail,
    "voicemail_deleted": phone.voicemail,
    "sms_received": phone.sms,
    "sms_sent": phone.sms,
    "sms_etiquette_block": phone.stopped,
    "recording_completed": phone.recordings("recording"),
    "recording_transcript_completed": phone.recordings("transcript"),
    "recording_deleted": phone.recordings("deleted"),
    "recording_permanently_deleted": phone.recordings("deleted"),
    "recording_started": phone.recording_state("started"),
    "recording_paused": phone.recording_state("paused"),
    "recording_resumed": phone.recording_state("resumed"),
    "recording_stopped": phone.recording_state("stopped"),
    "ai_call_summary_changed": phone.summary,
}
_DESK: dict[str, EventMapping] = {
    "engagement_started": contact_center.engagement("started", "open", "Create"),
    "engagement_user_answered": contact_center.engagement("answered", "open"),
    "engagement_transfer_completed": contact_center.engagement("transferred", "open"),
    "engagement_ended": contact_center.engagement("ended", "closed"),
    "engagement_consumer_sent_message": contact_center.message("consumer"),
    "engagement_consumer_sent_file": contact_center.message("consumer"),
    "engagement_user_sent_message": contact_center.message("user"),
    "engagement_user_sent_file": contact_center.message("user"),
    "engagement_note_added": contact_center.note("Create"),
    "engagement_note_updated": contact_center.note("Update"),
    "engagement_note_deleted": contact_center.note("Delete"),
    "inbox_message_received": contact_center.inbox,
    "recording_completed": contact_center.recording("recording"),
    "recording_transcript_completed": contact_center.recording("transcript"),
    "recording_deleted": contact_center.recording("deleted"),
}

EVENTS: dict[str, EventMapping] = {
    **_both("meeting", _MEETING),
    **_both("webinar", _MEETING),
    **_both("meeting", _SUMMARY),
    **_both("recording", _RECORDING),
    **_CHAT,
    **_both("phone", _PHONE),
    **_both("contact_center", _DESK),
    TRANSCRIPT: documents.transcript,
}
