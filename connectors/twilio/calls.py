"""Calls, their recordings and transcripts. What was recorded is restricted."""

from __future__ import annotations

import msgspec

from commonline.connectors.twilio.parties import Ends, draft, ends, placed, uri
from commonline.connectors.twilio.payload import CALL, RECORDING, SPOKEN, TRANSCRIPTION, Form
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import tidy
from commonline.schemas.records import Attachment, Change, Object, Reference, Thread, ThreadState

ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
BEGUN = frozenset({"queued", "initiated", "ringing", "in-progress", "answered"})
BLANK = "(blank)"
"""What Twilio writes where nothing was understood."""


def call(entry: Entry) -> list[Draft] | Ignored:
    """A call comes in or changes its state."""
    form: Form = entry.body[0]
    one = ends(form.account_sid, form.from_, form.to, form.direction)
    state = form.call_status or ""
    uri_of, where = _call(one, form.call_sid, form.parent_call_sid, "closed" if state in ENDED else "open")
    moment = times.parse(form.timestamp)
    if state in ENDED:
        return [_ended(one, Object(id=uri_of, type="Call"), where, state, moment, form.call_duration)]
    if state not in BEGUN:
        raise MalformedPayloadError("is no state of a call", "CallStatus")
    if state in ("in-progress", "answered"):
        new = draft("call.answered", "Update", Object(id=uri_of, type="Call"), where, "call", "customer")
        new.revision, new.changes = "answered", [Change(field="state", after="answered")]
    else:
        new = draft("call", "Create", Object(id=uri_of, type="Call"), where, "call", "customer")
    placed(new, one, form.caller_name, ("caller", "callee"))
    new.published = moment
    return [new]


def _call(one: Ends, sid: str | None, parent: str | None, state: ThreadState) -> tuple[str, Thread]:
    """A call that another one led to belongs to its thread."""
    own = uri(one.account, "call", sid, "CallSid")
    return own, Thread(id=uri(one.account, "call", parent, "ParentCallSid") if parent else own, state=state)


def _ended(one: Ends, obj: Object, where: Thread, state: str, moment: int | None, length_s: float | None) -> Draft:
    new = draft(f"call.{state}", "Update", obj, where, "call", "customer")
    placed(new, one, None, ("caller", "callee"))
    new.revision, new.published = state, moment
    new.changes = [Change(field="state", after=state)]
    if length_s is not None:
        new.metrics = {"duration_s": length_s}
    return new


def call_record(entry: Entry) -> list[Draft]:
    """A call as the API lists it: that it began, and how it ended if it did."""
    told = CALL.decode(entry.body)
    one = ends(told.account_sid, told.from_, told.to, told.direction)
    state = told.status or ""
    uri_of, where = _call(one, told.sid, told.parent_call_sid, "closed" if state in ENDED else "open")
    obj = Object(id=uri_of, type="Call", created=times.parse(told.date_created))
    obj.start_time, obj.end_time = times.parse(told.start_time), times.parse(told.end_time)
    new = draft("call", "Create", obj, where, "call", "customer")
    placed(new, one, told.caller_name, ("caller", "callee"))
    new.published = obj.start_time or obj.created
    if state not in ENDED:
        return [new]
    whole = Object(id=uri_of, type="Call", start_time=obj.start_time, end_time=obj.end_time)
    return [new, _ended(one, whole, where, state, obj.end_time, _seconds(told.duration))]


def recording(entry: Entry) -> list[Draft] | Ignored:
    """A recording is ready, or was not made."""
    form: Form = entry.body[0]
    if form.recording_status not in (None, "completed"):
        return Ignored("no-content")
    new = _recorded(form.account_sid, form.recording_sid, form.call_sid or form.conference_sid)
    new.object.start_time = times.parse(form.recording_start_time)
    _length(new, form.recording_duration, form.recording_url)
    return [new]


def _recorded(account: str, sid: str | None, call_sid: str | None) -> Draft:
    obj = Object(id=uri(account, "recording", sid, "RecordingSid"), type="Audio")
    where = Thread(id=uri(account, "call", call_sid, "CallSid") if call_sid else obj.id)
    new = draft("recording", "Create", obj, where, "call", "restricted")
    new.direction = "internal"
    if call_sid:
        new.references = [Reference(kind="attachment_of", id=where.id)]
    return new


