"""Reactions, pins and files: relations to messages and channels, and files by their ids."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from commonline.connectors.slack.mrkdwn import channel_uri
from commonline.connectors.slack.payload import FILE, MARK, FileEvent, Mark
from commonline.connectors.slack.space import (
    Space,
    message_uri,
    micros,
    needed,
    space_of,
    stamp,
)
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import ActivityType, Change, Object, Reference, Thread


class Target(Struct, frozen=True):
    """What is marked: the parts of its URI, where it lies, and the channel's id ("" for a file alone)."""

    parts: tuple[str, ...]
    object: Object
    thread: Thread
    channel: str = ""


def _target(space: Space, event: Mark) -> Target:
    item = event.item
    if item is None:
        raise MalformedPayloadError("the event names nothing that is marked", "item")
    if item.type == "file" or (item.file and not item.ts):
        file = needed(item.file, "item.file")
        uri = file_uri(file)
        return Target(("file", file), Object(id=uri, type="Document"), Thread(id=uri))
    channel = needed(item.channel or event.channel_id, "item.channel")
    message = item.message
    ts = stamp(item.ts or (message.ts if message else None), "item.ts")
    root = stamp(message.thread_ts, "item.message.thread_ts") if message and message.thread_ts else ts
    obj = Object(id=message_uri(channel, ts), type="Note", url=space.page(channel, ts), created=micros(ts))
    return Target(("message", channel, ts), obj, space.thread(channel, root), channel)


def marking(verb: ActivityType, kind: str, undoes: ActivityType | None = None) -> EventMapping:
    """A reaction or pin. Who and which emoji are part of the relation: one may set several."""

    def read(entry: Entry) -> list[Draft]:
        event = MARK.decode(entry.body.raw)
        space = space_of(entry)
        target = _target(space, event)
        user = needed(event.user, "user")
        emoji = needed(event.reaction, "reaction") if kind == "like" else None
        actor = space.person(user, "author")
        target.object.author = space.person(event.item_user, "author")
        return [
            Draft(
                event=entry.event,
                type=verb,
                undoes=undoes,
                object=target.object,
                edge=native("slack", *target.parts, kind, *((user, emoji) if emoji else ())),
                thread=target.thread,
                channel="chat",
                visibility=space.visibility(target.channel, None),
                revision=event.event_ts or "",
                actor=actor,
                our_account=space.account,
                direction=space.direction(actor.side) if actor else "internal",
                published=micros(event.event_ts),
                reaction=emoji,
            )
        ]

    return read


def file_uri(file: str) -> str:
    """The URI of a file."""
    return native("slack", "file", file)


FileHandler = Callable[[Entry, Space, FileEvent, str], Draft]


def file_event(handler: FileHandler) -> EventMapping:
    """Read a file event, which tells ids only, and hand it to its mapping."""

    def read(entry: Entry) -> list[Draft]:
        event = FILE.decode(entry.body.raw)
        file = needed(event.file_id or (event.file.id if event.file else None), "file_id")
        return [handler(entry, space_of(entry), event, file)]

    return read


def _file_draft(entry: Entry, space: Space, event: FileEvent, file: str, verb: ActivityType) -> Draft:
    uri = file_uri(file)
    channel = event.channel_id or ""
    actor = space.person(event.user_id or event.user, "author")
    return Draft(
        event=entry.event,
        type=verb,
        object=Object(id=uri, type="Document"),
        thread=space.channel_thread(channel) if channel else Thread(id=uri),
        channel="chat",
        visibility=space.visibility(channel, None),
        revision=event.event_ts or "",
        actor=actor,
        our_account=space.account,
        direction=space.direction(actor.side) if actor else "internal",
        published=micros(event.event_ts),
    )


def file_placed(verb: ActivityType) -> FileHandler:
    """A file was put into a channel, or taken out of it."""

    def handle(entry: Entry, space: Space, event: FileEvent, file: str) -> Draft:
        draft = _file_draft(entry, space, event, file, verb)
        channel = needed(event.channel_id, "channel_id")
        draft.edge = native("slack", "file", file, "channel", channel)
        draft.references = [Reference(kind="target", id=channel_uri(channel))]
        return draft

    return handle


def file_deleted(entry: Entry, space: Space, event: FileEvent, file: str) -> Draft:
    """A file is gone; Slack does not say by whom."""
    draft = _file_draft(entry, space, event, file, "Delete")
    draft.revision = ""
    return draft


def file_opened(entry: Entry, space: Space, event: FileEvent, file: str) -> Draft:
    """A file that only some saw can be seen by the whole workspace now."""
    draft = _file_draft(entry, space, event, file, "Update")
    draft.changes = [Change(field="visibility", after="internal")]
    return draft
