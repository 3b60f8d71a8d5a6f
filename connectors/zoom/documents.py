"""Cloud recordings, transcripts, and what Zoom's assistant wrote: all restricted."""

from __future__ import annotations

from typing import Literal

from commonline.connectors.zoom import meetings
from commonline.connectors.zoom.account import Told, address, words
from commonline.connectors.zoom.payload import SUMMARY, Meeting, RecordingFile, Summary
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.kit.markdown import markdown_to_text
from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, Change, Object, ObjectType, Party, Reference, Thread

KINDS: dict[str, ObjectType] = {"MP4": "Video", "M4A": "Audio", "TRANSCRIPT": "Document", "CHAT": "Document"}
"""Files that are told. CC repeats the transcript, TIMELINE and the like are for players."""
MEDIA = {"MP4": "video/mp4", "M4A": "audio/mp4", "TRANSCRIPT": "text/vtt", "CHAT": "text/plain"}


def recorded(entry: Entry) -> list[Draft] | Ignored:
    """The files of a recording, each a document of its own: they come in parts, some of them again."""
    told, meeting = meetings.opened(entry)
    files = [one for one in meeting.recording_files if (one.file_type or "").upper() in KINDS and one.id]
    if not files:
        return Ignored("no-content")
    return [_file(told, meeting, one) for one in files]


def _file(told: Told, meeting: Meeting, one: RecordingFile) -> Draft:
    kind = (one.file_type or "").upper()
    transcript = kind in ("TRANSCRIPT", "CHAT")
    obj = Object(
        id=told.uri("recording", one.id, "recording_files.id"), type=KINDS[kind], title=one_line(meeting.topic)
    )
    obj.url = address(one.play_url)
    obj.start_time, obj.end_time = times.parse(one.recording_start), times.parse(one.recording_end)
    obj.attachments = [
        Attachment(
            kind="transcript" if transcript else "recording",
            id=one.id,
            media_type=MEDIA[kind],
            size=one.file_size,
            duration_ms=_length_ms(obj),
        )
    ]
    new = told.draft("Create", obj, meetings.thread(told, meeting), "meeting", "restricted")
    new.direction = "internal"
    new.thin = transcript
    new.actor = told.user(meeting.host_id or None, meeting.host_email, "host")
    new.published = obj.end_time or told.at
    new.references = [Reference(kind="attachment_of", id=meetings.meeting_uri(told, meeting))]
    if one.recording_type:
        new.fields["recording_type"] = one.recording_type
    return new


def _length_ms(obj: Object) -> int | None:
    if obj.start_time is None or obj.end_time is None or obj.end_time < obj.start_time:
        return None
    return (obj.end_time - obj.start_time) // 1000


def recording_state(state: str) -> EventMapping:
    """A recording begins, pauses, ends: a change of the meeting."""

    def event(entry: Entry) -> list[Draft]:
        told, meeting = meetings.opened(entry)
        obj = Object(id=meetings.meeting_uri(told, meeting), type="Meeting", title=one_line(meeting.topic))
        new = told.draft("Update", obj, meetings.thread(told, meeting), "meeting", "internal")
        new.direction = "internal"
        new.actor = told.operator() or told.user(meeting.host_id or None, meeting.host_email, "host")
        new.changes = [Change(field="recording", after=state)]
        new.references = meetings.series(told, meeting)
        return [new]

    return event


def recording_gone(verb: Literal["Delete", "Undo"]) -> EventMapping:
    """Recordings of a meeting went to the bin, were deleted, or came back."""

    def event(entry: Entry) -> list[Draft]:
        told, meeting = meetings.opened(entry)
        ids = [told.uri("recording", one.id, "recording_files.id") for one in meeting.recording_files if one.id]
        whole = told.uri("recordings", meeting.uuid or meeting.id, "uuid")
        drafts = []
        for uri in ids or [whole]:
            obj = Object(id=uri, type="Document", title=one_line(meeting.topic))
            new = told.draft(verb, obj, meetings.thread(told, meeting), "meeting", "restricted")
            new.direction = "internal"
            new.undoes = "Delete" if verb == "Undo" else None
            new.actor = told.operator()
            drafts.append(new)
        return drafts

    return event


