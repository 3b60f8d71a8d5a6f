"""What a message says and carries."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from commonline.connectors.whatsapp.payload import Interactive, Media, Message, Order
from commonline.kit.accounts import tel
from commonline.kit.draft import Draft
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Attachment, AttachmentKind

MEDIA: tuple[AttachmentKind, ...] = ("image", "video", "audio", "sticker")
SECRET = frozenset({"flow_token"})


def fill(new: Draft, told: Message) -> None:
    """Text, attachments and fields of a message."""
    obj = new.object
    lines = [line for line in _lines(told) if line]
    raw = "\n".join(lines)
    found = tidy(raw, link_spans(raw))
    obj.attachments = _attachments(told)
    obj.text = found.text if lines or obj.attachments else None
    obj.spans = found.spans
    if told.context is not None and (told.context.forwarded or told.context.frequently_forwarded):
        new.fields["forwarded"] = "true"
    payload = told.button.payload if told.button is not None else None
    chosen = told.interactive.button_reply or told.interactive.list_reply if told.interactive is not None else None
    if payload or (chosen is not None and chosen.id):
        new.fields["payload"] = plain(payload or (chosen.id if chosen is not None else None) or "")
    if told.interactive is not None and told.interactive.nfm_reply is not None:
        obj.type, new.channel = "Form", "form"
    if told.order is not None:
        obj.type, new.channel = "Order", "commerce"
    if told.referral is not None:
        told_by = {"source": told.referral.source_url, "advertisement": told.referral.source_id}
        new.fields |= {f"referral_{name}": plain(text) for name, text in told_by.items() if text}


def plain(text: str) -> str:
    """One line without control characters."""
    return tidy(" ".join(text.split()), []).text


def _lines(told: Message) -> list[str]:
    lines = [told.text.body if told.text is not None else ""]
    lines += [one.caption or "" for name in (*MEDIA, "document") if (one := getattr(told, name)) is not None]
    if told.button is not None:
        lines.append(told.button.text or "")
    if told.location is not None:
        lines.append(", ".join(part for part in (told.location.name, told.location.address) if part))
    if told.interactive is not None:
        lines += _chosen(told.interactive)
    if told.order is not None:
        lines += _basket(told.order)
    return lines


def _chosen(told: Interactive) -> list[str]:
    reply = told.button_reply or told.list_reply
    if reply is not None:
        return [reply.title or "", reply.description or ""]
    form = told.nfm_reply
    if form is None or not form.response_json:
        return [form.body or ""] if form is not None else []
    try:
        answers = msgspec.json.decode(form.response_json.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return [form.body or ""]
    if not isinstance(answers, dict):
        return []
    return [f"{name}: {_shown(value)}" for name, value in answers.items() if name not in SECRET and _shown(value)]


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode() if value is not None else ""


def _basket(order: Order) -> list[str]:
    items = order.product_items or []
    return [order.text or "", *(f"{one.get('quantity', 1)} × {one.get('product_retailer_id', '?')}" for one in items)]


def _attachments(told: Message) -> list[Attachment]:
    found = [_media(one, kind) for kind in MEDIA if (one := getattr(told, kind)) is not None]
    if told.document is not None:
        found.append(_media(told.document, "file"))
    if told.location is not None:
        place = told.location
        url = f"geo:{place.latitude},{place.longitude}"
        found.append(Attachment(kind="location", url=url, name=place.name or None))
    found += [one for card in told.contacts or [] if (one := _card(card)) is not None]
    return found


def _media(one: Media, kind: AttachmentKind) -> Attachment:
    media_type = (one.mime_type or "").replace("\\/", "/").partition(";")[0].strip().lower()
    return Attachment(
        kind=kind,
        id=one.id or None,
        media_type=media_type if "/" in media_type else None,
        name=plain(one.filename) if one.filename else None,
        sha256=_hex(one.sha256),
    )


def _hex(digest: str | None) -> str | None:
    """WhatsApp tells the digest as base64."""
    try:
        raw = base64.b64decode((digest or "").replace("\\/", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None


def _card(card: dict[str, Any]) -> Attachment | None:
    name, phones = card.get("name"), card.get("phones")
    shown = name.get("formatted_name") if isinstance(name, dict) else None
    first = phones[0] if isinstance(phones, list) and phones and isinstance(phones[0], dict) else {}
    number = first.get("phone") or first.get("wa_id")
    url = tel(number if number.startswith("+") else f"+{number}") if isinstance(number, str) and number else None
    if not isinstance(shown, str) and url is None:
        return None
    return Attachment(kind="contact", url=url, name=plain(shown) if isinstance(shown, str) else None)
