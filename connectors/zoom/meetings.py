"""Meetings and webinars: planned, held, who came and went, what was said in their chat."""

from __future__ import annotations

from typing import Literal

from commonline.connectors.zoom.account import CONNECTOR, Told, address, number, words
from commonline.connectors.zoom.payload import MEETING, ChatMessage, Meeting, Participant
from commonline.errors import MalformedPayloadError
from commonline.ids import uuid5
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, Change, Object, Party, Reference, Thread, ThreadState

EVERYBODY = frozenset({"everyone", "everyone_in_meeting", "all"})
SHOWN = ("topic", "start_time", "duration", "timezone", "agenda")


def opened(entry: Entry) -> tuple[Told, Meeting]:
    """The event and its meeting."""
    told = Told(entry)
    return told, MEETING.decode(told.payload.object)


def meeting_uri(told: Told, meeting: Meeting) -> str:
    """One occurrence by its uuid; what is only planned and told by its number, by that."""
    uuid = meeting.uuid or meeting.meeting_uuid
    if uuid:
        return told.uri("meeting", uuid, "uuid")
    return told.uri("series", meeting.id or meeting.meeting_id, "id")


def series(told: Told, meeting: Meeting) -> list[Reference]:
    """The number under which the meeting was called, which is the same every time."""
    told_id = meeting.id or meeting.meeting_id
    if not told_id or not (meeting.uuid or meeting.meeting_uuid):
        return []
    return [Reference(kind="related", id=told.uri("series", told_id, "id"))]


def thread(told: Told, meeting: Meeting, state: ThreadState = "unknown") -> Thread:
    """The meeting as a thread."""
    return Thread(id=meeting_uri(told, meeting), title=one_line(meeting.topic), state=state)


def lifecycle(
    verb: Literal["Create", "Update", "Delete", "Undo"], state: str | None = None, where: ThreadState = "unknown"
) -> EventMapping:
    """The meeting was planned, begun, ended or deleted."""

    def event(entry: Entry) -> list[Draft]:
        told, meeting = opened(entry)
        obj = Object(id=meeting_uri(told, meeting), type="Meeting", title=one_line(meeting.topic))
        if verb in ("Create", "Update"):
            obj.text, obj.url = words(meeting.agenda) or None, address(meeting.join_url)
            obj.start_time, obj.end_time = times.parse(meeting.start_time), times.parse(meeting.end_time)
        new = told.draft(verb, obj, thread(told, meeting, where), "meeting", "internal")
        new.undoes, new.direction = "Delete" if verb == "Undo" else None, "internal"
        new.actor = told.operator() or told.user(meeting.host_id or None, meeting.host_email, "author")
        if meeting.host_id and new.actor is not None and told.payload.operator_id:
            host = told.user(meeting.host_id, meeting.host_email, "host")
            new.participants = [host] if host else []
        new.references = series(told, meeting)
        new.changes = [Change(field="state", after=state)] if state else []
        if verb == "Update" and not state:
            new.changes = _changes(told, meeting)
        if meeting.duration is not None:
            new.metrics = {"duration_s": meeting.duration * 60.0}
        return [new]

    return event


def _changes(told: Told, meeting: Meeting) -> list[Change]:
    """What Zoom says was another value before."""
    before = MEETING.decode(told.payload.old_object)
    found = []
    for name in SHOWN:
        old, new = getattr(before, name), getattr(meeting, name)
        if new is not None and old != new:
            field = "title" if name == "topic" else name
            found.append(Change(field=field, before=None if old is None else str(old), after=str(new)))
    return found


def attendance(verb: Literal["Join", "Leave"]) -> EventMapping:
    """Somebody came, or went."""

    def event(entry: Entry) -> list[Draft]:
        told, meeting = opened(entry)
        one = meeting.participant
        if one is None:
            raise MalformedPayloadError("the participant is missing", "payload.object.participant")
        obj = Object(id=meeting_uri(told, meeting), type="Meeting", title=one_line(meeting.topic))
        new = told.draft(verb, obj, thread(told, meeting), "meeting", "internal")
        moment = one.join_time if verb == "Join" else one.leave_time
        new.published = times.parse(moment) or told.at
        new.actor = attendee(told, meeting, one)
        seat = one.participant_uuid or one.id or one.user_id or (new.actor.account if new.actor else None) or "guest"
        new.edge = f"{obj.id}/member/{quoted(str(seat))}"
        new.revision = str(new.published)
        new.references = series(told, meeting)
        return [new]

    return event


def attendee(told: Told, meeting: Meeting, one: Participant) -> Party:
    """Whoever is logged in has an account; of a guest the name and the address are what they gave."""
    user_id = one.id or one.participant_user_id
    email, phone = mailto(one.email), number(one.phone_number)
    if user_id:
        party = Party(account=native(CONNECTOR, told.payload.account_id, "user", user_id), kind="person")
        party.side = "us" if user_id == meeting.host_id else "unknown"
        party.claims = [*claim(email, "verified"), *claim(phone, "verified")]
    else:
        seat = one.participant_uuid or (str(one.user_id) if one.user_id else None)
        guest = native(CONNECTOR, told.payload.account_id, "guest", seat) if seat else None
        party = Party(account=guest, kind="anonymous", claims=[*claim(email, "asserted"), *claim(phone, "verified")])
    party.name, party.role = one_line(one.user_name), "member"
    return party


def chat(entry: Entry) -> list[Draft]:
    """A line or a file in the meeting's own chat; what went to one person only is restricted."""
    told, meeting = opened(entry)
    said = meeting.chat_message or meeting.chat_message_file
    if said is None:
        raise MalformedPayloadError("the message is missing", "payload.object.chat_message")
    kind, native_id = ("chat", said.message_id) if said.message_id else ("file", said.file_id)
    obj = Object(id=told.uri(kind, native_id, "chat_message.message_id"), type="Note", text=words(said.message_content))
    if meeting.chat_message_file is not None:
        obj.id = told.uri("file", said.file_id, "chat_message_file.file_id")
        obj.type = "Document"
        obj.attachments = [Attachment(kind="file", id=said.file_id, name=one_line(said.file_name), size=said.file_size)]
    obj.created = times.parse(said.date_time)
    everybody = said.recipient_type in EVERYBODY
    new = told.draft("Create", obj, thread(told, meeting), "chat", "internal" if everybody else "restricted")
    new.published = obj.created or told.at
    new.actor = _speaker(told, said.sender_session_id, said.sender_name, said.sender_email, said.sender_type)
    new.actor.role = "author"
    if not everybody and (said.recipient_name or said.recipient_session_id):
        to = _speaker(told, said.recipient_session_id, said.recipient_name, said.recipient_email, said.recipient_type)
        to.role = "to"
        new.participants = [to]
    new.references = [*_message_of_file(told, said, obj.type), *series(told, meeting)]
    return [new]


def _message_of_file(told: Told, said: ChatMessage, kind: str) -> list[Reference]:
    if kind != "Document" or not said.message_id:
        return []
    return [Reference(kind="attachment_of", id=told.uri("chat", said.message_id, "message_id"))]


def _speaker(told: Told, session: str | None, name: str | None, email: str | None, kind: str | None) -> Party:
    address_of = mailto(email)
    party = Party(name=one_line(name), kind="person", side="us" if kind == "host" else "unknown")
    if address_of:
        party.account = address_of
    elif session:
        party.account = native(CONNECTOR, told.payload.account_id, "guest", uuid5(session))
        party.kind = "anonymous"
    return party
