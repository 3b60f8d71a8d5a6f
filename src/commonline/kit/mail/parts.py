"""The parts of a MIME message: which are its text, which are attached, which say what the mail is about.

Pure and lenient: a part with a broken label is still a part. `multipart/alternative` gives one of its children: plain
text if it is not blank, else HTML (contract §5.9).
"""

from __future__ import annotations

import hashlib
import re
from email.message import Message
from typing import Literal

import msgspec

from commonline.kit.mail import charsets
from commonline.kit.mail.headers import LONGEST, Headers, words

Markup = Literal["text/plain", "text/html"]
DEEPEST = 50
"""Levels of multiparts that are opened; what lies deeper counts as one attachment."""
MOST_PARTS = 1000
_LABEL = re.compile(r"=\?([^?\s*]{2,60})[^?\s]{0,20}\?[bBqQ]\?")
_SIGNATURES = {
    "application/pgp-signature": "pgp",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
}
_ENCRYPTED = {
    "application/pgp-encrypted": "pgp",
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
}
_REPORTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers"}
)


class TextPart(msgspec.Struct, frozen=True, gc=False):
    """Text that is shown in the mail itself."""

    markup: Markup
    content: str
    flowed: bool = False
    delsp: bool = False


class File(msgspec.Struct, frozen=True, gc=False):
    """An attached or embedded part. `section` is its IMAP part number (RFC 9051 §6.4.5.1)."""

    section: str
    media_type: str
    name: str | None
    size: int | None
    sha256: str | None
    content_id: str | None


class Parts(msgspec.Struct, gc=False):
    """All parts of a message, sorted by use."""

    texts: list[TextPart] = []
    files: list[File] = []
    calendars: list[bytes] = []
    reports: list[Message] = []
    forwarded: list[Message] = []
    signed: str | None = None
    encrypted: str | None = None
    opened: int = 0


def sort(message: Message) -> Parts:
    """Open a message."""
    parts = Parts()
    parts.texts = _open(message, "", parts, 0)
    return parts


def hint(message: Message) -> str | None:
    """The first charset that an encoded word or a part names: raw 8-bit headers are mostly of the same."""
    for _, value in message.raw_items():
        found = _LABEL.search(str(value)[:LONGEST])
        if found:
            return found[1]
    for part in message.walk():
        charset = _parameter(part, "charset")
        if charset:
            return charset
    return None


