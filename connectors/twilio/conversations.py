"""Twilio Conversations: a thread of text messages, WhatsApp and chat with people and agents in it."""

from __future__ import annotations

import msgspec

from commonline.connectors.twilio.parties import address, draft, uri
from commonline.connectors.twilio.payload import MEDIA, Form
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, one_line, tidy
from commonline.schemas.records import ActivityType, Attachment, Change, Channel, Object, Party, Thread

CONNECTOR = "twilio"
VERBS: dict[str, ActivityType] = {
    "onMessageAdded": "Create",
    "onMessageUpdated": "Update",
    "onMessageRemoved": "Delete",
}
OUTSIDE = frozenset({"sms", "mms", "whatsapp", "messenger", "rcs"})
"""Ways by which customers write; API and SDK are programs of ours."""


def message(entry: Entry) -> list[Draft]:
    """A message was added, edited or removed."""
    form: Form = entry.body[0]
    verb = VERBS[entry.event]
    obj = Object(id=uri(form.account_sid, "conversation-message", form.message_sid, "MessageSid"), type="Note")
    obj.created = times.parse(form.date_created)
    if verb != "Delete":
        found = tidy(form.body or "", [])
        obj.text, obj.spans, obj.attachments = found.text or None, link_spans(found.text), _media(form)
    new = draft(f"conversation.{entry.event}", verb, obj, _thread(form), _channel(form), "customer")
    new.published = obj.created
    if verb == "Create":
        new.actor = _author(form)
    else:
        changed = times.parse(form.date_updated)
        new.published = changed
        new.revision = str(changed) if changed is not None else ""
        obj.version = new.revision or None
        obj.author = _author(form)
        new.changes = [Change(field="body")] if verb == "Update" else []
    return [new]


def _channel(form: Form) -> Channel:
    return "sms" if (form.source or "").lower() in ("sms", "mms") else "chat"


def _thread(form: Form, state: str | None = None) -> Thread:
    where = Thread(id=uri(form.account_sid, "conversation", form.conversation_sid, "ConversationSid"))
    where.title = one_line(form.conversation_friendly_name)
    if state is not None:
        where.state = "closed" if state == "closed" else "open"
    return where


def _author(form: Form) -> Party | None:
    """A number or an identity; ``system`` is Twilio."""
    if not form.author or form.author == "system":
        return None
    if form.author.startswith(("+", "whatsapp:", "messenger:")):
        account = address(form.account_sid, form.author)
    else:
        account = native(CONNECTOR, form.account_sid, "identity", form.author)
    source = (form.source or "").lower()
    party = Party(account=account, kind="unknown", role="author")
    if source:
        party.side = "customer" if source in OUTSIDE else "us"
    return party


def _media(form: Form) -> list[Attachment]:
    if not form.media:
        return []
    try:
        files = MEDIA.decode(form.media.encode())
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise MalformedPayloadError(str(error), "Media") from error
    return [
        Attachment(kind="file", id=file.sid, name=one_line(file.name), media_type=file.media_type, size=file.size)
        for file in files
    ]


def state(entry: Entry) -> list[Draft]:
    """A conversation begins, changes its state, ends."""
    form: Form = entry.body[0]
    after = form.state_to if entry.event == "onConversationStateUpdated" else None
    where = _thread(form, after or ("active" if entry.event == "onConversationAdded" else None))
    verb: ActivityType = "Update" if after else "Delete" if entry.event == "onConversationRemoved" else "Create"
    obj = Object(id=where.id, type="Ticket", title=where.title)
    new = draft(f"conversation.{entry.event}", verb, obj, where, "chat", "customer")
    new.published = times.parse(form.date_updated) or times.parse(form.date_created)
    if verb != "Create":
        new.revision = form.date_updated or form.state_to or ""
    new.changes = [Change(field="state", before=one_line(form.state_from), after=one_line(after))] if after else []
    return [new]


def member(entry: Entry) -> list[Draft]:
    """Somebody was added to a conversation, or removed."""
    form: Form = entry.body[0]
    where = _thread(form)
    sid = uri(form.account_sid, "participant", form.participant_sid, "ParticipantSid")
    verb: ActivityType = "Add" if entry.event == "onParticipantAdded" else "Remove"
    obj = Object(id=where.id, type="Ticket", title=where.title)
    new = draft(f"conversation.{entry.event}", verb, obj, where, "chat", "customer")
    new.edge = f"{where.id}/member/{quoted(sid)}"
    who = Party(account=sid, role="member")
    if form.identity:
        who = Party(account=native(CONNECTOR, form.account_sid, "identity", form.identity), side="us", role="member")
    elif form.messaging_binding_address:
        who = Party(account=address(form.account_sid, form.messaging_binding_address), side="customer", role="member")
    new.participants = [who]
    new.published = times.parse(form.date_updated) or times.parse(form.date_created)
    new.revision = form.date_updated or form.date_created or ""
    return [new]
