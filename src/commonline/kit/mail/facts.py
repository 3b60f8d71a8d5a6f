"""What a mail tells: one mail is one Note created; a bounce is news about the mail that failed."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any

from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mail import meeting, reports, threads
from commonline.kit.mail.headers import Headers, mid
from commonline.kit.mail.mail import Mail
from commonline.kit.mail.message import parse
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.schemas.records import Change, Delivery, Object, Party, Reference, Thread


def opened(raw: bytes, kept: Delivery, settings: Mapping[str, Any], index: int = 0) -> Entry:
    """The entry of a mail; its event is ``message``, or the report type of a ``multipart/report`` (RFC 6522).

    Raises `MalformedPayloadError` for what is no mail.
    """
    message = parse(raw)
    kind = reports.kind_of(message)
    event = "message" if kind is None else kind if kind in REPORTS else f"report:{kind}"
    return Entry(index=index, event=event, body=message, path="message", delivery=kept, settings=settings)


def message(entry: Entry) -> list[Draft]:
    """The mail, and what its calendar parts ask or answer."""
    mail = _mail(entry)
    return [mail.draft(entry.event), *meeting.drafts(mail)]


def delivery_status(entry: Entry) -> list[Draft] | Ignored:
    """What became of a mail that was sent: failed or late. A report of success is a receipt."""
    mail = _mail(entry)
    report = reports.read(entry.event, mail.parts)
    failures = [one for one in report.failures if one.action not in reports.DELIVERED]
    if report.failures and not failures:
        return Ignored("receipt")
    failed = report.original.own_id() if report.original else None
    if failed is None or report.original is None or not failures:
        draft = mail.draft(entry.event)
        draft.automated = True
        return [draft]
    draft = _news(mail, entry.event, report.original, failed)
    late = all(one.action == "delayed" for one in failures)
    draft.changes = [Change(field="delivery", after="delayed" if late else "failed")]
    draft.participants = [Party(account=uri, role="to") for uri in report.accounts]
    first = failures[0]
    told = {"status": first.status, "diagnostic": first.diagnostic}
    draft.fields = {**draft.fields, **{name: value for name, value in told.items() if value}}
    return [draft]


def feedback_report(entry: Entry) -> list[Draft]:
    """Someone told their provider that a mail of ours is unwanted."""
    mail = _mail(entry)
    report = reports.read(entry.event, mail.parts)
    told = report.original.own_id() if report.original else None
    if told is None or report.original is None:
        draft = mail.draft(entry.event)
        draft.automated = True
        return [draft]
    draft = _news(mail, entry.event, report.original, told)
    draft.type = "Flag"
    draft.edge = f"{draft.object.id}/flag/{mail.url_key}"
    if report.feedback:
        draft.fields = {**draft.fields, "feedback": report.feedback}
    return [draft]


def _mail(entry: Entry) -> Mail:
    body = entry.body
    if not isinstance(body, Message):
        raise MalformedPayloadError("no message", "message")
    return Mail(body, entry.delivery.headers, entry.settings)


def _news(mail: Mail, event: str, original: Headers, about: str) -> Draft:
    """A fact about an earlier mail, told by this one."""
    root = threads.root_of(original, about) or about
    subject = original.text("subject")
    return Draft(
        event=event,
        type="Update",
        object=Object(id=mid(about), type="Note", title=subject),
        thread=Thread(id=mid(root), title=threads.title_of(subject), container=mail.container),
        channel="email",
        visibility=mail.visibility,
        revision=mail.key,
        actor=mail.people.actor,
        our_account=mail.our_account,
        references=[Reference(kind="related", id=mail.id)],
        automated=True,
        published=mail.published,
        clock=mail.clock,
        fields=mail.fields,
    )


REPORTS = ("delivery-status", "disposition-notification", "feedback-report")
EVENTS: dict[str, EventMapping] = {
    "message": message,
    "delivery-status": delivery_status,
    "feedback-report": feedback_report,
}
