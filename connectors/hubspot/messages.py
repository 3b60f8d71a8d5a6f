"""Messages and conversations as the conversations API answers them: the full facts behind the thin webhooks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.hubspot import attachments
from commonline.connectors.hubspot.conversations import KIND, assigned, of_thread, status
from commonline.connectors.hubspot.crm import required, version
from commonline.connectors.hubspot.payload import (
    Address,
    ConversationThread,
    LongMessage,
    Message,
    Recipient,
    Sender,
    id_text,
)
from commonline.connectors.hubspot.portal import Portal, address, contact, portal
from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Change, Channel, Claim, Object, Party, Reference, Role, Trust

LONG = b'{"message":'
TALK = frozenset({"MESSAGE", "WELCOME_MESSAGE", "COMMENT"})
ROLES: dict[str, Role] = {"TO": "to", "CC": "cc", "BCC": "bcc", "REPLY_TO": "reply_to"}
CHANNEL_IDS: dict[str, Channel] = {"1000": "chat", "1001": "direct_message", "1002": "email", "1007": "direct_message"}
"""HubSpot's own channels: live chat, Messenger, e-mail, WhatsApp. Custom channels have greater numbers."""
ADDRESS_CHANNELS: dict[str, Channel] = {"HS_EMAIL_ADDRESS": "email", "HS_SHORT_CODE": "sms"}
_MESSAGE = msgspec.json.Decoder(Message)
_LONG = msgspec.json.Decoder(LongMessage)
_THREAD = msgspec.json.Decoder(ConversationThread)


def message(entry: Entry) -> list[Draft] | Ignored:
    """An item of a thread's history. The same message told by webhook has the same object id."""
    told = opened(entry.body)
    where = portal(entry.settings.get("portal_id"))
    if told.type in TALK:
        return _talk(entry, where, told)
    draft = of_thread(where, entry.event, required(told.conversations_thread_id, "conversationsThreadId"), _at(told))
    draft.type = "Update"
    draft.actor = _actor(where, told.created_by, None, None, entry.settings)
    if told.type == "THREAD_STATUS_CHANGE":
        return [status(draft, told.new_status or "")]
    if told.type == "ASSIGNMENT":
        return [assigned(draft, told.assigned_to)]
    if told.type == "THREAD_INBOX_CHANGE":
        before, after = id_text(told.from_inbox_id), id_text(told.to_inbox_id)
        draft.changes = [Change(field="x.inbox", before=before, after=after)]
        return [draft]
    return Ignored("no-content")


def opened(data: bytes) -> Message:
    """A message; if its text was cut, `source` brings the whole of it along, in an envelope of both answers."""
    if not data.startswith(LONG):
        return _MESSAGE.decode(data)
    long = _LONG.decode(data)
    return msgspec.structs.replace(long.message, text=long.original.text, truncation_status=None)


def long(message: bytes, original: bytes) -> bytes:
    """The envelope of a message whose text was cut, and of its original content, both as HubSpot answered them."""
    return LONG + message + b',"original":' + original + b"}"


def digest(answer: bytes) -> str:
    """A short digest of an answer."""
    return hashlib.blake2b(answer, digest_size=8).hexdigest()


def _talk(entry: Entry, where: Portal, told: Message) -> list[Draft]:
    comment = told.type == "COMMENT"
    thread_id = required(told.conversations_thread_id, "conversationsThreadId")
    sender = _sender(where, told, entry.settings)
    obj = Object(
        id=where.uri("message", required(told.id, "id")),
        type="Note",
        url=where.url(KIND, thread_id),
        title=told.subject or None,
        attachments=attachments.of_message(told),
    )
    raw = "\n".join(filter(None, [told.text, *attachments.lines(told)]))
    text = tidy(raw, link_spans(raw))
    obj.text, obj.spans = text.text, text.spans
    draft = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=where.thread(where.uri(KIND, thread_id), told.subject or None),
        channel="chat" if comment else _channel(told),
        visibility="internal" if comment else "customer",
        actor=sender,
        participants=[_recipient(where, one, entry.settings) for one in told.recipients or ()],
        direction="internal" if comment else _direction(told),
        automated=told.type == "WELCOME_MESSAGE" or (sender is not None and sender.kind == "application"),
        published=_at(told),
    )
    _context(draft, where, told)
    if told.archived:
        draft.type, draft.object.text, draft.object.spans, draft.object.attachments = "Delete", None, [], []
        return [draft]
    return [draft, *_failed(draft, told)]


