"""Attachments, and the text that stands in templates instead of the message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from commonline.connectors.facebook.messenger_payload import AttachmentPayload, Message, MessageAttachment
from commonline.connectors.facebook.payload import Value, id_text
from commonline.schemas.records import Attachment, AttachmentKind

SIGNED_HOSTS = (".fbcdn.net", ".fbsbx.com")
"""Meta's file servers: the query of their addresses is a pass that lets anyone in until it expires."""
TOKENS = frozenset({"access_token", "token", "signature", "fbclid"})
REDIRECTS = frozenset({"l.facebook.com", "lm.facebook.com"})
KINDS: dict[str, AttachmentKind] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "file",
    "location": "location",
    "fallback": "link",
    "share": "link",
    "post": "link",
    "reel": "link",
    "ig_reel": "link",
    "story_mention": "link",
}
LIKE_STICKERS = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The thumb in its three sizes: the most used answer of all, so it is told as text."""
_NOTHING = AttachmentPayload()


def public_url(url: str | None) -> str | None:
    """The address without what would let a stranger in, and without Facebook's detour for outgoing links."""
    if not url or not url.startswith(("https://", "http://")):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if not parts.query:
        return url
    if host.endswith(SIGNED_HOSTS):
        return urlunsplit(parts._replace(query="", fragment=""))
    query = parse_qsl(parts.query, keep_blank_values=True)
    if host in REDIRECTS and parts.path == "/l.php":
        return public_url(dict(query).get("u"))
    kept = [(name, value) for name, value in query if name.lower() not in TOKENS]
    return url if len(kept) == len(query) else urlunsplit(parts._replace(query=urlencode(kept)))


def of_feed(value: Value) -> list[Attachment]:
    """Pictures, films and the link of a post or comment."""
    found: list[Attachment] = []
    if isinstance(value.photo, str):
        found.append(Attachment(kind="image", id=id_text(value.photo_id), url=public_url(value.photo)))
    if isinstance(value.photos, list):
        found += [Attachment(kind="image", url=public_url(u)) for u in value.photos if isinstance(u, str)]
    elif isinstance(value.photo_ids, list):
        found += [Attachment(kind="image", id=str(i)) for i in value.photo_ids if isinstance(i, (int, str))]
    if isinstance(value.video, str):
        found.append(Attachment(kind="video", id=id_text(value.video_id), url=public_url(value.video)))
    if value.link:
        found.append(_link(value))
    return [attachment for attachment in found if attachment.url or attachment.id]


def _link(value: Value) -> Attachment:
    if value.item == "photo":
        return Attachment(kind="image", id=id_text(value.photo_id), url=public_url(value.link))
    if value.item == "video":
        return Attachment(kind="video", id=id_text(value.video_id), url=public_url(value.link))
    return Attachment(kind="link", url=public_url(value.link))


def of_message(message: Message) -> tuple[list[Attachment], list[str]]:
    """Attachments, and lines of text that templates and the like sticker bring."""
    found: list[Attachment] = []
    lines: list[str] = []
    for attachment in message.attachments or ():
        payload = attachment.payload if isinstance(attachment.payload, AttachmentPayload) else _NOTHING
        if attachment.type == "template":
            lines += template_text(payload)
        else:
            found.append(_attachment(attachment, payload))
    if message.sticker_id is not None and str(message.sticker_id) in LIKE_STICKERS:
        lines.append("👍")
    return found, lines


def _attachment(attachment: MessageAttachment, payload: AttachmentPayload) -> Attachment:
    url = public_url(payload.url or attachment.url)
    name = attachment.title or payload.title or None
    if payload.sticker_id is not None:
        return Attachment(kind="sticker", id=id_text(payload.sticker_id), url=url, name=name)
    if payload.coordinates is not None:
        place = f"geo:{payload.coordinates.lat},{payload.coordinates.long}"
        return Attachment(kind="location", url=place, name=name)
    return Attachment(kind=KINDS.get(attachment.type or "", "file"), url=url, name=name)


def template_text(payload: AttachmentPayload) -> list[str]:
    """What a person saw: intro, then a line for each element (title — subtitle) and each button ([title])."""
    lines = [text for text in (payload.text, payload.intro_message) if text]
    products = payload.product.get("elements") if isinstance(payload.product, dict) else None
    for element in (*_dicts(payload.elements), *_dicts(products)):
        told = [t for t in (element.get("title"), element.get("subtitle")) if isinstance(t, str) and t]
        if told:
            lines.append(" — ".join(told))
        lines += _buttons(element.get("buttons"))
    return lines + _buttons(payload.buttons)


def _buttons(buttons: Any) -> list[str]:
    return [f"[{b['title']}]" for b in _dicts(buttons) if isinstance(b.get("title"), str) and b["title"]]


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
