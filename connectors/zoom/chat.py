"""Team chat: messages, answers, edits, channels and their members.

Zoom does not say whether a channel is open to everybody; the source's settings name those that are.
"""

from __future__ import annotations

from typing import Literal

from commonline.connectors.zoom.account import Told
from commonline.connectors.zoom.payload import CHAT, Chat
from commonline.errors import MalformedPayloadError
from commonline.ids import uuid5
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import link_spans, one_line, tidy
from commonline.schemas.records import Attachment, Change, Container, Object, Party, Reference, Thread, Visibility


def message(verb: Literal["Create", "Update", "Delete"]) -> EventMapping:
    """A message: sent, answered, edited, deleted."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = CHAT.decode(told.payload.object)
        obj = Object(id=told.uri("message", one.id or one.message_id, "id"), type="Note")
        obj.created = times.parse(one.timestamp) or times.parse(one.date_time)
        if verb != "Delete":
            found = tidy(one.message or "", [])
            obj.text, obj.spans = found.text or None, link_spans(found.text)
            obj.attachments = _files(one)
        new = told.draft(verb, obj, _thread(told, one, obj.id), "chat", visibility(one.channel_id, entry))
        new.actor = told.operator()
        if verb == "Create":
            new.published = obj.created or told.at
        elif verb == "Update":
            new.changes = [Change(field="body")]
        if one.channel_id:
            new.direction = "internal"
        other = told.user(one.contact_id or None, one.contact_email, "to")
        if not one.channel_id and other is not None:
            other.side = "unknown"
            new.participants = [other]
        parent = one.parent_msg_id or one.reply_main_message_id
        if parent:
            new.references = [Reference(kind="reply", id=told.uri("message", parent, "parent_msg_id"))]
        return [new]

    return event


def _thread(told: Told, one: Chat, own: str) -> Thread:
    """In a channel the first message of a thread; between two people all that they say."""
    parent = one.parent_msg_id or one.reply_main_message_id
    root = told.uri("message", parent, "parent_msg_id") if parent else own
    if one.channel_id:
        return Thread(id=root, container=_channel(told, one.channel_id, one.channel_name))
    if one.session_id:
        return Thread(id=told.uri("session", uuid5(one.session_id), "session_id"))
    return Thread(id=root)


def _channel(told: Told, channel_id: str, name: str | None) -> Container:
    return Container(id=told.uri("channel", channel_id, "channel_id"), name=one_line(name), kind="channel")


def visibility(channel: str | None, entry: Entry) -> Visibility:
    """Internal where the settings say that the channel is open to all colleagues; else restricted."""
    return "internal" if channel and channel in (entry.settings.get("open_channels") or ()) else "restricted"


def _files(one: Chat) -> list[Attachment]:
    found = [
        Attachment(
            kind="file",
            id=file.file_id or file.id,
            name=one_line(file.file_name or file.name),
            size=file.file_size if file.file_size is not None else file.size,
        )
        for file in one.files or ()
    ]
    if not found and one.file_id:
        found = [Attachment(kind="file", id=one.file_id, name=one_line(one.file_name), size=one.file_size)]
    return found


def channel(verb: Literal["Create", "Update", "Delete"]) -> EventMapping:
    """A channel is made, gets another name, is deleted."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = CHAT.decode(told.payload.object)
        where = _channel(told, one.id or "", one.name)
        obj = Object(id=where.id, type="Group", title=where.name)
        new = told.draft(verb, obj, Thread(id=where.id, title=where.name, container=where), "chat", "restricted")
        new.visibility = visibility(one.id, entry)
        new.actor = told.operator()
        new.changes = [Change(field="title", after=where.name)] if verb == "Update" else []
        return [new]

    return event


def membership(verb: Literal["Join", "Leave", "Invite", "Remove"]) -> EventMapping:
    """Members of a channel: invited or removed by somebody, or come and gone by themselves."""

    def event(entry: Entry) -> list[Draft]:
        told = Told(entry)
        one = CHAT.decode(told.payload.object)
        members = [told.user(who.id or None, who.email, "subject", who.display_name) for who in one.members]
        if not members and verb in ("Join", "Leave"):
            members = [told.operator("subject")]
        if not members:
            raise MalformedPayloadError("the members are missing", "payload.object.members")
        return [_member(told, entry, one, verb, who) for who in members if who is not None]

    return event


def _member(
    told: Told, entry: Entry, one: Chat, verb: Literal["Join", "Leave", "Invite", "Remove"], who: Party
) -> Draft:
    where = _channel(told, one.id or "", one.name)
    obj = Object(id=where.id, type="Group", title=where.name)
    new = told.draft(verb, obj, Thread(id=where.id, title=where.name, container=where), "chat", "restricted")
    new.visibility = visibility(one.id, entry)
    new.edge = f"{where.id}/member/{quoted(who.account or who.name or '')}"
    if verb in ("Join", "Leave"):
        who.role = "author"
        new.actor = who
    else:
        who.side = "unknown"
        new.actor, new.participants = told.operator(), [who]
    new.published = times.parse(one.timestamp) or times.parse(one.date_time) or told.at
    return new
