"""Messages, and what happens to them."""

from __future__ import annotations

import re

from commonline.connectors.discord.payload import DELETED, MESSAGE, REACTION, Channel, Message
from commonline.connectors.discord.place import CONNECTOR, message_uri, person, thread, visibility
from commonline.kit import times
from commonline.kit.accounts import native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.markdown import render_markdown
from commonline.kit.text import one_line, tidy
from commonline.schemas.records import Attachment, Change, Object, Party, Reference, Span

WRITTEN = frozenset({0, 19, 20, 21, 23})
"""Types of messages that somebody wrote; others are lines of the system (joined, pinned, boosted)."""
KINDS = {"image": "image", "video": "video", "audio": "audio"}
_USER, _EMOJI, _TIME = (
    re.compile(r"<@!?(\d{1,20})>"),
    re.compile(r"<a?:(\w{1,40}):\d{1,20}>"),
    re.compile(r"<t:(-?\d{1,12})(?::\w)?>"),
)
_PLACE = re.compile(r"<(#|@&)(\d{1,20})>")


def written(entry: Entry) -> list[Draft] | Ignored:
    """A message, new or edited. A change without an edit is a preview that Discord added."""
    raw, channel = entry.body
    one = MESSAGE.decode(raw)
    if one.type not in WRITTEN:
        return Ignored("workspace-admin")
    edited = times.parse(one.edited_timestamp)
    if entry.event == "MESSAGE_UPDATE" and (edited is None or one.content is None):
        return Ignored("unfurl")
    where = channel or _channel(one, entry)
    new = _draft(entry, where, one)
    new.actor = _author(one, entry)
    new.automated = new.actor is not None and new.actor.kind == "application"
    _words(new.object, one)
    new.references = _references(one)
    new.published = new.object.created = times.parse(one.timestamp)
    if new.actor is not None and where.guild_id is None:
        _direct(new, entry)
    if entry.event == "MESSAGE_UPDATE" and edited is not None:
        new.type, new.published, new.revision = "Update", edited, str(edited)
        new.object.version, new.changes = new.revision, [Change(field="body")]
    elif one.nonce is not None:
        new.client_ref = one_line(str(one.nonce))
    return [new]


def _channel(one: Message, entry: Entry) -> Channel:
    """Frames tell the server; without one it is a direct message."""
    direct = one.guild_id is None and entry.delivery.transport == "stream"
    return Channel(one.channel_id, one.guild_id, 1 if direct else 0)


def _draft(entry: Entry, where: Channel, one: Message) -> Draft:
    link = f"https://discord.com/channels/{where.guild_id or '@me'}/{quoted(where.id)}/{quoted(one.id)}"
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=message_uri(where.id, one.id), type="Note", url=link if one.id.isdecimal() else None),
        thread=thread(where),
        channel="direct_message" if where.guild_id is None else "chat",
        visibility=visibility(where, entry.settings),
    )


def _author(one: Message, entry: Entry) -> Party | None:
    """Who wrote it; a webhook is no user and has only a name."""
    if one.author is None:
        return None
    party = person(one.author, "author", entry.settings, one.member)
    if one.webhook_id:
        party.account, party.kind = native(CONNECTOR, "webhook", one.webhook_id), "application"
    return party


def _direct(new: Draft, entry: Entry) -> None:
    """Between the bot and somebody."""
    bot = str(entry.settings["bot_id"])
    ours = Party(account=native(CONNECTOR, "user", bot), kind="application", side="us", role="to")
    new.our_account = ours.account
    if new.actor is not None and new.actor.side != "us":
        new.actor.side, new.participants = "customer", [ours]


def _words(obj: Object, one: Message) -> None:
    names = {user.id: user.global_name or user.username or user.id for user in one.mentions}
    text = _USER.sub(lambda found: f"@{names.get(found[1], found[1])}", one.content or "")
    text = _TIME.sub(lambda found: _moment(found[1]), _EMOJI.sub(r":\1:", text))
    text = _PLACE.sub(lambda found: ("#" if found[1] == "#" else "@") + found[2], text)
    parts = [text.replace("||", "")]
    parts += [f"{card.title or ''}\n{card.description or ''}".strip() for card in one.embeds if card.type == "rich"]
    if one.poll is not None:
        options = [f"- {answer.poll_media.text or ''}" for answer in one.poll.answers]
        parts.append("\n".join([one.poll.question.text or "", "", *options]))
    parts += [f":{sticker.name}:" for sticker in one.sticker_items or () if sticker.name]
    found = render_markdown("\n\n".join(part for part in parts if part))
    obj.text, obj.markup = found.text or None, "text/markdown"
    obj.spans = [*found.spans, *_mentions(found.text, one)]
    obj.attachments = [
        Attachment(
            kind=KINDS.get((file.content_type or "").partition("/")[0], "file"),  # type: ignore[arg-type]
            id=file.id,
            url=_bare(file.url),
            name=one_line(file.filename),
            media_type=file.content_type,
            size=file.size,
        )
        for file in one.attachments
    ]


def _moment(digits: str) -> str:
    found = times.parse(digits)
    return times.from_micros(found).strftime("%Y-%m-%d %H:%M UTC") if found is not None else digits


def _mentions(text: str, one: Message) -> list[Span]:
    spans = []
    for user in one.mentions:
        words = tidy(f"@{user.global_name or user.username or user.id}", []).text
        start = text.find(words)
        if start >= 0:
            account = native(CONNECTOR, "user", user.id)
            spans.append(Span(kind="mention", start=start, end=start + len(words), value=account))
    return spans


def _bare(url: str | None) -> str | None:
    """A file's address without its query, which proves for a day that one may read it."""
    bare = (url or "").partition("?")[0]
    return bare if bare.startswith("https://") and bare.isprintable() and " " not in bare else None


def _references(one: Message) -> list[Reference]:
    pointer = one.message_reference
    if pointer is None or not pointer.message_id:
        return []
    target = message_uri(pointer.channel_id or one.channel_id, pointer.message_id)
    return [Reference(kind="forward" if pointer.type == 1 else "reply", id=target)]


def deleted(entry: Entry) -> list[Draft]:
    """Messages that are gone; who deleted them is not told."""
    raw, _ = entry.body
    told = DELETED.decode(raw)
    where = Channel(told.channel_id, told.guild_id, 1 if told.guild_id is None else 0)
    drafts = []
    for name in [told.id] if told.id else told.ids:
        new = _draft(entry, where, Message(name, told.channel_id))
        new.type, new.event, new.object.url, new.revision = "Delete", "MESSAGE_DELETE", None, "deleted"
        drafts.append(new)
    return drafts


def reacted(entry: Entry) -> list[Draft]:
    """An emoji is set or taken back."""
    raw, _ = entry.body
    told = REACTION.decode(raw)
    where = Channel(told.channel_id, told.guild_id, 1 if told.guild_id is None else 0)
    new = _draft(entry, where, Message(told.message_id, told.channel_id))
    undone = entry.event == "MESSAGE_REACTION_REMOVE"
    emoji = told.emoji.name or told.emoji.id or "?"
    new.type, new.undoes = ("Undo", "Like") if undone else ("Like", None)
    new.reaction = tidy(emoji, []).text
    new.edge = f"{new.object.id}/like/{quoted(told.user_id)}/{quoted(told.emoji.id or emoji)}"
    user = told.member.user if told.member is not None else None
    if user is not None:
        new.actor = person(user, "author", entry.settings, told.member)
    else:
        new.actor = Party(account=native(CONNECTOR, "user", told.user_id), role="author")
    return [new]