def _length(new: Draft, length_s: float | None, url: str | None) -> None:
    obj = new.object
    if length_s is not None and obj.start_time is not None:
        obj.end_time = obj.start_time + round(length_s * 1_000_000)
    new.published = obj.end_time or obj.start_time
    link = url if url and url.startswith(("https://", "http://")) and url.isprintable() and " " not in url else None
    length_ms = round(length_s * 1000) if length_s is not None else None
    obj.attachments = [Attachment(kind="recording", url=link, media_type="audio/x-wav", duration_ms=length_ms)]
    if length_s is not None:
        new.metrics = {"duration_s": length_s}


def recording_record(entry: Entry) -> list[Draft] | Ignored:
    """A recording as the API lists it; one that is deleted is listed for 40 days on request."""
    told = RECORDING.decode(entry.body)
    if told.status not in ("completed", "deleted"):
        return Ignored("no-content")
    new = _recorded(told.account_sid, told.sid, told.call_sid or told.conference_sid)
    new.object.start_time = times.parse(told.start_time) or times.parse(told.date_created)
    if told.status == "deleted":
        moment = times.parse(told.date_updated)
        new.type, new.event, new.references = "Delete", "recording.deleted", []
        new.revision, new.published, new.object.start_time = "deleted", moment, None
        return [new]
    _length(new, _seconds(told.duration), told.media_url)
    return [new]


def transcription(entry: Entry) -> list[Draft] | Ignored:
    """A recording was written down, or could not be."""
    form: Form = entry.body[0]
    if form.transcription_status == "failed" or not _understood(form.transcription_text):
        return Ignored("no-content")
    new = _written(form.account_sid, form.transcription_sid, form.transcription_text, form.recording_sid)
    if form.call_sid:
        new.thread = Thread(id=uri(form.account_sid, "call", form.call_sid, "CallSid"))
    return [new]


def _understood(text: str | None) -> bool:
    return bool(text and text.strip() and text.strip() != BLANK)


def _written(account: str, sid: str | None, text: str | None, recorded: str | None) -> Draft:
    obj = Object(id=uri(account, "transcription", sid, "TranscriptionSid"), type="Document")
    obj.text = tidy(text or "", []).text
    parent = uri(account, "recording", recorded, "RecordingSid") if recorded else None
    new = draft("transcription", "Create", obj, Thread(id=parent or obj.id), "call", "restricted")
    new.automated, new.direction = True, "internal"
    new.references = [Reference(kind="attachment_of", id=parent)] if parent else []
    return new


def transcription_record(entry: Entry) -> list[Draft] | Ignored:
    """A transcript as the API lists it."""
    told = TRANSCRIPTION.decode(entry.body)
    if told.status != "completed" or not _understood(told.transcription_text):
        return Ignored("no-content")
    new = _written(told.account_sid, told.sid, told.transcription_text, told.recording_sid)
    new.published = times.parse(told.date_created)
    return [new]


def speech(entry: Entry) -> list[Draft] | Ignored:
    """Live speech in a call; what is not final yet is said again."""
    form: Form = entry.body[0]
    if form.transcription_event != "transcription-content" or form.final == "false":
        return Ignored("ephemeral")
    try:
        said = SPOKEN.decode((form.transcription_data or "{}").encode()).transcript
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(str(error), "TranscriptionData") from error
    if not _understood(said):
        return Ignored("no-content")
    sid = f"{form.transcription_sid}.{form.sequence_id}" if form.transcription_sid and form.sequence_id else None
    obj = Object(id=uri(form.account_sid, "speech", sid, "SequenceId"), type="Note", text=tidy(said, []).text)
    obj.language = form.language_code if form.language_code and len(form.language_code) < 16 else None
    where = Thread(id=uri(form.account_sid, "call", form.call_sid, "CallSid"))
    new = draft("speech", "Create", obj, where, "call", "restricted")
    new.published, new.automated = times.parse(form.timestamp), True
    new.fields = {"track": form.track} if form.track in ("inbound_track", "outbound_track") else {}
    return [new]


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else None
