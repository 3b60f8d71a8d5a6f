"""mbox (RFC 4155): one mail for each entry, in pure ASCII, with bodies that come back as they were.

Accounts that are no mail addresses get one below ``.invalid`` (RFC 2606), and stand whole in a header of ours. A line
of a body that begins with "From " is written in quoted-printable, ``=46rom``: readers disagree about ``>From``.
"""

from __future__ import annotations

import hashlib
import re
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from commonline.gateway.export.transcript import Said, Transcript, deleted, one_line
from commonline.kit.request import clean_text
from commonline.schemas.models import Activity, Party

MEDIA_TYPE = "application/mbox"
DOMAIN = "commonline.invalid"
LONGEST_SUBJECT = 500
LONGEST_LINE = 900
POLICY = SMTP.clone(linesep="\n", max_line_length=78)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+\Z")
_ODD = re.compile(r"[^\t\n\x20-\x7e]|^From |[ \t]$", re.MULTILINE)


def mbox(transcript: Transcript) -> bytes:
    """The conversation as a mailbox."""
    known = {one.item.object.id: one.item.id for one in transcript.said}
    return b"".join(_entry(transcript, one, known) for one in transcript.said)


def _entry(transcript: Transcript, one: Said, known: dict[str, UUID]) -> bytes:
    begin = f"From MAILER-DAEMON {time.asctime(one.at.utctimetuple())}\n"
    content = message(transcript, one, known).as_bytes(policy=POLICY)
    return begin.encode() + content.rstrip(b"\n") + b"\n\n"


def message(transcript: Transcript, one: Said, known: dict[str, UUID]) -> EmailMessage:
    """One entry as a mail. `known`: the activity of each object of the conversation, for replies."""
    item = one.item
    made = EmailMessage(policy=POLICY)
    made["Message-ID"] = _message_id(item.id)
    made["Date"] = format_datetime(one.at)
    made["From"] = _address(item.actor)
    to = [_address(party) for party in item.participants if party.role == "to"]
    if to:
        made["To"] = to
    copies = [_address(party) for party in item.participants if party.role == "cc"]
    if copies:
        made["Cc"] = copies
    made["Subject"] = _subject(transcript, item)
    replied = next((known[each.id] for each in item.references if each.kind == "reply" and each.id in known), None)
    if replied is not None and replied != item.id:
        made["In-Reply-To"] = made["References"] = _message_id(replied)
    made["X-Commonline-Activity"] = f"{item.type} {item.object.type}"
    made["X-Commonline-Channel"] = f"{one_line(item.connector)} {item.channel} {item.direction}"
    made["X-Commonline-Visibility"] = one.visibility
    if item.actor is not None and item.actor.account:
        made["X-Commonline-Account"] = one_line(item.actor.account)[:LONGEST_LINE]
    _write(made, body(item))
    return made


def body(item: Activity) -> str:
    """What the mail says: the text, and links to what is attached."""
    if deleted(item):
        return ""
    lines = [clean_text(item.object.text or "")]
    lines += [f"[{one_line(each.name or each.kind)}: {one_line(each.url or '')}]" for each in item.object.attachments]
    return "\n".join(re.sub(r"\r\n?", "\n", line) for line in lines)


def _write(made: EmailMessage, text: str) -> None:
    """Plain where all readers agree; else quoted-printable if it is mostly ASCII, base64 if it is not."""
    if not _ODD.search(text) and all(len(line) <= LONGEST_LINE for line in text.split("\n")):
        made.set_content(text, charset="us-ascii", cte="7bit")
        return
    octets = text.encode()
    mostly_ascii = sum(each < 128 for each in octets) * 6 > len(octets) * 5
    made.set_content(text, charset="utf-8", cte="quoted-printable" if mostly_ascii else "base64")
    if mostly_ascii:
        made.set_payload(re.sub(r"^From ", "=46rom ", str(made.get_payload()), flags=re.MULTILINE))


def _subject(transcript: Transcript, item: Activity) -> str:
    title = one_line(item.object.title or item.thread.title or transcript.subject)
    return title[:LONGEST_SUBJECT] or f"{item.type} {item.object.type}"


def _message_id(activity: UUID) -> str:
    return f"<{activity}@{DOMAIN}>"


def _address(party: Party | None) -> Address:
    """A party as a mail address. Without one that is valid: a name for the account below ``.invalid``."""
    if party is None:
        return Address("", "unknown", DOMAIN)
    name = one_line(party.name or party.handle or party.account or "")[:LONGEST_SUBJECT]
    account = party.account or ""
    plain = account.removeprefix("mailto:")
    if account.startswith("mailto:") and len(plain) <= 254 and _ADDRESS.match(plain):
        return Address(name, addr_spec=plain)
    told = hashlib.sha256(clean_text(account or name).encode()).hexdigest()[:16]
    return Address(name, told, DOMAIN)
