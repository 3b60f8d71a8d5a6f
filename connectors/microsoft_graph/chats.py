"""Messages of Teams, in channels and chats, and calls."""

from __future__ import annotations

import re

from commonline.connectors.microsoft_graph.payload import CALL, MESSAGE, ChatMessage
from commonline.connectors.microsoft_graph.people import party, uri
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, render_html, tidy
from commonline.schemas.records import Attachment, Change, Container, Object, Reference, Span, Thread, Visibility

REFERENCE = "messageReference"
REACTIONS = 100
PICTURES = 50
_HOSTED = re.compile(r'<img\s[^<>]*?src="([^"<>\s]*/hostedContents/([\w=-]+)/\$value)"')
"""A picture that was pasted into a message."""
_IN_CHANNEL = re.compile(r"teams\('([^']+)'\)/channels\('([^']+)'\)/messages\('([^']+)'\)(?:/replies\('([^']+)'\))?")
_IN_CHAT = re.compile(r"chats\('([^']+)'\)/messages\('([^']+)'\)")


def message(entry: Entry) -> list[Draft] | Ignored:
    """A message as Graph tells it now: new, edited or deleted, with the reactions that it has."""
    one = MESSAGE.decode(entry.body)
    if one.message_type not in (None, "message"):
        return Ignored("workspace-admin")
    where, thread, visibility = _place(entry, one)
    obj = Object(id=f"{where}/{quoted(one.id)}", type="Note", created=times.parse(one.created_date_time))
    new = Draft(event="chatMessage", type="Create", object=obj, thread=thread, channel="chat", visibility=visibility)
    new.direction = "internal"
    author = party(one.from_, "author", entry.settings)
    if author is not None and author.side != "us":
        new.direction = None
    deleted, edited = times.parse(one.deleted_date_time), times.parse(one.last_edited_date_time)
    if deleted is not None:
        obj.author = author
        new.type, new.event, new.published, new.revision = "Delete", "chatMessage.deleted", deleted, str(deleted)
        return [new]
    new.actor, new.published = author, obj.created
    new.automated = author is not None and author.kind == "application"
    _words(new, one, entry)
    if one.reply_to_id:
        new.references.append(Reference(kind="reply", id=f"{where}/{quoted(one.reply_to_id)}"))
    if edited is not None:
        new.type, new.event, new.published, new.revision = "Update", "chatMessage.updated", edited, str(edited)
        obj.version, new.changes = str(edited), [Change(field="body")]
    return [new, *_reactions(new, one, entry)]


def _place(entry: Entry, one: ChatMessage) -> tuple[str, Thread, Visibility]:
    """What a message's id begins with, its thread, and how far it may travel."""
    channel = one.channel_identity
    if channel is not None and channel.channel_id:
        where = uri(entry.settings, "channel", channel.channel_id)
        kind = "channel"
        root = f"{where}/{quoted(one.reply_to_id or one.id)}"
        return where, Thread(id=root, title=one_line(one.subject), container=Container(id=where, kind=kind)), "internal"
    if one.chat_id:
        where = uri(entry.settings, "chat", one.chat_id)
        return where, Thread(id=where, container=Container(id=where, kind="conversation")), "restricted"
    raise MalformedPayloadError("neither a channel nor a chat is told", "channelIdentity")


def _words(new: Draft, one: ChatMessage, entry: Entry) -> None:
    obj, body = new.object, one.body
    if body is not None and body.content is not None:
        found = render_html(body.content) if body.content_type == "html" else tidy(body.content, [])
        obj.text = found.text or None
        obj.markup = "text/html" if body.content_type == "html" else "text/plain"
        obj.spans = [*found.spans, *_mentions(found.text, one, entry)]
        pictures = _HOSTED.findall(body.content)[:PICTURES]
        obj.attachments = [Attachment(kind="image", id=name, url=_link(link)) for link, name in pictures]
    obj.title, obj.url = one_line(one.subject), _link(one.web_url)
    obj.language = one.locale if one.locale and one.locale.isascii() and len(one.locale) < 16 else None
    for attached in one.attachments or ():
        if attached.content_type == REFERENCE and attached.id:
            quoted_id = f"{obj.id.rpartition('/')[0]}/{quoted(attached.id)}"
            new.references.append(Reference(kind="quote", id=quoted_id))
        elif attached.content_url or attached.name:
            obj.attachments.append(
                Attachment(kind="file", id=attached.id, url=_link(attached.content_url), name=one_line(attached.name))
            )


