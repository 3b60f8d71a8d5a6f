"""Messages: text messages, WhatsApp, Messenger; by webhook as a form, by the API as a record."""

from __future__ import annotations

from collections.abc import Mapping

from commonline.connectors.twilio import parties
from commonline.connectors.twilio.parties import Ends, draft, ends, placed, uri
from commonline.connectors.twilio.payload import MESSAGE, Form
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import link_spans, one_line, tidy
from commonline.schemas.records import Attachment, Change, Object, Reference

FAILED = frozenset({"failed", "undelivered"})
KINDS = {"image": "image", "video": "video", "audio": "audio"}


def received(entry: Entry) -> list[Draft]:
    """Somebody wrote to one of our numbers."""
    form, fields = entry.body
    one = ends(form.account_sid, form.from_, form.to, "inbound")
    new = _created(one, form.message_sid or form.sms_sid, form.body or form.button_text, form.profile_name)
    new.object.attachments = _media(fields, form)
    if form.original_replied_message_sid:
        answered = uri(form.account_sid, "message", form.original_replied_message_sid, "OriginalRepliedMessageSid")
        new.references = [Reference(kind="reply", id=answered)]
    if form.button_payload:
        new.fields["payload"] = tidy(form.button_payload, []).text
    return [new]


def _created(one: Ends, sid: str | None, body: str | None, name: str | None = None) -> Draft:
    found = tidy(body or "", [])
    obj = Object(id=uri(one.account, "message", sid, "MessageSid"), type="Note")
    obj.text, obj.spans = found.text or None, link_spans(found.text)
    new = draft("message", "Create", obj, parties.conversation(one), parties.channel(one), "customer")
    placed(new, one, name, ("author", "to"))
    return new


def _media(fields: Mapping[str, str], form: Form) -> list[Attachment]:
    found = [
        Attachment(
            kind=KINDS.get(fields.get(f"MediaContentType{number}", "").partition("/")[0], "file"),  # type: ignore[arg-type]
            url=fields.get(f"MediaUrl{number}"),
            media_type=fields.get(f"MediaContentType{number}"),
        )
        for number in range(form.num_media)
    ]
    if form.latitude and form.longitude:
        found.append(Attachment(kind="file", url=f"geo:{form.latitude},{form.longitude}"))
    return [one for one in found if one.url and one.url.isprintable()]


def status(entry: Entry) -> list[Draft] | Ignored:
    """What became of a message of ours; only a failure is a fact."""
    form: Form = entry.body[0]
    state = form.message_status or form.sms_status or ""
    if state not in FAILED:
        return Ignored("receipt")
    one = ends(form.account_sid, form.from_, form.to, "outbound-api")
    return [_failed(one, form.message_sid or form.sms_sid, state, form.error_code, form.error_message)]


def _failed(one: Ends, sid: str | None, state: str, code: str | int | None, message: str | None) -> Draft:
    obj = Object(id=uri(one.account, "message", sid, "MessageSid"), type="Note")
    thread, how = parties.conversation(one), parties.channel(one)
    new = draft("message.failed", "Update", obj, thread, how, "customer")
    placed(new, one, None, ("author", "to"))
    new.revision = state
    new.changes = [Change(field="state", after=state)]
    new.fields = {"error_code": str(code)} if code not in (None, "") else {}
    if message:
        new.fields["error"] = one_line(message) or ""
    return new


def record(entry: Entry) -> list[Draft]:
    """A message as the API lists it: that it was written, and that it failed if it did."""
    told = MESSAGE.decode(entry.body)
    one = ends(told.account_sid, told.from_, told.to, told.direction)
    new = _created(one, told.sid, told.body)
    new.published = times.parse(told.date_sent) or times.parse(told.date_created)
    new.object.created = times.parse(told.date_created)
    if told.num_media not in (None, "", "0"):
        new.metrics = {"media": _count(told.num_media or "")}
    if told.status not in FAILED:
        return [new]
    failure = _failed(one, told.sid, told.status or "", told.error_code, told.error_message)
    failure.published = times.parse(told.date_updated)
    return [new, failure]


def _count(digits: str) -> float:
    return float(digits) if digits.isdecimal() and len(digits) < 4 else 0.0
