"""One mail, read: everything that a draft needs, in the words of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mail import automated, body, people, threads
from commonline.kit.mail.headers import Headers, mid, when
from commonline.kit.mail.parts import MOST_PARTS, File, content_of, hint, sort
from commonline.schemas.records import (
    Attachment,
    AttachmentKind,
    Clock,
    Container,
    Object,
    Reference,
    Thread,
    Visibility,
)

MOST_ATTACHMENTS = 100
MOST_FORWARDED = 5
SEEN_LATE_US = 300 * times.SECOND
"""A mail that arrived later than this after its Date also tells when it was written."""
TRUNCATED = "mail-truncated"
FOLDER = "mail-folder"
INTERNAL_DATE = "mail-internaldate"
_PRIVATE = frozenset({"private", "personal", "company-confidential"})
_KINDS: dict[str, AttachmentKind] = {"image": "image", "video": "video", "audio": "audio"}
_CONTACTS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})


class Mail:
    """A parsed message with the delivery's own headers and the source's settings. Pure."""

    def __init__(self, message: Message, kept: Mapping[str, str], settings: Mapping[str, Any]) -> None:
        self.headers = Headers(message, hint(message))
        self.parts = sort(message)
        self.subject = self.headers.text("subject")
        self.written = when(self.headers.raw("date"))
        self.digest = self._digest(content_of(message))
        self.message_id = self.headers.own_id()
        self.key = self.message_id or self.digest
        self.url_key = mid(self.key).removeprefix("mid:")
        self.id = mid(self.message_id) if self.message_id else accounts.native("email", "digest", self.digest)
        self.reason = automated.reason(self.headers)
        self.people = people.of(self.headers, settings.get("authserv_id"), self.reason)
        self.our_account = accounts.mailto(settings.get("address"))
        self.published, self.clock = self._published(kept)
        self.visibility: Visibility = "restricted" if self.headers.word("sensitivity") in _PRIVATE else "customer"
        self.container = self._container()
        self.fields = self._fields(kept)
        if TRUNCATED in kept and self.parts.files:
            self.parts.files[-1] = msgspec.structs.replace(self.parts.files[-1], size=None, sha256=None)

    def draft(self, event: str) -> Draft:
        """The mail as a fact."""
        text, markup = body.render(self.parts)
        actor = self.people.actor
        root = threads.root_of(self.headers, self.message_id)
        late = self.written is not None and self.published is not None
        return Draft(
            event=event,
            type="Create",
            object=Object(
                id=self.id,
                type="Note",
                version=None if self.written is None else str(self.written),
                title=self.subject,
                text=text.text,
                markup=markup,
                language=_language(self.headers.text("content-language") or ""),
                created=self.written if late and self._arrived_late() else None,
                spans=text.spans,
                attachments=[_attachment(one) for one in self.parts.files[:MOST_ATTACHMENTS]],
            ),
            thread=Thread(
                id=mid(root) if root else self.id, title=threads.title_of(self.subject), container=self.container
            ),
            channel="email",
            visibility=self.visibility,
            revision=self.digest,
            actor=actor,
            participants=self.people.participants,
            our_account=self.our_account,
            references=[*threads.references_of(self.headers, self.message_id), *self._forwarded()],
            automated=self.reason is not None or (actor is not None and actor.kind == "application"),
            generator=(self.headers.text("x-mailer") or self.headers.text("user-agent") or "")[:120] or None,
            published=self.published,
            clock=self.clock,
            tags=self._tags(),
            fields=self.fields,
        )

    def _digest(self, content: str) -> str:
        """Identity beside the Message-ID: of what a copy in another mailbox, or a rebuilt mailbox, also has."""
        authors = ",".join(one.address.lower() for one in self.headers.addresses("from"))
        told = "\x1f".join((authors, str(self.written), self.subject or "", content))
        return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def _published(self, kept: Mapping[str, str]) -> tuple[int | None, Clock]:
        """The newest Received field, else the mailbox's own date, else what the author's clock said."""
        for value in self.headers.all("received"):
            if ";" in value and (received := when(value)) is not None:
                return received, "source"
        stored = times.parse(kept.get(INTERNAL_DATE))
        if stored is not None:
            return stored, "source"
        return self.written, "author"

    def _arrived_late(self) -> bool:
        return abs((self.published or 0) - (self.written or 0)) > SEEN_LATE_US

    def _container(self) -> Container | None:
        listed = self.headers.raw("list-id")
        if listed:
            name, _, rest = listed.rpartition("<")
            list_id = rest.partition(">")[0].strip() or listed.strip()
            shown = name.strip().strip('"') or None
            return Container(id=accounts.native("email", "list", list_id[:255].lower()), name=shown, kind="list")
        if self.our_account:
            return Container(id=self.our_account, name=self.our_account.removeprefix("mailto:"), kind="mailbox")
        return None

    def _forwarded(self) -> list[Reference]:
        ids = (Headers(part).own_id() for part in self.parts.forwarded[:MOST_FORWARDED])
        return [Reference(kind="forward", id=mid(one)) for one in ids if one]

    def _tags(self) -> list[str]:
        words = [word.strip()[:100] for word in (self.headers.text("keywords") or "").split(",")]
        return [word for word in words if word][:20] + (["spam"] if self._spam() else [])

    def _spam(self) -> bool:
        return self.headers.word("x-spam-flag") == "yes" or self.headers.word("x-spam-status").startswith("yes")

    def _fields(self, kept: Mapping[str, str]) -> dict[str, str]:
        headers, parts = self.headers, self.parts
        told = {
            "automated": self.reason,
            "importance": _importance(headers),
            "organization": (headers.text("organization") or "")[:200],
            "folder": kept.get(FOLDER),
            "signed": parts.signed,
            "encrypted": parts.encrypted,
            "truncated": kept.get(TRUNCATED),
            "recipients": str(self.people.recipients) if self.people.recipients > people.MOST else None,
            "attachments": str(len(parts.files)) if len(parts.files) > MOST_ATTACHMENTS else None,
            "parts": str(parts.opened) if parts.opened > MOST_PARTS else None,
        }
        return {name: value for name, value in told.items() if value}


def _importance(headers: Headers) -> str | None:
    word = headers.word("importance") or {"1": "high", "2": "high", "5": "low"}.get(headers.word("x-priority")[:1], "")
    return word if word in {"high", "low"} else None


def _language(word: str) -> str | None:
    first = word.partition(",")[0].strip()
    return first if 2 <= len(first) <= 35 and first.replace("-", "").isalnum() and first.isascii() else None


def _attachment(file: File) -> Attachment:
    kind = _KINDS.get(file.media_type.partition("/")[0], "file")
    return Attachment(
        kind="contact" if file.media_type in _CONTACTS else kind,
        id=file.section,
        url=None if file.content_id is None else "cid:" + quote(file.content_id[:255], safe="@.-_~+!$"),
        media_type=file.media_type[:127],
        name=file.name,
        size=file.size,
        sha256=file.sha256,
    )
