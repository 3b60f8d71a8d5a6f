"""The three providers' posts of one mail each: raw if they give it so, else put together again."""

from __future__ import annotations

import base64
import binascii
import re
from email.utils import formataddr
from typing import Any

import msgspec

from commonline.connectors.inbound_mail import rebuilt
from commonline.connectors.inbound_mail.forms import Form
from commonline.connectors.inbound_mail.rebuilt import File, Pieces
from commonline.errors import MalformedPayloadError

_DKIM = re.compile(r"@([A-Za-z0-9.-]{1,253})\s*:\s*([a-z]+)")


class Posted(msgspec.Struct, frozen=True, gc=False):
    """A mail with the address that it reached. `checked`: what the provider found out stands in it."""

    raw: bytes
    checked: bool = False
    recipient: str | None = None


def of_form(form: Form) -> Posted | None:
    """A mail of SendGrid or Mailgun; None for a form that is neither."""
    if "email" in form or "headers" in form:
        return _sendgrid(form)
    if "body-mime" in form or "message-headers" in form or "body-plain" in form:
        return _mailgun(form)
    return None


def _sendgrid(form: Form) -> Posted:
    """https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook"""
    envelope = form.json("envelope")
    to = envelope.get("to") if isinstance(envelope, dict) else None
    recipient = to[0] if isinstance(to, list) and to and isinstance(to[0], str) else None
    results = "; ".join(f"dkim={one} header.d={domain}" for domain, one in _DKIM.findall(form.text("dkim")[:4000]))
    if "email" in form:
        return Posted(*rebuilt.with_results(form.bytes("email"), results), recipient)
    headers = rebuilt.header_block(form.bytes("headers"))
    named = {"from": "From", "to": "To", "cc": "Cc", "subject": "Subject"}
    headers += [(named[key], form.text(key)) for key in named if key in form and not rebuilt.told(headers, key)]
    files = _files(form, "content-ids")
    pieces = Pieces(headers, form.text("text"), form.text("html"), files, results)
    return Posted(rebuilt.mail(pieces), bool(results), recipient)


def _mailgun(form: Form) -> Posted:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http"""
    recipient = form.text("recipient").partition(",")[0].strip() or None
    if "body-mime" in form:
        return Posted(form.bytes("body-mime"), recipient=recipient)
    told = form.json("message-headers")
    headers = [(str(one[0]), str(one[1])) for one in told if _is_pair(one)] if isinstance(told, list) else []
    for key in ("From", "To", "Cc", "Subject", "Date", "Message-Id", "In-Reply-To", "References"):
        value = form.text(key) or form.text(key.lower())
        if value and not rebuilt.told(headers, key.lower()):
            headers.append((key, value))
    files = _files(form, "content-id-map")
    pieces = Pieces(headers, form.text("body-plain"), form.text("body-html"), files)
    return Posted(rebuilt.mail(pieces), recipient=recipient)


def _files(form: Form, content_ids: str) -> list[File]:
    """The attachments; the field `content_ids` says which of them stand within the HTML."""
    told = form.json(content_ids)
    known = {name: cid for cid, name in told.items() if isinstance(name, str)} if isinstance(told, dict) else {}
    return [File(one.filename or one.name, one.media_type, one.data, known.get(one.name)) for one in form.files]


def _is_pair(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2


class Address(msgspec.Struct, frozen=True, gc=False):
    """Somebody, in Postmark's words."""

    email: str = msgspec.field(name="Email", default="")
    name: str = msgspec.field(name="Name", default="")

    def written(self) -> str:
        """As it stands in a header field."""
        return formataddr((self.name, self.email)) if self.email.isascii() else self.email


class Named(msgspec.Struct, frozen=True, gc=False):
    """A header field."""

    name: str = msgspec.field(name="Name")
    value: str = msgspec.field(name="Value", default="")


class Attached(msgspec.Struct, frozen=True, gc=False):
    """An attachment, its bytes in base64."""

    name: str = msgspec.field(name="Name", default="")
    content: str = msgspec.field(name="Content", default="")
    media_type: str = msgspec.field(name="ContentType", default="application/octet-stream")
    content_id: str = msgspec.field(name="ContentID", default="")


class Postmark(msgspec.Struct, gc=False, rename="pascal"):
    """A mail that Postmark received: https://postmarkapp.com/developer/webhooks/inbound-webhook"""

    from_full: Address = Address()
    to_full: list[Address] = []
    cc_full: list[Address] = []
    original_recipient: str = ""
    subject: str = ""
    reply_to: str = ""
    date: str = ""
    text_body: str | None = None
    html_body: str | None = None
    headers: list[Named] = []
    attachments: list[Attached] = []
    raw_email: str | None = None


def of_postmark(told: Postmark) -> Posted:
    """Raises `MalformedPayloadError` for an attachment that is no base64."""
    recipient = told.original_recipient or None
    if told.raw_email:
        return Posted(told.raw_email.encode("utf-8", "replace"), recipient=recipient)
    headers = [(one.name, one.value) for one in told.headers]
    lists = (("To", told.to_full), ("Cc", told.cc_full))
    own = [("From", told.from_full.written()), *((name, ", ".join(a.written() for a in all_)) for name, all_ in lists)]
    own += [("Subject", told.subject), ("Reply-To", told.reply_to), ("Date", told.date)]
    headers += [(name, value) for name, value in own if value and not rebuilt.told(headers, name.lower())]
    files = [_file(n, one) for n, one in enumerate(told.attachments)]
    pieces = Pieces(headers, told.text_body or "", told.html_body or "", files)
    return Posted(rebuilt.mail(pieces), recipient=recipient)


def _file(number: int, one: Attached) -> File:
    try:
        data = base64.b64decode(one.content, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedPayloadError("is no base64", f"Attachments[{number}].Content") from None
    return File(one.name, one.media_type.partition(";")[0].strip(), data, one.content_id or None)
