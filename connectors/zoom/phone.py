"""Zoom Phone: calls, voicemail, text messages, recordings.

An end of a call that has an extension, or a user, is ours; a bare number is somebody outside. What an outside number is
was told by the telephone network.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from commonline.connectors.zoom.account import Told, number, words
from commonline.connectors.zoom.payload import CALL, CALL_SUMMARY, RECORDED, SMS, Call, End, Recorded, Sms
from commonline.errors import MalformedPayloadError
from commonline.ids import uuid5
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, Change, Object, Party, Reference, Role, Thread, Visibility

CONNECTOR = "zoom"
OUR_NUMBER = "1"
"""`caller_number_type` and `callee_number_type` of an extension; 2 is a number outside."""


class Speaker(NamedTuple):
    """One end of a call or message, and its number."""

    party: Party
    number: str | None


CLOSED = frozenset({"ended", "missed", "rejected"})


def call(state: str) -> EventMapping:
    """A call rings, is taken, ends. Both ends tell of it; whichever rings first begins it."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = CALL.decode(told.payload.object)
        uri = told.uri("call", one.call_id, "call_id")
        obj = Object(id=uri, type="Call")
        obj.start_time = times.parse(one.answer_start_time or one.connected_start_time or one.ringing_start_time)
        where = Thread(id=uri, state="closed" if state in CLOSED else "open")
        new = told.draft("Create" if state == "ringing" else "Update", obj, where, "call", "customer")
        _ends(told, new, one)
        if new.type == "Update":
            new.changes = [Change(field="state", after=state)]
        if state == "ringing":
            new.published = times.parse(one.ringing_start_time) or told.at
        if state == "ended":
            obj.end_time = times.parse(one.call_end_time)
            new.published = obj.end_time or told.at
            if obj.end_time is not None and obj.start_time is not None:
                new.metrics = {"duration_s": max(obj.end_time - obj.start_time, 0) / 1_000_000}
        if one.handup_result:
            new.fields["result"] = one_line(one.handup_result) or ""
        return [new]

    return event


def _ends(told: Told, new: Draft, one: Call) -> None:
    _placed(new, _end(told, one.caller, "caller"), _end(told, one.callee, "callee"))


def _placed(new: Draft, caller: Speaker | None, callee: Speaker | None) -> None:
    """Who called whom; between colleagues nobody else is to hear of it."""
    new.actor = caller.party if caller is not None else None
    new.participants = [callee.party] if callee is not None else []
    ours = [one for one in (caller, callee) if one is not None and one.party.side == "us"]
    if len(ours) == 2:
        new.visibility = "restricted"
    new.our_account = next((one.number or one.party.account for one in ours), None)


def _end(told: Told, one: End | None, role: Role) -> Speaker | None:
    """One end of a call."""
    if one is None:
        return None
    phone = number(one.phone_number)
    extension = one.extension_number if one.extension_number not in (None, "") else None
    user_id = one.user_id or one.id
    ours = bool(user_id or one.extension_id or one.extension_type == "user" or extension is not None)
    return _party(told, role, one.name or one.display_name, phone, user_id, extension, ours=ours)


def _party(
    told: Told, role: Role, name: str | None, phone: str | None, user_id: str | None, extension: str | int | None,
    *, ours: bool,
) -> Speaker:  # fmt: skip
    """A number of ours is no claim of whoever speaks: many share it."""
    party = Party(role=role, name=one_line(name), kind="person", side="us" if ours else "customer")
    account = told.payload.account_id
    if user_id:
        party.account = native(CONNECTOR, account, "user", user_id)
    elif ours and extension is not None:
        party.account = native(CONNECTOR, account, "ext", extension)
    else:
        party.account = phone
        party.kind = "unknown"
    return Speaker(party, phone)


def _recorded_ends(told: Told, new: Draft, one: Recorded) -> None:
    """Recordings and voicemail tell numbers: extensions beside the full number that was dialled."""
    caller = _side(told, "caller", one.caller_name, one.caller_number, one.caller_number_type, one.caller_did_number,
                   one.caller_user_id)  # fmt: skip
    callee = _side(told, "callee", one.callee_name, one.callee_number, one.callee_number_type, one.callee_did_number,
                   one.callee_user_id)  # fmt: skip
    _placed(new, caller, callee)


def _side(
    told: Told, role: Role, name: str | None, digits: str | None, kind: str | int | None, did: str | None,
    user_id: str | None,
) -> Speaker | None:  # fmt: skip
    if not digits and not did and not user_id:
        return None
    phone = number(digits) or number(did)
    outside = str(kind) != OUR_NUMBER if kind is not None else number(digits) is not None
    if outside:
        user_id = None
    return _party(told, role, name, phone, user_id or None, digits, ours=not outside)


def voicemail(entry: Entry) -> list[Draft]:
    """Somebody spoke after the tone; its transcript comes later as an edit of it."""
    told = Told(entry)
    one = RECORDED.decode(told.payload.object)
    verb: Literal["Create", "Update", "Delete"] = "Create"
    if entry.event.endswith("_transcript_completed"):
        verb = "Update"
    elif entry.event.endswith("_deleted"):
        verb = "Delete"
    obj = Object(id=told.uri("voicemail", one.id, "id"), type="Audio", created=times.parse(one.date_time))
    obj.text = words(one.transcription)
    obj.attachments = [] if verb == "Delete" else [_audio(one)]
    new = told.draft(verb, obj, _call_thread(told, one, obj.id), "voicemail", "customer")
    _recorded_ends(told, new, one)
    if verb == "Delete":
        new.visibility = "restricted"
    if verb == "Create":
        new.published = obj.created or told.at
    if one.duration is not None:
        new.metrics = {"duration_s": float(one.duration)}
    new.changes = [Change(field="transcript")] if verb == "Update" else []
    return [new]


