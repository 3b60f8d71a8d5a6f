"""Zoom Contact Center: a consumer's engagement is the thread; notes stay internal, recordings restricted."""

from __future__ import annotations

from typing import Literal

from commonline.connectors.zoom.account import Told, number, words
from commonline.connectors.zoom.desk_payload import ENGAGEMENT, Engagement, Someone
from commonline.errors import MalformedPayloadError
from commonline.ids import uuid5
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import (
    ActivityType,
    Attachment,
    Change,
    Channel,
    Container,
    Object,
    Party,
    Reference,
    Role,
    Thread,
    ThreadState,
    Visibility,
)

CHANNELS: dict[str, Channel] = {"voice": "call", "messaging": "chat", "email": "email", "video": "meeting"}
CONNECTOR = "zoom"


def _draft(
    entry: Entry, verb: ActivityType, kind: str, visibility: Visibility, state: ThreadState = "unknown"
) -> tuple[Told, Engagement, Draft]:
    """An activity in an engagement; who spoke is for the caller."""
    told = Told(entry)
    one = ENGAGEMENT.decode(told.payload.object)
    uri = told.uri("engagement", one.engagement_id, "engagement_id")
    where = Thread(id=uri, state=state)
    if one.cc_queue_id:
        where.container = Container(
            id=told.uri("queue", one.cc_queue_id, "cc_queue_id"), name=one_line(one.queue_name), kind="queue"
        )
    channel: Channel = "sms" if one.channel_source == "sms" else CHANNELS.get(one.channel or "", "chat")
    new = told.draft(
        verb, Object(id=uri, type="Ticket" if kind == "engagement" else "Note"), where, channel, visibility
    )
    new.published = times.parse(one.date_time_ms) or told.at
    new.our_account = number(one.flow_number)
    return told, one, new


def consumer(told: Told, one: Engagement | Someone, role: Role) -> Party | None:
    """The customer."""
    phone = number(one.consumer_number)
    email = mailto(one.consumer_email) if isinstance(one, Engagement) else None
    account = native(CONNECTOR, told.payload.account_id, "consumer", one.consumer_id) if one.consumer_id else phone
    if account is None and not one.consumer_display_name:
        return None
    claims = [*(claim(phone, "verified") if account != phone else []), *claim(email, "asserted")]
    return Party(
        account=account,
        kind="person",
        side="customer",
        role=role,
        name=one_line(one.consumer_display_name),
        claims=claims,
    )


def message(who: Literal["consumer", "user"]) -> EventMapping:
    """A message or files, from the consumer or from an agent. Zoom names no message: its time has to do."""

    def event(entry: Entry) -> list[Draft]:
        told, one, new = _draft(entry, "Create", "message", "customer")
        name = one.message_id or uuid5(str(one.date_time_ms), who, one.message_text or "", *_names(one))
        new.object = Object(id=told.uri("engagement-message", name, "message_id"), type="Note")
        new.object.text, new.object.created = words(one.message_text), times.parse(one.date_time_ms)
        new.object.attachments = [
            Attachment(
                kind="image" if file.file_type == "Image" else "file",
                id=file.file_id,
                name=one_line(file.file_name),
                size=file.file_size,
            )
            for file in one.files or ()
        ]
        agent = told.user(one.user_id or None, None, "author" if who == "user" else "to", one.user_display_name)
        customer = consumer(told, one, "author" if who == "consumer" else "to")
        new.actor, other = (customer, agent) if who == "consumer" else (agent, customer)
        new.participants = [other] if other else []
        new.direction = "inbound" if who == "consumer" else "outbound"
        return [new]

    return event


def _names(one: Engagement) -> list[str]:
    return [file.file_id or "" for file in one.files or ()]


