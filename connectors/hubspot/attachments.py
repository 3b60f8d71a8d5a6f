"""Attachments of conversation messages, and what of them is text."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from commonline.connectors.hubspot.payload import Message, MessageAttachment, id_text
from commonline.schemas.records import Attachment, AttachmentKind

KINDS: dict[str, AttachmentKind] = {
    "AUDIO": "audio",
    "IMAGE": "image",
    "STICKER": "sticker",
    "VOICE_RECORDING": "audio",
}


def of_message(told: Message) -> list[Attachment]:
    """Files, places, cards and social posts."""
    found = (_attachment(one) for one in told.attachments or ())
    return [attachment for attachment in found if attachment is not None]


def _attachment(told: MessageAttachment) -> Attachment | None:
    if told.type == "FILE":
        kind = KINDS.get(told.file_usage_type or "", "file")
        return Attachment(kind=kind, id=id_text(told.file_id), url=public_url(told.url), name=told.name or None)
    if told.type == "LOCATION" and told.latitude is not None and told.longitude is not None:
        place = f"geo:{told.latitude},{told.longitude}"
        return Attachment(kind="location", url=place, name=told.name or told.address or None)
    if told.type == "CONTACT":
        return Attachment(kind="contact", name=_name(told.contact_profile))
    if told.type == "SOCIAL_MEDIA_METADATA" and isinstance(told.social_metadata, dict):
        url, title = told.social_metadata.get("mediaUrl"), told.social_metadata.get("mediaTitle")
        link = public_url(url) if isinstance(url, str) else None
        return Attachment(kind="link", url=link, name=title if isinstance(title, str) else None)
    return None


def lines(told: Message) -> list[str]:
    """The answers that a person could choose from, as lines of text: ``[label]``."""
    found: list[str] = []
    for one in told.attachments or ():
        if one.type == "QUICK_REPLIES" and isinstance(one.quick_replies, list):
            for reply in one.quick_replies:
                label = reply.get("label") or reply.get("value") if isinstance(reply, dict) else None
                if isinstance(label, str):
                    found.append(f"[{label}]")
    return found


def public_url(url: str | None) -> str | None:
    """The address of a file without its query, which is a pass that lets anyone in until it expires."""
    if not url or not url.startswith(("https://", "http://")):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return urlunsplit(parts._replace(query="", fragment="")) if parts.query or parts.fragment else url


def _name(profile: Any) -> str | None:
    name = profile.get("name") if isinstance(profile, dict) else None
    if not isinstance(name, dict):
        return None
    parts = [part for part in (name.get("firstName"), name.get("lastName")) if isinstance(part, str) and part]
    return " ".join(parts) or None