def _mentions(text: str, one: ChatMessage, entry: Entry) -> list[Span]:
    """Where the names of those who are mentioned stand, in their order."""
    spans, at = [], 0
    for mention in one.mentions or ():
        who = party(mention.mentioned, "other", entry.settings)
        start = text.find(mention.mention_text, at) if mention.mention_text else -1
        if start >= 0 and who is not None and who.account:
            at = start + len(mention.mention_text or "")
            spans.append(Span(kind="mention", start=start, end=at, value=who.account))
    return spans


def _reactions(new: Draft, one: ChatMessage, entry: Entry) -> list[Draft]:
    drafts = []
    for told in (one.reactions or ())[:REACTIONS]:
        who = party(told.user, "author", entry.settings)
        if who is None or not who.account or not told.reaction_type:
            continue
        emoji = tidy(told.reaction_type, []).text
        like = Draft(
            event="chatMessage.reaction",
            type="Like",
            object=Object(id=new.object.id, type="Note"),
            thread=new.thread,
            channel="chat",
            visibility=new.visibility,
        )
        like.edge, like.reaction, like.actor = f"{new.object.id}/like/{quoted(who.account)}/{quoted(emoji)}", emoji, who
        like.published, like.direction = times.parse(told.created_date_time), "internal"
        like.revision = str(like.published or "")
        drafts.append(like)
    return drafts


def changed(entry: Entry) -> list[Draft] | Ignored:
    """A notice without contents. That a message is deleted is a fact; of others only the ids are known yet."""
    told, _ = entry.body
    in_channel, in_chat = _IN_CHANNEL.search(told.resource or ""), _IN_CHAT.search(told.resource or "")
    restricted: Visibility = "restricted"
    if in_channel is not None:
        where = uri(entry.settings, "channel", in_channel[2])
        root, own = in_channel[3], in_channel[4] or in_channel[3]
        thread, restricted = (
            Thread(id=f"{where}/{quoted(root)}", container=Container(id=where, kind="channel")),
            "internal",
        )
    elif in_chat is not None:
        where, own = uri(entry.settings, "chat", in_chat[1]), in_chat[2]
        thread = Thread(id=where, container=Container(id=where, kind="conversation"))
    else:
        raise MalformedPayloadError("names no message", "resource")
    obj = Object(id=f"{where}/{quoted(own)}", type="Note")
    if told.change_type == "deleted":
        new = Draft(event="chatMessage.deleted", type="Delete", object=obj, thread=thread, channel="chat",
                    visibility=restricted)  # fmt: skip
        new.revision, new.direction = "notice", "internal"
        return [new]
    new = Draft(event="chatMessage.notice", type="Create" if told.change_type == "created" else "Update", object=obj,
                thread=thread, channel="chat", visibility=restricted, thin=True)  # fmt: skip
    new.direction = "internal"
    return [new]


def call(entry: Entry) -> list[Draft]:
    """A call or an online meeting that is over."""
    one = CALL.decode(entry.body)
    obj = Object(id=uri(entry.settings, "call", one.id), type="Meeting" if one.type == "groupCall" else "Call")
    obj.start_time, obj.end_time = times.parse(one.start_date_time), times.parse(one.end_date_time)
    new = Draft(
        event="callRecord", type="Create", object=obj, thread=Thread(id=obj.id, state="closed"), channel="call",
        visibility="restricted",
    )  # fmt: skip
    new.actor, new.published = party(one.organizer, "host", entry.settings), obj.end_time
    found = [party(told, "member", entry.settings) for told in one.participants or ()]
    own = new.actor.account if new.actor is not None else None
    new.participants = [who for who in found if who is not None and who.account != own]
    if obj.start_time is not None and obj.end_time is not None:
        new.metrics = {"duration_s": max(obj.end_time - obj.start_time, 0) / 1_000_000}
    return [new]


def _link(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) and url.isprintable() and " " not in url else None