def _call_thread(told: Told, one: Recorded, otherwise: str) -> Thread:
    return Thread(id=told.uri("call", one.call_id, "call_id") if one.call_id else otherwise)


def _audio(one: Recorded) -> Attachment:
    length = one.duration * 1000 if one.duration is not None else None
    return Attachment(kind="recording", id=one.id, media_type="audio/mpeg", duration_ms=length)


def recordings(what: Literal["recording", "transcript", "deleted"]) -> EventMapping:
    """Recordings of calls, their transcripts (only that there are some), and that they are gone."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        whole = RECORDED.decode(told.payload.object)
        found = whole.recordings or ([whole] if whole.id else [])
        if not found:
            raise MalformedPayloadError("no recording", "payload.object.recordings")
        return [_recording(told, one, what) for one in found]

    return event


def _recording(told: Told, one: Recorded, what: Literal["recording", "transcript", "deleted"]) -> Draft:
    uri = told.uri("transcript" if what == "transcript" else "recording", one.id, "recordings.id")
    obj = Object(id=uri, type="Document" if what == "transcript" else "Audio")
    obj.start_time, obj.end_time = times.parse(one.date_time), times.parse(one.end_time)
    verb: Literal["Delete", "Create"] = "Delete" if what == "deleted" else "Create"
    new = told.draft(verb, obj, _call_thread(told, one, uri), "call", "restricted")
    _recorded_ends(told, new, one)
    new.visibility = "restricted"
    if what == "deleted":
        return new
    new.published = obj.end_time or told.at
    new.thin = what == "transcript"
    new.references = [Reference(kind="attachment_of", id=new.thread.id)]
    if what == "transcript":
        obj.attachments = [Attachment(kind="transcript", id=one.id)]
    else:
        obj.attachments = [_audio(one)]
    if one.duration is not None:
        new.metrics = {"duration_s": float(one.duration)}
    return new


def recording_state(state: str) -> EventMapping:
    """A recording of a call begins, pauses, ends."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = RECORDED.decode(told.payload.object)
        uri = told.uri("call", one.call_id, "call_id")
        new = told.draft("Update", Object(id=uri, type="Call"), Thread(id=uri, state="open"), "call", "customer")
        _recorded_ends(told, new, one)
        new.changes = [Change(field="recording", after=state)]
        return [new]

    return event


def sms(entry: Entry) -> list[Draft]:
    """A text message, in or out."""
    told = Told(entry)
    one = SMS.decode(told.payload.object)
    sent = entry.event == "phone.sms_sent"
    obj = Object(id=told.uri("sms", one.message_id, "message_id"), type="Note", text=words(one.message))
    obj.created = times.parse(one.date_time)
    obj.attachments = [
        Attachment(kind="file", id=file.id, name=one_line(file.name), size=file.size) for file in one.attachments or ()
    ]
    where = Thread(id=told.uri("sms-session", uuid5(one.session_id), "session_id") if one.session_id else obj.id)
    new = told.draft("Create", obj, where, "sms", "customer")
    new.published = obj.created or told.at
    author = _texter(told, one.sender, "author", ours=sent) if one.sender else None
    readers = [_texter(told, to, "to", ours=not sent) for to in one.to_members]
    new.actor, new.participants = author.party if author else None, [one.party for one in readers]
    ours = [one for one in (author, *readers) if one is not None and one.party.side == "us"]
    new.our_account = next((one.number or one.party.account for one in ours), None)
    new.direction = "outbound" if sent else "inbound"
    return [new]


def _texter(told: Told, one: End, role: Role, *, ours: bool) -> Speaker:
    return _party(
        told, role, one.display_name or one.name, number(one.phone_number), one.id if ours else None, None, ours=ours
    )


def stopped(entry: Entry) -> list[Draft]:
    """A text message that a policy stopped. What it said stays in the delivery, for that is why it was stopped."""
    told = Told(entry)
    one: Sms = SMS.decode(told.payload.object)
    uri = told.uri("blocked-sms", uuid5(str(one.email), str(one.date_time), told.revision), "email")
    obj = Object(id=uri, type="Note", created=times.parse(one.date_time))
    new = told.draft("Create", obj, Thread(id=uri), "sms", "restricted")
    new.actor = told.user(None, one.email, "author")
    new.published, new.direction = obj.created or told.at, "outbound"
    new.fields = {"state": "blocked", "policy": one_line(one.policy_name) or ""}
    return [new]


def summary(entry: Entry) -> list[Draft]:
    """What Zoom's assistant wrote about a call, by its ids only."""
    told = Told(entry)
    one = CALL_SUMMARY.decode(told.payload.object)
    verb: Literal["Create", "Update", "Delete"] = "Delete" if one.deleted else "Update" if one.edited else "Create"
    obj = Object(id=told.uri("call-summary", one.ai_call_summary_id, "ai_call_summary_id"), type="Document")
    obj.created = times.parse(one.created_time)
    call_uri = told.uri("call", one.call_id, "call_id")
    restricted: Visibility = "restricted"
    new = told.draft(verb, obj, Thread(id=call_uri), "call", restricted)
    new.thin = verb != "Delete"
    new.published = times.parse(one.modified_time) or told.at
    new.references = [Reference(kind="attachment_of", id=call_uri)]
    owner = told.user(one.user_id or None, None, "owner")
    new.participants = [owner] if owner else []
    return [new]
