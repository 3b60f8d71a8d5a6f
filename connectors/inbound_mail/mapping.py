"""Posts of mail providers: mails, which the kit reads, and notices about mails that were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.inbound_mail import forms, notices, providers
from commonline.connectors.inbound_mail.payload import MailgunPost, PostmarkNotice, SendGrid
from commonline.connectors.inbound_mail.providers import Posted, Postmark
from commonline.connectors.inbound_mail.rebuilt import CHECKED_BY
from commonline.kit.mail import facts
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Delivery

EVENTS: dict[str, EventMapping] = {**facts.EVENTS, **notices.EVENTS}
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_SENDGRID = msgspec.json.Decoder(SendGrid)
_MAILGUN = msgspec.json.Decoder(MailgunPost)
_POSTMARK = msgspec.json.Decoder(Postmark)
_NOTICE = msgspec.json.Decoder(PostmarkNotice)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The mail of a post, or the notices of one."""
    body = delivery.body or b""
    kind = delivery.content_type.partition(";")[0].strip().lower()
    if not body.strip():
        return []
    if kind == "message/rfc822":
        return [facts.opened(body, delivery, settings)]
    if kind in (forms.MULTIPART, forms.FORM):
        return [_mail(providers.of_form(forms.read(delivery.content_type, body)), delivery, settings)]
    if kind.startswith("text/"):
        return [Entry(0, "object", None, "", delivery, settings)]
    if body.lstrip().startswith(b"["):
        return [_event(n, raw, delivery, settings) for n, raw in enumerate(_LIST.decode(body))]
    return [_posted(body, delivery, settings)]


def _posted(body: bytes, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    """One JSON object: of Mailgun an event, of Postmark a mail or a notice."""
    keys = _KEYS.decode(body)
    if "event-data" in keys:
        told = _MAILGUN.decode(body).data
        return Entry(0, f"mailgun.{told.event}", told, "event-data", delivery, settings)
    if "RecordType" in keys:
        notice = _NOTICE.decode(body)
        return Entry(0, f"postmark.{notice.record_type}", notice, "", delivery, settings)
    if "FromFull" in keys or "RawEmail" in keys:
        return _mail(providers.of_postmark(_POSTMARK.decode(body)), delivery, settings)
    return Entry(0, "object", None, "", delivery, settings)


def _event(index: int, raw: msgspec.Raw, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    path = f"[{index}]"
    try:
        told = _SENDGRID.decode(raw)
    except msgspec.ValidationError as error:
        return Entry(index, "sendgrid", error, path, delivery, settings)
    return Entry(index, f"sendgrid.{told.event}", told, path, delivery, settings)


def _mail(posted: Posted | None, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    if posted is None:
        return Entry(0, "object", None, "", delivery, settings)
    own = {**settings, "address": settings.get("address") or posted.recipient}
    if posted.checked:
        own["authserv_id"] = CHECKED_BY
    return facts.opened(posted.raw, delivery, own)
