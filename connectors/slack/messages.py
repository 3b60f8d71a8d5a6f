"""Messages: written, edited, deleted."""

from __future__ import annotations

from collections.abc import Callable

from commonline.connectors.slack.blocks import write_attachments, write_blocks
from commonline.connectors.slack.mrkdwn import Writer
from commonline.connectors.slack.payload import MESSAGE, File, LegacyAttachment, Message, MessageEvent
from commonline.connectors.slack.space import (
    Space,
    app_of,
    author_of,
    is_own,
    message_uri,
    micros,
    needed,
    space_of,
    stamp,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import text as texts
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.schemas.records import Attachment, AttachmentKind, Change, Object, Party, Reference

LARGEST = 1 << 53
"""Bytes or milliseconds: what claims to be more is not true."""
ROOT_KINDS = frozenset({"image", "video", "audio"})
_GONE = frozenset({"tombstone", "hidden_by_limit"})


def text_of(space: Space, message: Message) -> texts.Text:
    """What a message says: its text, else its blocks; and the cards of apps, which are no previews of links."""
    writer = Writer(space.user)
    if message.text:
        writer.mrkdwn(message.text)
    elif message.blocks:
        write_blocks(writer, message.blocks)
    write_attachments(writer, [card for card in message.attachments or [] if not is_preview(card)])
    return texts.tidy(writer.text.rstrip("\n"), writer.spans)


def is_preview(card: LegacyAttachment) -> bool:
    """Made by Slack from a link or a shared message, not by whoever wrote."""
    return bool(card.from_url or card.original_url or card.is_share or card.is_msg_unfurl)


def attachment(file: File) -> Attachment:
    """A file by its page in Slack: its other addresses need a token, or hold one."""
    media_type = file.mimetype.lower() if file.mimetype and "/" in file.mimetype else None
    family = media_type.partition("/")[0] if media_type else ""
    kind: AttachmentKind = family if family in ROOT_KINDS else "file"  # type: ignore[assignment]
    return Attachment(
        kind="link" if file.is_external else kind,
        id=file.id or None,
        url=(file.external_url if file.is_external else file.permalink) or None,
        media_type=media_type,
        name=file.title or file.name or None,
        size=file.size if file.size is not None and 0 <= file.size < LARGEST else None,
        duration_ms=file.duration_ms if file.duration_ms and 0 < file.duration_ms < LARGEST else None,
    )


def attachments(message: Message) -> list[Attachment]:
    """Files that can still be seen."""
    return [attachment(file) for file in message.files or [] if file.mode not in _GONE]


def references(space: Space, message: Message, channel: str, ts: str) -> list[Reference]:
    """The thread's first message, and messages that are shown in this one."""
    found: list[Reference] = []
    if message.thread_ts and message.thread_ts != ts:
        root = message_uri(channel, stamp(message.thread_ts, "thread_ts"))
        author = space.user(message.parent_user_id) if message.parent_user_id and not space.shared else None
        found.append(Reference(kind="reply", id=root, author=author))
    for card in message.attachments or []:
        if (card.is_share or card.is_msg_unfurl) and card.channel_id and isinstance(card.ts, str):
            kind = "forward" if card.is_share else "quote"
            uri = message_uri(card.channel_id, stamp(card.ts, "attachments.ts"))
            found.append(Reference(kind=kind, id=uri))  # type: ignore[arg-type]
    return found


def written(entry: Entry, space: Space, message: Message, channel: str, channel_type: str | None) -> Draft:
    """A message as it stands in a channel."""
    ts = stamp(message.ts, "ts")
    root = stamp(message.thread_ts, "thread_ts") if message.thread_ts else ts
    author = author_of(space, message)
    told = text_of(space, message)
    app = app_of(message)
    echo = is_own(space, message)
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(
            id=message_uri(channel, ts),
            type="Note",
            url=space.page(channel, ts, message.thread_ts),
            text=told.text,
            markup="text/x-slack-mrkdwn",
            created=micros(ts),
            spans=told.spans,
            attachments=attachments(message),
        ),
        thread=space.thread(channel, root, channel_type),
        channel="chat",
        visibility=space.visibility(channel, channel_type),
        actor=author,
        our_account=space.account,
        references=references(space, message, channel, ts),
        direction="outbound" if echo else space.direction(author.side if author else "unknown"),
        automated=author is not None and author.kind == "application",
        generator=app,
        client_ref=_client_ref(message) if echo else None,
        published=micros(ts),
        fields={"broadcast": "true"} if message.subtype in ("thread_broadcast", "reply_broadcast") else {},
    )


