"""Slack deliveries to drafts: which event is mapped by what.

Identity: a message is its channel and time stamp, which all workspaces that share the channel agree on; an
``app_mention`` is the message itself; retries tell the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.slack import channels, marks, messages, people
from commonline.connectors.slack.messages import message_event
from commonline.connectors.slack.payload import ENVELOPE, KIND, MEMBERS_PAGE
from commonline.connectors.slack.space import Part, home
from commonline.errors import MalformedPayloadError
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Change, Delivery

SNAPSHOT = "user.snapshot"
TEMPLATE = "template"
"""A body whose every value is blank, as SDKs keep them to show the form: Slack sends no empty ids."""
FORM = "application/x-www-form-urlencoded"
FORM_EVENTS = ((b"payload=", "interaction"), (b"ssl_check=1", "ssl_check"), (b"command=", "slash_command"))


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One entry: the inner event, or the outer type where there is none."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return _members(delivery, settings)
    if delivery.content_type.startswith(FORM):
        return [Entry(0, _form_event(body), body, "", delivery, settings)]
    envelope = ENVELOPE.decode(body)
    if bytes(envelope.event) in (b"", b"null"):
        name = envelope.type or ("slash_command" if envelope.command else "")
        if not name:
            raise MalformedPayloadError("neither an event nor another body that Slack documents", "type")
        return [Entry(0, name, envelope, "", delivery, settings)]
    part = Part(envelope, envelope.event)
    try:
        kind = KIND.decode(envelope.event)
    except msgspec.MsgspecError as error:
        return [Entry(0, "", error, "event", delivery, settings)]
    name = f"message.{kind.subtype}" if kind.type == "message" and kind.subtype else kind.type
    if name in EVENTS and home(envelope) == (None, None):
        if envelope.team_id == "":
            return [Entry(0, TEMPLATE, None, "", delivery, settings)]
        nowhere = MalformedPayloadError("the envelope names no workspace", "team_id")
        return [Entry(0, name, nowhere, "", delivery, settings)]
    return [Entry(0, name, part, "event", delivery, settings)]


def _members(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    members = MEMBERS_PAGE.decode(delivery.body or b"").members
    if members is None:
        raise MalformedPayloadError("an answer of users.list without members", "members")
    return [Entry(index, SNAPSHOT, raw, f"members[{index}]", delivery, settings) for index, raw in enumerate(members)]


def _form_event(body: bytes) -> str:
    """Slash commands and interactions come as forms; what they say waits for an answer by an app."""
    for mark, name in FORM_EVENTS:
        if body.startswith(mark) or b"&" + mark in body:
            return name
    raise MalformedPayloadError("a form that Slack does not document")


_MESSAGES: dict[str, messages.Handler] = {
    "message": messages.created,
    "message.file_share": messages.created,
    "message.thread_broadcast": messages.created,
    "message.reply_broadcast": messages.created,
    "message.me_message": messages.created,
    "message.bot_message": messages.created,
    "message.huddle_thread": messages.created,
    "message.message_changed": messages.edited,
    "message.message_deleted": messages.deleted,
    "app_mention": messages.mentioned,
    "message.channel_join": channels.member_line("Join"),
    "message.group_join": channels.member_line("Join"),
    "message.channel_leave": channels.member_line("Leave"),
    "message.group_leave": channels.member_line("Leave"),
    "message.channel_name": channels.line("title"),
    "message.group_name": channels.line("title"),
    "message.channel_topic": channels.line("topic"),
    "message.group_topic": channels.line("topic"),
    "message.channel_purpose": channels.line("purpose"),
    "message.group_purpose": channels.line("purpose"),
    "message.channel_archive": channels.line(channels.CLOSED),
    "message.group_archive": channels.line(channels.CLOSED),
    "message.channel_unarchive": channels.line(channels.OPEN),
    "message.group_unarchive": channels.line(channels.OPEN),
    "message.channel_convert_to_private": channels.turned("restricted"),
    "message.channel_convert_to_public": channels.turned("internal"),
}
_CLOSED = Change(field="state", after=channels.CLOSED)
_OPEN = Change(field="state", after=channels.OPEN)

EVENTS: dict[str, EventMapping] = {
    **{name: message_event(handler) for name, handler in _MESSAGES.items()},
    "member_joined_channel": channels.member_event("Join"),
    "member_left_channel": channels.member_event("Leave"),
    "channel_created": channels.channel_event("Create"),
    "channel_rename": channels.channel_event("Update"),
    "channel_archive": channels.channel_event("Update", _CLOSED),
    "channel_unarchive": channels.channel_event("Update", _OPEN),
    "channel_deleted": channels.channel_event("Delete"),
    "channel_shared": channels.shared,
    "channel_unshared": channels.shared,
    "channel_id_changed": channels.moved,
    "group_rename": channels.channel_event("Update", kind="group"),
    "group_archive": channels.channel_event("Update", _CLOSED, kind="group"),
    "group_unarchive": channels.channel_event("Update", _OPEN, kind="group"),
    "group_deleted": channels.channel_event("Delete", kind="group"),
    "reaction_added": marks.marking("Like", "like"),
    "reaction_removed": marks.marking("Undo", "like", "Like"),
    "pin_added": marks.marking("Add", "pin"),
    "pin_removed": marks.marking("Remove", "pin"),
    "file_shared": marks.file_event(marks.file_placed("Add")),
    "file_unshared": marks.file_event(marks.file_placed("Remove")),
    "file_deleted": marks.file_event(marks.file_deleted),
    "file_public": marks.file_event(marks.file_opened),
    "team_join": people.joined,
    "user_change": people.changed,
    "user_profile_changed": people.changed,
    SNAPSHOT: people.snapshot,
}