def payload(part: Message) -> bytes:
    """The bytes of a leaf, transfer encoding undone. Broken encodings give what can be had."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, UnicodeError):
        data = None
    if isinstance(data, bytes):
        return data
    return b""


def children_of(part: Message) -> list[Message]:
    """The parts within a part. (The library decodes what is no list, and may raise for it.)"""
    inner = part.get_payload() if part.is_multipart() else []
    return [child for child in inner if isinstance(child, Message)] if isinstance(inner, list) else []


def content_of(message: Message) -> str:
    """A digest of all leaves, whatever their transfer encoding, line ends and trailing white space."""
    digest = hashlib.sha256()
    for part in message.walk():
        if not part.is_multipart():
            data = payload(part)
            lines = (line.rstrip() for line in data.replace(b"\r\n", b"\n").rstrip().split(b"\n"))
            digest.update(b"\n".join(lines) + b"\0")
    return digest.hexdigest()


def _open(part: Message, section: str, parts: Parts, depth: int) -> list[TextPart]:
    """The texts of a part; everything else is put into `parts`."""
    parts.opened += 1
    if parts.opened > MOST_PARTS:
        return []
    kind = part.get_content_type()
    if kind.startswith("multipart/") and part.is_multipart() and depth < DEEPEST:
        if kind == "multipart/encrypted":
            parts.encrypted = "pgp"
        inner = [
            _open(child, f"{section}.{number}" if section else str(number), parts, depth + 1)
            for number, child in enumerate(children_of(part), start=1)
        ]
        return _best(inner) if kind == "multipart/alternative" else [text for texts in inner for text in texts]
    return _leaf(part, kind, section or "1", parts)


def _best(alternatives: list[list[TextPart]]) -> list[TextPart]:
    for markup in ("text/plain", "text/html"):
        for texts in alternatives:
            if any(text.markup == markup and not _blank(text) for text in texts):
                return texts
    return next((texts for texts in alternatives if texts), [])


def _blank(text: TextPart) -> bool:
    return not text.content.strip().strip("\xa0\u200b\ufeff")


def _leaf(part: Message, kind: str, section: str, parts: Parts) -> list[TextPart]:
    if kind in _SIGNATURES:
        parts.signed = _SIGNATURES[kind]
        return []
    if kind in _REPORTS:
        parts.reports.append(part)
        return []
    if kind in _ENCRYPTED:
        parts.encrypted = parts.encrypted or _encryption(part, kind)
        if kind == "application/pgp-encrypted":
            return []
    if kind == "text/x-amp-html":
        return []
    name = _name(part)
    attached = part.get_content_disposition() == "attachment"
    if kind == "text/calendar":
        parts.calendars.append(payload(part))
        name = name or "invite.ics"
    elif not attached and (text := _text(part, kind, name)) is not None:
        return [text]
    if kind == "message/rfc822":
        _forward(part, section, name, parts)
    else:
        parts.files.append(_file(part, kind, section, name))
    return []


def _encryption(part: Message, kind: str) -> str | None:
    signed_only = (_parameter(part, "smime-type") or "").lower() in {"signed-data", "certs-only"}
    return None if signed_only else _ENCRYPTED[kind]


def _text(part: Message, kind: str, name: str | None) -> TextPart | None:
    broken = kind.startswith("multipart/")
    if not (kind.startswith("text/") or broken) or name is not None:
        return None
    content = charsets.decode(payload(part), _parameter(part, "charset"))
    if kind == "text/html":
        return TextPart("text/html", content)
    if kind in {"text/plain", "text/enriched", "text/richtext", "text/markdown"} or broken:
        flowed = (_parameter(part, "format") or "").lower() == "flowed"
        return TextPart("text/plain", content, flowed, (_parameter(part, "delsp") or "").lower() == "yes")
    return None


def _forward(part: Message, section: str, name: str | None, parts: Parts) -> None:
    message = next(iter(children_of(part)), None)
    if message is None:
        parts.files.append(_file(part, "message/rfc822", section, name))
        return
    parts.forwarded.append(message)
    subject = Headers(message, hint(message)).text("subject")
    parts.files.append(
        File(section, "message/rfc822", name or (f"{subject}.eml" if subject else None), None, None, None)
    )


def _file(part: Message, kind: str, section: str, name: str | None) -> File:
    data = payload(part) if not part.is_multipart() else None
    content_id = str(part.get("Content-ID", "")).strip().strip("<>").strip()
    return File(
        section=section,
        media_type=kind,
        name=name,
        size=None if data is None else len(data),
        sha256=None if not data else hashlib.sha256(data).hexdigest(),
        content_id=content_id or None,
    )


def _name(part: Message) -> str | None:
    """The file name: RFC 2231, RFC 2047 (against the rules, but common) or raw 8-bit."""
    raw = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    if not raw:
        return None
    name = words(raw).replace("\\", "/").rpartition("/")[2]
    return name[:255] or None


def _parameter(part: Message, name: str, header: str = "content-type") -> str | None:
    holder = part
    raw = next((str(value) for key, value in part.raw_items() if key.lower() == header), None)
    if raw is None:
        return None
    if not raw.isascii():
        # The standard library turns raw 8-bit text into replacement characters: it must be repaired before.
        holder = Message()
        holder[header] = charsets.decode(raw.encode("utf-8", "surrogateescape")).replace("\r", "").replace("\n", " ")
    try:
        value = holder.get_param(name, header=header)
    except (ValueError, LookupError, UnicodeError, TypeError):
        return None
    if isinstance(value, tuple):
        charset, _, text = value
        return charsets.decode(text.encode("latin-1", "replace"), charset)
    return value
