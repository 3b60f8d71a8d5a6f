"""What became of mails that were sent through the provider: failed, late, reported as spam, unsubscribed.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event ·
https://documentation.mailgun.com/docs/mailgun/user-manual/events/events ·
https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from __future__ import annotations

from commonline.connectors.inbound_mail.payload import Mailgun, PostmarkNotice, SendGrid
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import mailto, native
from commonline.kit.draft import Draft
from commonline.kit.mail.headers import message_ids, mid
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Object, Party, Thread

CONNECTOR = "inbound_mail"
POSTMARK_DOMAIN = "mtasv.net"
"""Postmark's Message-IDs are its own id at this domain, unless the sender keeps theirs."""


class Notice:
    """One notice, in the words that the three have in common."""

    def __init__(self, recipient: str | None, message: str | None, key: str, at: int | None, why: str | None) -> None:
        self.recipient = mailto(recipient)
        if self.recipient is None:
            raise MalformedPayloadError("whom the mail was for is not told", "recipient")
        self.message, self.key, self.at = message, key, at
        self.fields = {"diagnostic": why[:300]} if why else {}


def _sendgrid(entry: Entry) -> Notice:
    told: SendGrid = entry.body
    ids = message_ids(told.smtp_id or "")
    key = told.sg_event_id or f"{told.sg_message_id}/{told.timestamp}"
    return Notice(
        told.email, ids[0] if ids else None, key, times.parse(told.timestamp), one_line(told.reason or told.response)
    )


def _mailgun(entry: Entry) -> Notice:
    told: Mailgun = entry.body
    status = told.delivery_status
    why = one_line(status.message or status.description) or one_line(told.reason)
    message = told.message.headers.message_id.strip().strip("<>")
    return Notice(told.recipient, message or None, told.id, times.parse(told.timestamp), why)


def _postmark(entry: Entry) -> Notice:
    told: PostmarkNotice = entry.body
    at = times.parse(told.bounced_at or told.changed_at)
    key = str(told.id) if told.id is not None else f"{told.message_id}/{at}"
    message = f"{told.message_id}@{POSTMARK_DOMAIN}" if told.message_id else None
    return Notice(told.email or told.recipient, message, key, at, one_line(told.details or told.description))


_READERS = {"sendgrid": _sendgrid, "mailgun": _mailgun, "postmark": _postmark}


def _notice(entry: Entry) -> Notice:
    return _READERS[entry.event.partition(".")[0]](entry)


def failed(entry: Entry) -> list[Draft]:
    """A mail did not arrive, or not yet."""
    notice = _notice(entry)
    new = _about(entry, notice)
    late = entry.event == "sendgrid.deferred" or (
        isinstance(entry.body, Mailgun) and entry.body.severity == "temporary"
    )
    new.type = "Update"
    new.changes = [Change(field="delivery", after="delayed" if late else "failed")]
    new.participants = [Party(account=notice.recipient, role="to")]
    return [new]


def complained(entry: Entry) -> list[Draft]:
    """Somebody told their provider that a mail of ours is unwanted."""
    notice = _notice(entry)
    new = _about(entry, notice)
    new.type, new.actor = "Flag", Party(account=notice.recipient, role="author")
    new.edge = native(CONNECTOR, "flag", notice.key)
    new.revision = ""
    return [new]


def subscription(entry: Entry) -> list[Draft]:
    """Somebody wants no more mails, or wants them again."""
    notice = _notice(entry)
    body = entry.body
    wanted = entry.event == "sendgrid.group_resubscribe" or (isinstance(body, PostmarkNotice) and not body.suppressed)
    new = _about(entry, notice)
    new.object = Object(
        id=native(CONNECTOR, "consent", (notice.recipient or "").removeprefix("mailto:")), type="Consent"
    )
    new.type = "Accept" if wanted else "Reject"
    new.changes = [Change(field="consent.email", after="granted" if wanted else "denied")]
    new.actor = Party(account=notice.recipient, role="author")
    new.automated = False
    return [new]


def _about(entry: Entry, notice: Notice) -> Draft:
    """A fact about a mail of ours; about the notice itself where it does not say which mail."""
    about = mid(notice.message) if notice.message else native(CONNECTOR, "notice", notice.key)
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=about, type="Note"),
        thread=Thread(id=about),
        channel="email",
        visibility="customer",
        revision=notice.key,
        automated=True,
        published=notice.at,
        fields=notice.fields,
    )


EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(("sendgrid.bounce", "sendgrid.dropped", "sendgrid.deferred"), failed),
    **dict.fromkeys(("mailgun.failed", "postmark.Bounce"), failed),
    **dict.fromkeys(("sendgrid.spamreport", "mailgun.complained", "postmark.SpamComplaint"), complained),
    **dict.fromkeys(("sendgrid.unsubscribe", "sendgrid.group_unsubscribe", "sendgrid.group_resubscribe"), subscription),
    **dict.fromkeys(("mailgun.unsubscribed", "postmark.SubscriptionChange"), subscription),
}