def note(verb: Literal["Create", "Update", "Delete"]) -> EventMapping:
    """An agent's note."""

    def event(entry: Entry) -> list[Draft]:
        told, one, new = _draft(entry, verb, "note", "internal")
        new.object.id = told.uri("engagement-note", one.note_id, "note_id")
        new.object.text = words(one.note) if verb != "Delete" else None
        new.actor = told.user(one.user_id or None, None, "author", one.user_display_name)
        new.direction = "internal"
        modified = times.parse(one.last_modified_time)
        if verb == "Update" and modified is not None:
            new.published, new.revision = modified, str(modified)
            new.object.version = new.revision
            new.changes = [Change(field="body")]
        return [new]

    return event


def inbox(entry: Entry) -> list[Draft]:
    """A consumer left a message in an inbox of the contact center; the words are not told."""
    told, one, new = _draft(entry, "Create", "message", "customer")
    new.object.id = told.uri("inbox-message", one.message_id, "message_id")
    new.object.type = "Audio" if one.channel == "voice" else "Note"
    new.channel = "voicemail" if one.channel == "voice" else new.channel
    new.thin = True
    new.actor = consumer(told, one, "author")
    new.direction = "inbound"
    new.fields = {"inbox": one_line(one.inbox_name) or ""} if one.inbox_name else {}
    return [new]


def engagement(state: str, where: ThreadState, verb: Literal["Create", "Update"] = "Update") -> EventMapping:
    """The engagement begins, is taken, is handed on, ends."""

    def event(entry: Entry) -> list[Draft]:
        told, one, new = _draft(entry, verb, "engagement", "customer", where)
        new.object.start_time, new.object.end_time = times.parse(one.start_time), times.parse(one.end_time)
        customer = consumer(told, one, "requester")
        agent = told.user(one.user_id or None, None, "assignee", one.user_display_name)
        new.actor, others = (customer, [agent]) if verb == "Create" else (agent, [customer])
        if one.transfer_to_user_id:
            others.append(told.user(one.transfer_to_user_id, None, "assignee", one.transfer_to_user_display_name))
        new.participants = [party for party in others if party is not None]
        if verb == "Create":
            new.direction = "outbound" if one.engagement_direction == "outbound" else "inbound"
        else:
            new.changes = [Change(field="state", after=state), *_handed_on(one)]
        return [new]

    return event


def _handed_on(one: Engagement) -> list[Change]:
    changes = []
    if one.transfer_to_queue_name:
        changes.append(
            Change(field="queue", before=one_line(one.queue_name), after=one_line(one.transfer_to_queue_name))
        )
    if one.transfer_to_user_id:
        changes.append(
            Change(
                field="assignee",
                before=one_line(one.user_display_name),
                after=one_line(one.transfer_to_user_display_name) or one.transfer_to_user_id,
            )
        )
    return changes


def recording(what: Literal["recording", "transcript", "deleted"]) -> EventMapping:
    """A recording of an engagement, or its transcript: only that there is one."""

    def event(entry: Entry) -> list[Draft]:
        gone = what == "deleted"
        told, one, new = _draft(entry, "Delete" if gone else "Create", "recording", "restricted")
        if not one.recording_id:
            raise MalformedPayloadError("the recording has no id", "payload.object.recording_id")
        kind = "engagement-transcript" if what == "transcript" else "engagement-recording"
        new.object.id = told.uri(kind, one.recording_id, "recording_id")
        new.object.type = "Document" if what == "transcript" else "Video" if one.channel == "video" else "Audio"
        new.object.start_time = times.parse(one.recording_start_time_ms)
        new.object.end_time = times.parse(one.recording_end_time_ms)
        people = [told.user(who.user_id or None, None, "member", who.user_display_name) for who in one.users]
        people += [consumer(told, who, "member") for who in one.consumers]
        new.participants = [party for party in people if party is not None]
        owner = told.user(one.owner_id or None, None, "owner", one.owner_name)
        new.participants += [owner] if owner else []
        if not gone:
            new.thin = what == "transcript"
            new.published = new.object.end_time or new.published
            new.object.attachments = [
                Attachment(kind="transcript" if what == "transcript" else "recording", id=one.recording_id)
            ]
            new.references = [Reference(kind="attachment_of", id=new.thread.id)]
        if one.recording_duration is not None:
            new.metrics = {"duration_s": float(one.recording_duration)}
        return [new]

    return event