def _context(draft: Draft, where: Portal, told: Message) -> None:
    account = id_text(told.channel_account_id)
    if account is not None:
        draft.our_account = where.uri("channel_account", account)
    if told.client is not None:
        draft.generator = id_text(told.client.integration_app_id) or told.client.client_type
    if told.in_reply_to_id:
        draft.references = [Reference(kind="reply", id=where.uri("message", told.in_reply_to_id))]
    if told.truncation_status and told.truncation_status != "NOT_TRUNCATED":
        draft.fields["truncation"] = told.truncation_status.lower()


def _failed(sent: Draft, told: Message) -> list[Draft]:
    """A message of ours that did not arrive: staff must know."""
    if told.status is None or told.status.status_type != "FAILED":
        return []
    details = told.status.failure_details
    draft = Draft(
        event=sent.event,
        type="Update",
        object=Object(id=sent.object.id, type="Note", version=version(times.parse(told.updated_at)) or None),
        thread=sent.thread,
        channel=sent.channel,
        visibility=sent.visibility,
        our_account=sent.our_account,
        direction="internal",
        automated=True,
        published=times.parse(told.updated_at) or sent.published,
        changes=[Change(field="status", after="failed")],
    )
    if details is not None and details.error_message:
        draft.fields["error"] = details.error_message
    return [draft]


def thread(entry: Entry) -> list[Draft]:
    """A conversation with its contact and its ticket. Its later states come as items of its history."""
    told = _THREAD.decode(entry.body)
    where = portal(entry.settings.get("portal_id"))
    native_id = required(told.id, "id")
    draft = of_thread(where, entry.event, native_id, times.parse(told.created_at))
    draft.revision, draft.object.version = "", None
    draft.visibility, draft.direction = "customer", None
    person, account = id_text(told.associated_contact_id), id_text(told.original_channel_account_id)
    draft.channel = CHANNEL_IDS.get(id_text(told.original_channel_id) or "", "chat")
    draft.our_account = where.uri("channel_account", account) if account else None
    draft.participants = [contact(where.uri("contact", person), [])] if person else []
    draft.tags = ["spam"] if told.spam else []
    ticket = id_text(told.thread_associations.associated_ticket_id) if told.thread_associations else None
    if ticket is not None:
        draft.references = [Reference(kind="thread", id=where.uri("ticket", ticket))]
    inbox = id_text(told.inbox_id)
    if inbox is not None:
        draft.fields["inbox"] = inbox
    return [draft]


def _at(told: Message) -> int | None:
    return times.parse(told.created_at)


def _channel(told: Message) -> Channel:
    known = CHANNEL_IDS.get(id_text(told.channel_id) or "")
    if known is not None:
        return known
    for party in (*(told.senders or ()), *(told.recipients or ())):
        if party.delivery_identifier is not None and party.delivery_identifier.type in ADDRESS_CHANNELS:
            return ADDRESS_CHANNELS[party.delivery_identifier.type]
    return "chat"


def _direction(told: Message) -> Any:
    return {"INCOMING": "inbound", "OUTGOING": "outbound"}.get(told.direction or "")


def _sender(where: Portal, told: Message, settings: Mapping[str, Any]) -> Party | None:
    sender = told.senders[0] if told.senders else Sender()
    actor_id = sender.actor_id or told.created_by
    return _actor(where, actor_id, sender.name, sender.delivery_identifier, settings)


def _recipient(where: Portal, told: Recipient, settings: Mapping[str, Any]) -> Party:
    role = ROLES.get((told.recipient_field or "TO").upper(), "to")
    party = _actor(where, told.actor_id, told.name, told.delivery_identifier, settings)
    return msgspec.structs.replace(party, role=role) if party is not None else Party(name=told.name, role=role)


def _actor(
    where: Portal, actor_id: str | None, name: str | None, under: Address | None, settings: Mapping[str, Any]
) -> Party | None:
    """Who an actor's id stands for. Its first letter is the kind, what follows the native id."""
    told = _address(under, settings.get("region"))
    kind, _, native_id = (actor_id or "").partition("-")
    if not native_id:
        return Party(account=told, kind="person", role="author", name=name) if told or name else None
    if kind == "A":
        return Party(account=where.uri("user", native_id), kind="person", side="us", role="author", name=name)
    if kind == "V":
        trust: Trust = "verified" if told and told.startswith("tel:") else "asserted"
        claims = [Claim(relation="same_as", account=told, trust=trust)] if told else []
        party = contact(where.uri("contact", native_id), claims, name)
        return msgspec.structs.replace(party, role="author")
    if kind == "E":
        account = accounts.mailto(native_id) or told
        return Party(account=account, kind="person", role="author", name=name)
    account = where.uri("app" if kind == "I" else "bot", native_id)
    return Party(account=account, kind="application", side="us", role="author", name=name)


def _address(under: Address | None, region: str | None) -> str | None:
    if under is None or under.type not in ("HS_EMAIL_ADDRESS", "HS_PHONE_NUMBER"):
        return None
    return address(under.value, region)
