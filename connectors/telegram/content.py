"""What a message says and carries: text with its parts, files, places, contacts, polls."""

from __future__ import annotations

from commonline.connectors.telegram.chats import account
from commonline.connectors.telegram.payload import Contact, Entity, File, Location, Message
from commonline.kit import text as texts
from commonline.kit.accounts import mailto, tel
from commonline.schemas.records import Attachment, AttachmentKind, Object, Span, SpanKind

LARGEST = 1 << 53
FILES: tuple[tuple[str, AttachmentKind], ...] = (
    ("animation", "video"),
    ("audio", "audio"),
    ("video", "video"),
    ("video_note", "video"),
    ("voice", "audio"),
    ("sticker", "sticker"),
    ("document", "file"),
)
KINDS: dict[str, SpanKind] = {
    "hashtag": "hashtag",
    "cashtag": "hashtag",
    "code": "code",
    "pre": "code",
    "custom_emoji": "emoji",
    "blockquote": "quoted",
    "expandable_blockquote": "quoted",
}


def fill(obj: Object, message: Message) -> None:
    """Text, spans and attachments of a message."""
    raw, entities = (message.text, message.entities) if message.text else (message.caption, message.caption_entities)
    lines = _lines(message)
    if raw:
        found = texts.tidy(raw, _spans(raw, entities))
        obj.text, obj.spans = "\n".join([found.text, *lines]), found.spans
    elif lines:
        obj.text = texts.tidy("\n".join(lines), []).text
    elif _has_file(message):
        obj.text = ""
    if message.poll is not None:
        obj.type = "Question"
    obj.attachments = _attachments(message)


def tags(message: Message) -> list[str]:
    """Bare hashtags."""
    raw, entities = (message.text, message.entities) if message.text else (message.caption, message.caption_entities)
    spans = _spans(raw, entities) if raw else []
    return list(dict.fromkeys(span.value for span in spans if span.kind == "hashtag" and span.value))


def _lines(message: Message) -> list[str]:
    """What stands for things that are no text."""
    lines: list[str] = []
    if message.sticker is not None and message.sticker.emoji:
        lines.append(message.sticker.emoji)
    if message.dice is not None:
        lines.append(f"{message.dice.emoji} {message.dice.value}")
    if message.venue is not None:
        lines.append(", ".join(part for part in (message.venue.title, message.venue.address) if part))
    if message.poll is not None:
        lines += [message.poll.question, *(f"- {option.text}" for option in message.poll.options)]
    return lines


def _spans(text: str, entities: list[Entity]) -> list[Span]:
    units = _Units(text)
    found: list[Span] = []
    for entity in entities:
        start, end = units.place(entity.offset), units.place(entity.offset + entity.length)
        if not 0 <= start < end <= len(text):
            continue
        part = text[start:end]
        kind, value = _meaning(entity, part)
        if kind is not None:
            found.append(Span(kind=kind, start=start, end=end, value=value))
    return found


def _meaning(entity: Entity, part: str) -> tuple[SpanKind | None, str | None]:
    kind = entity.type
    if kind == "text_mention" and entity.user is not None:
        return "mention", account(entity.user.id)
    if kind == "mention":
        return "mention", f"https://t.me/{part.removeprefix('@')}"
    if kind == "url":
        return "link", part if "://" in part else f"https://{part}"
    if kind == "text_link" and entity.url:
        return "link", entity.url
    if kind == "email":
        return "link", mailto(part)
    if kind == "phone_number":
        return "link", tel(part)
    named = KINDS.get(kind)
    return named, part.lstrip("#$") if named == "hashtag" else None


class _Units:
    """From UTF-16 units to code points."""

    def __init__(self, text: str) -> None:
        self._places: dict[int, int] | None = None
        if text.isascii() or max(text) < "\U00010000":
            return
        self._places, unit = {}, 0
        for index, character in enumerate(text):
            self._places[unit] = index
            unit += 2 if character >= "\U00010000" else 1
        self._places[unit] = len(text)

    def place(self, unit: int) -> int:
        """The code point at a unit; -1 in the middle of one."""
        return unit if self._places is None else self._places.get(unit, -1)


def _has_file(message: Message) -> bool:
    return bool(message.photo) or any(getattr(message, name) is not None for name, _ in FILES)


def _attachments(message: Message) -> list[Attachment]:
    found = [_file(one, kind) for name, kind in FILES if (one := getattr(message, name)) is not None]
    if message.animation is not None and message.document is not None:
        found = found[:-1]  # Telegram repeats an animation as a document for old bots
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width or 0)
        found.append(_file(largest, "image"))
    if message.venue is not None:
        found.append(_place(message.venue.location, message.venue.title))
    elif message.location is not None:
        found.append(_place(message.location, None))
    if message.contact is not None:
        found.append(_contact(message.contact))
    return found


def _file(one: File, kind: AttachmentKind) -> Attachment:
    """By its id: the address of the bytes would hold the bot's token."""
    return Attachment(
        kind=kind,
        id=one.file_id or None,
        media_type=one.mime_type.lower() if one.mime_type and "/" in one.mime_type else None,
        name=one.file_name or one.title or None,
        size=one.file_size if one.file_size is not None and 0 <= one.file_size < LARGEST else None,
        duration_ms=one.duration * 1000 if one.duration and 0 < one.duration < LARGEST // 1000 else None,
    )


def _place(location: Location, name: str | None) -> Attachment:
    return Attachment(kind="location", url=f"geo:{location.latitude},{location.longitude}", name=name or None)


def _contact(contact: Contact) -> Attachment:
    number = contact.phone_number if contact.phone_number.startswith("+") else f"+{contact.phone_number}"
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return Attachment(kind="contact", url=tel(number), name=name or None)
