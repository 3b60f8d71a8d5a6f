"""Mails that tell what became of another mail: bounces (RFC 3464), complaints (RFC 5965), receipts (RFC 8098)."""

from __future__ import annotations

from email.message import Message
from email.parser import Parser

import msgspec

from commonline.kit.mail import people
from commonline.kit.mail.charsets import decode
from commonline.kit.mail.headers import Headers
from commonline.kit.mail.parts import Parts, children_of, payload

DELIVERED = frozenset({"delivered", "relayed", "expanded"})
DIAGNOSTIC = 300


class Failure(msgspec.Struct, gc=False):
    """One recipient of the mail that is reported on."""

    recipient: str | None
    action: str
    status: str
    diagnostic: str


class Report(msgspec.Struct, gc=False):
    """What a report says. `original` are the header fields of the mail that it is about, if it gives them back."""

    kind: str
    failures: list[Failure] = []
    original: Headers | None = None
    feedback: str | None = None
    accounts: list[str] = []


def kind_of(message: Message) -> str | None:
    """The report type of a ``multipart/report``, None for other mails."""
    if message.get_content_type() != "multipart/report":
        return None
    value = message.get_param("report-type")
    return str(value).lower()[:60] if value and not isinstance(value, tuple) else "unknown"


def read(kind: str, parts: Parts) -> Report:
    """Read the machine's part of a report. What is not there stays empty."""
    report = Report(kind)
    for part in parts.reports:
        media = part.get_content_type()
        if media == "message/delivery-status":
            report.failures = [_failure(block) for block in _blocks(part) if "final-recipient" in block]
        elif media == "text/rfc822-headers":
            report.original = Headers(Parser().parsestr(decode(payload(part)).lstrip(), headersonly=True))
        elif media == "message/feedback-report":
            block = next(iter(_blocks(part)), None)
            report.feedback = block.word("feedback-type") if block else None
    if report.original is None and parts.forwarded:
        report.original = Headers(parts.forwarded[0])
    report.accounts = list(dict.fromkeys(uri for one in report.failures if (uri := one.recipient)))
    return report


def _blocks(part: Message) -> list[Headers]:
    if part.is_multipart():
        return [Headers(block) for block in children_of(part)]
    text = decode(payload(part)).replace("\r\n", "\n").strip()
    return [Headers(Parser().parsestr(block, headersonly=True)) for block in text.split("\n\n")]


def _failure(block: Headers) -> Failure:
    address = (block.raw("final-recipient") or "").rpartition(";")[2].strip()
    diagnostic = (block.text("diagnostic-code") or "").partition(";")
    return Failure(
        recipient=people.account(address),
        action=block.word("action"),
        status=block.word("status"),
        diagnostic=(diagnostic[2] or diagnostic[0]).strip()[:DIAGNOSTIC],
    )
