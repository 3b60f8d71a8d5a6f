"""Messages: written, edited, taken back, liked; our own as echoes; and those of ours that failed."""

from __future__ import annotations

import msgspec

from commonline.connectors.whatsapp import content, people
from commonline.connectors.whatsapp.payload import MESSAGE, STATUS, Message, Value
from commonline.kit import times
from commonline.kit.accounts import native, quoted, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Claim, Object, Party, Reference

TYPES = frozenset(
    {
        "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive",
        "button", "order", "system", "edit", "revoke", "unsupported", "unknown", "errors",
    }
)  # fmt: skip
NOT_TOLD = frozenset({"unsupported", "unknown", "errors"})


def received(entry: Entry) -> list[Draft] | Ignored:
    """What a customer sent."""
    return _mapped(entry, ours=False)


def echoed(entry: Entry) -> list[Draft] | Ignored:
    """What we sent by the app on a telephone."""
    return _mapped(entry, ours=True)


def _mapped(entry: Entry, *, ours: bool) -> list[Draft] | Ignored:
    value: Value = entry.body.value
    told = MESSAGE.decode(entry.body.raw)
    if told.system is not None:
        return _moved(entry, value, told)
    if ours:
        other = people.person(value, told.to, told.to_user_id, "to")
        author = people.us(value, "author")
    else:
        author = other = people.person(value, told.from_, told.from_user_id, "author")
    target = _target(told)
    where = people.thread(value, other, told.group_id)
    new = people.draft(entry, "Create", Object(id=people.message_uri(value, target), type="Note"), where)
    new.actor, new.published = author, times.parse(told.timestamp)
    new.participants = [other] if ours else [people.us(value)]
    new.direction = "outbound" if ours else "inbound"
    if told.reaction is not None:
        _reaction(new, told)
    elif told.revoke is not None:
        new.type, new.revision = "Delete", told.id
    elif told.edit is not None:
        _edit(new, told)
    elif told.type in NOT_TOLD:
        new.fields["unsupported"] = "true"
        new.object.created = new.published
    else:
        content.fill(new, told)
        new.object.created = new.published
        new.references = _references(value, told)
    return [new]


def _target(told: Message) -> str:
    """The message that it is about."""
    if told.reaction is not None:
        return told.reaction.message_id
    if told.edit is not None:
        return told.edit.original_message_id
    return told.revoke.original_message_id if told.revoke is not None else told.id


def _reaction(new: Draft, told: Message) -> None:
    """One person has one reaction on a message: a second replaces it, an empty one takes it back."""
    emoji = told.reaction.emoji if told.reaction is not None else None
    new.type, new.undoes = ("Like", None) if emoji else ("Undo", "Like")
    new.edge = f"{new.object.id}/like/{quoted((new.actor.account if new.actor else None) or 'nobody')}"
    new.revision, new.reaction = told.id, emoji


def _edit(new: Draft, told: Message) -> None:
    fresh = MESSAGE.decode(told.edit.message) if told.edit is not None else Message()
    new.type, new.revision = "Update", told.id
    new.object.version = str(new.published) if new.published is not None else None
    content.fill(new, fresh)
    new.changes = [Change(field="body", after=new.object.text)]


def _references(value: Value, told: Message) -> list[Reference]:
    context = told.context
    if context is None or not context.id:
        return []
    return [Reference(kind="reply", id=people.message_uri(value, context.id))]


def _moved(entry: Entry, value: Value, told: Message) -> list[Draft] | Ignored:
    """A person has another number or id now: the old one was theirs."""
    system = told.system
    if system is None or not (system.wa_id or system.new_wa_id or system.user_id):
        return Ignored("no-content")
    fresh = system.new_wa_id or system.wa_id
    now = people.person(msgspec.structs.replace(value, contacts=None), fresh, system.user_id, "author")
    before = _before(told)
    if before is not None and before != now.account:
        now.claims = [*now.claims, Claim(relation="formerly", account=before, trust="verified")]
    return [changed(entry, value, now, told.timestamp, told.id)]


def changed(entry: Entry, value: Value, now: Party, at: str | float | None, revision: str) -> Draft:
    """A profile that is known by another account now."""
    obj = Object(id=now.account or native(people.CONNECTOR, "nobody"), type="Profile")
    new = people.draft(entry, "Update", obj, people.thread(value, now))
    new.actor, new.published, new.revision = now, times.parse(at), revision
    new.automated = True
    new.changes = [Change(field="x.account", after=now.account)]
    return new


def _before(told: Message) -> str | None:
    if told.from_user_id:
        return native(people.CONNECTOR, "user", told.from_user_id)
    return tel(f"+{told.from_.lstrip('+')}") if told.from_ else None


def failed(entry: Entry) -> list[Draft]:
    """A message of ours that did not arrive, and why."""
    value: Value = entry.body.value
    told = STATUS.decode(entry.body.raw)
    other = people.person(value, told.recipient_id, told.recipient_user_id, "to")
    obj = Object(id=people.message_uri(value, told.id), type="Note")
    new = people.draft(entry, "Update", obj, people.thread(value, other))
    fault = told.errors[0] if told.errors else None
    new.actor, new.participants = people.us(value, "author"), [other]
    new.direction, new.published, new.revision = "outbound", times.parse(told.timestamp), told.status
    new.automated = True
    new.changes = [Change(field="x.delivery", after=told.status)]
    if fault is not None:
        new.fields = {"error": content.plain(f"{fault.code or ''} {fault.title or fault.message or ''}".strip())}
    return [new]
