"""Direct messages: written, edited, taken back, liked; buttons that were pressed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from commonline.connectors.instagram.comments import CONNECTOR, account, container
from commonline.connectors.instagram.payload import Attached, Message, Messaging
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Attachment, AttachmentKind, Change, Object, Party, Reference, Thread

KINDS: dict[str, AttachmentKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "like_heart": "sticker",
    "animated_image": "image",
    "ig_reel": "video",
    "reel": "video",
    "share": "link",
    "ig_post": "link",
    "ig_story": "link",
    "story_mention": "link",
}


class Part(Struct, frozen=True):
    """An event of a conversation with an account of ours."""

    ours: str
    at: int | None
    told: Messaging
    standby: bool


def _draft(entry: Entry, mid: str | None) -> Draft:
    """Who talks with whom, and when. The thread is our account and one person."""
    part: Part = entry.body
    sender, recipient = _id(part.told.sender), _id(part.told.recipient)
    ours = sender == part.ours
    other = recipient if ours else sender
    if other is None or other == part.ours:
        raise MalformedPayloadError("neither sender nor recipient is a person", "sender")
    if not mid:
        raise MalformedPayloadError("the message's id is missing", "mid")
    us = Party(account=account(part.ours), kind="organisation", side="us", role="author" if ours else "to")
    them = Party(account=native(CONNECTOR, part.ours, "user", other), kind="person", side="customer")
    them.role = "to" if ours else "author"
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=native(CONNECTOR, part.ours, "message", mid), type="Note"),
        thread=Thread(id=native(CONNECTOR, part.ours, "with", other), container=container(part.ours)),
        channel="direct_message",
        visibility="customer",
        actor=us if ours else them,
        participants=[them] if ours else [us],
        our_account=account(part.ours),
        direction="outbound" if ours else "inbound",
        published=times.parse(part.told.timestamp) or part.at,
        fields={"standby": "true"} if part.standby else {},
    )


def written(entry: Entry) -> list[Draft]:
    """A message, our own that comes back, or one that was taken back."""
    told: Message = entry.body.told.message
    new = _draft(entry, told.mid)
    if told.is_deleted:
        new.type = "Delete"
        return [new]
    new.object.created = new.published
    _say(new, told.text)
    new.object.attachments = [one for part in told.attachments or [] if (one := _attachment(part)) is not None]
    if new.object.text is None and (new.object.attachments or not told.is_unsupported):
        new.object.text = "" if not told.is_unsupported else None
    if told.is_unsupported:
        new.fields["unsupported"] = "true"
    if told.quick_reply is not None and told.quick_reply.payload:
        new.fields["payload"] = tidy(told.quick_reply.payload, []).text
    if told.reply_to is not None:
        _answers(new, entry.body.ours, told)
    return [new]


def _answers(new: Draft, ours: str, told: Message) -> None:
    reply = told.reply_to
    if reply is None:
        return
    if reply.mid:
        new.references = [Reference(kind="reply", id=native(CONNECTOR, ours, "message", reply.mid))]
    story = reply.story.get("id") if isinstance(reply.story, dict) else None
    if isinstance(story, (str, int)):
        new.references = [Reference(kind="reply", id=native(CONNECTOR, "media", story))]


def edited(entry: Entry) -> list[Draft]:
    """A message says something else now."""
    told = entry.body.told.message_edit
    new = _draft(entry, told.mid)
    number = str(told.num_edit if told.num_edit is not None else new.published)
    new.type, new.revision, new.object.version = "Update", number, number
    _say(new, told.text)
    new.changes = [Change(field="body", after=new.object.text)]
    return [new]


def reacted(entry: Entry) -> list[Draft]:
    """An emoji on a message, or that it is taken back."""
    told = entry.body.told.reaction
    new = _draft(entry, told.mid)
    gone = told.action == "unreact"
    new.type, new.undoes = ("Undo", "Like") if gone else ("Like", None)
    new.edge = f"{new.object.id}/like/{quoted((new.actor.account if new.actor else None) or '')}"
    new.revision, new.reaction = str(entry.body.told.timestamp), told.emoji or told.reaction
    return [new]


def pressed(entry: Entry) -> list[Draft]:
    """A button: its title is what was said."""
    told = entry.body.told.postback
    new = _draft(entry, told.mid)
    _say(new, told.title)
    if told.payload:
        new.fields["payload"] = tidy(told.payload, []).text
    return [new]


def _say(new: Draft, text: str | None) -> None:
    if text is not None:
        found = tidy(text, link_spans(text))
        new.object.text, new.object.spans = found.text, found.spans


def _attachment(part: Attached) -> Attachment | None:
    """By kind; the address is left out, for it holds a signature."""
    payload: dict[str, Any] = part.payload if isinstance(part.payload, dict) else {}
    native_id = payload.get("reel_video_id") or payload.get("ig_post_media_id") or payload.get("story_media_id")
    title = payload.get("title")
    return Attachment(
        kind=KINDS.get(part.type or "", "file"),
        id=str(native_id) if isinstance(native_id, (str, int)) else None,
        name=tidy(title, []).text if isinstance(title, str) and title else None,
    )


def _id(one: Any) -> str | None:
    return str(one.id) if one is not None and one.id is not None and str(one.id) else None