def _client_ref(message: Message) -> str | None:
    """The reference that we wrote into the metadata of what we sent."""
    payload = message.metadata.event_payload if message.metadata else None
    value = payload.get("client_ref") if payload else None
    return value if isinstance(value, str) and value else None


Handler = Callable[[Entry, Space, MessageEvent, str], list[Draft] | Ignored]


def message_event(handler: Handler) -> EventMapping:
    """Read a message event and hand it to its mapping, with the channel's id."""

    def read(entry: Entry) -> list[Draft] | Ignored:
        event = MESSAGE.decode(entry.body.raw)
        return handler(entry, space_of(entry), event, needed(event.channel, "channel"))

    return read


def created(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft]:
    """A message, an answer, a file, an app's message."""
    return [written(entry, space, event, channel, event.channel_type)]


def mentioned(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft] | Ignored:
    """``app_mention``: the same message that ``message`` tells too, where the app may read the channel."""
    if entry.settings.get("app_mentions") == "ignore":
        return Ignored("repeat")
    return created(entry, space, event, channel)


def edited(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft] | Ignored:
    """``message_changed``: an edit; or a preview that Slack added; or the grey line that a deletion leaves."""
    now, before = event.message, event.previous_message
    if now is None:
        raise MalformedPayloadError("the event does not tell the message", "message")
    if now.subtype == "tombstone":
        gone = before or now
        return [_deletion(entry, space, event, gone, channel, stamp(now.ts, "message.ts"))]
    if before is not None and _same(now, before):
        return Ignored("unfurl")
    draft = written(entry, space, now, channel, event.channel_type)
    when = (now.edited.ts if now.edited else None) or event.event_ts or event.ts
    draft.type = "Update"
    draft.published = micros(when)
    draft.object.version = str(draft.published) if draft.published is not None else None
    draft.revision = draft.object.version or ""
    draft.changes = [Change(field="body")]
    editor = now.edited.user if now.edited else None
    if editor and editor != now.user:
        draft.object.author, draft.actor = draft.actor, _editor(space, editor, now)
    return [draft]


def _editor(space: Space, editor: str, message: Message) -> Party | None:
    """Whoever edited somebody else's message; apps edit their own under their user id."""
    if message.bot_id and not message.user:
        return author_of(space, message)
    return space.person(editor, "author")


def _same(now: Message, before: Message) -> bool:
    """Whether nobody edited: the same words and files, only a preview, a counter or a mark is new."""
    return (
        now.text == before.text
        and now.blocks == before.blocks
        and _ids(now) == _ids(before)
        and (now.edited.ts if now.edited else None) == (before.edited.ts if before.edited else None)
        and _cards(now) == _cards(before)
    )


def _ids(message: Message) -> list[tuple[str | None, str | None]]:
    return [(file.id, file.mode) for file in message.files or []]


def _cards(message: Message) -> list[LegacyAttachment]:
    return [card for card in message.attachments or [] if not is_preview(card)]


def deleted(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft]:
    """``message_deleted``. Slack does not say who deleted."""
    before = event.previous_message
    ts = stamp(event.deleted_ts or (before.ts if before else None), "deleted_ts")
    return [_deletion(entry, space, event, before or Message(), channel, ts)]


def _deletion(entry: Entry, space: Space, event: MessageEvent, before: Message, channel: str, ts: str) -> Draft:
    author = author_of(space, before)
    moment = micros(event.event_ts or event.ts)
    root = stamp(before.thread_ts, "previous_message.thread_ts") if before.thread_ts else ts
    return Draft(
        event=entry.event,
        type="Delete",
        object=Object(
            id=message_uri(channel, ts),
            type="Note",
            version=str(moment) if moment is not None else None,
            created=micros(ts),
            author=author,
        ),
        thread=space.thread(channel, root, event.channel_type),
        channel="chat",
        visibility=space.visibility(channel, event.channel_type),
        our_account=space.account,
        direction=space.direction(author.side if author else "unknown"),
        published=moment,
    )