def transcript(entry: Entry) -> list[Draft]:
    """The words of a transcript, which `source.py` has fetched: the full fact behind the thin one of the webhook."""
    told, meeting = meetings.opened(entry)
    one = next(iter(meeting.recording_files), RecordingFile())
    uri = told.uri("recording", one.id, "recording_files.id")
    text = decoded(entry.delivery.body or b"")
    obj = Object(id=uri, type="Document", title=one_line(meeting.topic), text=text, markup="text/vtt")
    obj.attachments = [Attachment(kind="transcript", id=one.id, media_type="text/vtt")]
    new = told.draft("Create", obj, meetings.thread(told, meeting), "meeting", "restricted")
    new.direction = "internal"
    obj.start_time, obj.end_time = times.parse(one.recording_start), times.parse(one.recording_end)
    new.published = obj.end_time
    new.actor = told.user(meeting.host_id or None, meeting.host_email, "host")
    new.references = [Reference(kind="attachment_of", id=meetings.meeting_uri(told, meeting))]
    return [new]


def summary(verb: Literal["Create", "Update", "Delete", "Undo"], change: str | None = None) -> EventMapping:
    """A summary was written, changed, shared, deleted or restored."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = SUMMARY.decode(told.payload.object)
        obj = Object(
            id=told.uri("summary", one.meeting_uuid, "meeting_uuid"),
            type="Document",
            title=one_line(one.summary_title or one.meeting_topic),
            created=times.parse(one.summary_created_time),
        )
        meeting = told.uri("meeting", one.meeting_uuid, "meeting_uuid")
        where = Thread(id=meeting, title=one_line(one.meeting_topic))
        new = told.draft(verb, obj, where, "meeting", "restricted")
        new.direction = "internal"
        new.undoes = "Delete" if verb == "Undo" else None
        new.actor = told.operator() or told.user(one.meeting_host_id or None, one.meeting_host_email, "host")
        new.references = [Reference(kind="attachment_of", id=meeting)]
        if verb in ("Create", "Update"):
            _written(told, one, new)
        if change == "shared":
            new.participants, new.direction = _shared_with(told, one), None
            new.changes = [Change(field="shared")]
        return [new]

    return event


def _written(told: Told, one: Summary, new: Draft) -> None:
    modified = one.summary_last_modified_time or one.summary_created_time
    new.published = times.parse(modified) or told.at
    if new.type == "Create":
        new.automated = True
    new.object.text = _text(one)


def _text(one: Summary) -> str | None:
    if one.summary_content:
        return markdown_to_text(one.summary_content)
    parts = [words(one.summary_overview) or ""]
    parts += [
        f"{one_line(part.label) or ''}\n{words(part.summary) or ''}".strip() for part in one.summary_details or ()
    ]
    parts += ["\n".join(f"- {one_line(step) or ''}" for step in one.next_steps or ())]
    return "\n\n".join(part for part in parts if part) or None


def _shared_with(told: Told, one: Summary) -> list[Party]:
    found = (told.user(None, someone.user_email, "to") for someone in one.share_with_users or ())
    parties = [party for party in found if party is not None]
    for party in parties:
        party.side = "unknown"
    return parties


def decoded(data: bytes) -> str:
    """The speech of a WebVTT file, one cue a line, without times. Raises `MalformedPayloadError`."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise MalformedPayloadError("the transcript is not UTF-8") from error
    if not text.startswith("WEBVTT"):
        raise MalformedPayloadError("the transcript is no WebVTT file")
    lines: list[str] = []
    for cue in text.split("\n\n")[1:]:
        _, arrow, spoken = cue.partition("-->")
        if arrow:
            lines += [line for line in spoken.partition("\n")[2].split("\n") if line.strip()]
    return words("\n".join(lines)) or ""
