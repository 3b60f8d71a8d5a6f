"""Messages and private notes: written, edited, deleted; and conversations as a list finds them."""

from __future__ import annotations

from commonline.connectors.chatwoot.desk import (
    ACTIVITY,
    INCOMING,
    OUTGOING,
    TEMPLATE,
    Desk,
    Told,
    channel,
    direction_of,
    file,
)
from commonline.connectors.chatwoot.payload import CONVERSATION, MESSAGE, Conversation, Message
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.markdown import render_markdown
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Direction, Object, Reference, Visibility

SNAPSHOT = "conversation.snapshot"
DIRECTIONS: dict[int, Direction] = {INCOMING: "inbound", OUTGOING: "outbound", TEMPLATE: "outbound"}


def created(entry: Entry) -> list[Draft] | Ignored:
    """A message. Lines that Chatwoot writes itself repeat what other events tell."""
    told: Told = entry.body
    message = MESSAGE.decode(told.body)
    where = message.conversation or Conversation(id=message.conversation_id)
    if direction_of(message) == ACTIVITY:
        return Ignored("repeat")
    return [_written(Desk(entry, where.account_id), where, message, entry.event)]


def updated(entry: Entry) -> list[Draft] | Ignored:
    """A message is edited, deleted, failed, or only delivered and read."""
    told: Told = entry.body
    message = MESSAGE.decode(told.body)
    where = message.conversation or Conversation(id=message.conversation_id)
    new = _written(Desk(entry, where.account_id), where, message, entry.event)
    if _is_deleted(message):
        return [_gone(new, message)]
    if direction_of(message) == ACTIVITY:
        return Ignored("repeat")
    at = times.parse(message.updated_at)
    new.type, new.published, new.object.created = "Update", at, new.published
    new.revision = str(at) if at is not None else "updated"
    new.object.version = str(at) if at is not None else None
    if message.status == "failed":
        new.changes = [Change(field="status", after="failed")]
        return [new]
    if not told.head.changed_attributes and message.status in ("delivered", "read", "sent"):
        return Ignored("receipt")
    return [new]


def snapshot(entry: Entry) -> list[Draft]:
    """A conversation that was polled: how it stands, and the messages that are new in it."""
    told: Told = entry.body
    where = CONVERSATION.decode(told.body)
    desk = Desk(entry, where.account_id)
    found = [_standing(desk, where)]
    for message in where.messages or []:
        if direction_of(message) != ACTIVITY:
            new = _written(desk, where, message, SNAPSHOT)
            found.append(_gone(new, message) if _is_deleted(message) else new)
    return found


def _standing(desk: Desk, where: Conversation) -> Draft:
    """State, assignee, labels. What changed, and by whom, a list cannot tell."""
    at = times.parse(where.last_activity_at or where.timestamp or where.updated_at)
    new = about(desk, where, SNAPSHOT)
    new.published, new.object.created = at, times.parse(where.created_at)
    new.revision = str(at) if at is not None else ""
    new.object.version = str(at) if at is not None else None
    return new


def about(desk: Desk, where: Conversation, event: str) -> Draft:
    """A change of a conversation."""
    thread = desk.thread(where)
    assignee = where.meta.assignee if where.meta is not None else None
    people = [desk.customer(where, "requester"), desk.colleague(assignee, "assignee")]
    facts = {"status": where.status, "priority": where.priority}
    return Draft(
        event=event,
        type="Update",
        object=Object(id=thread.id, type="Other", title=thread.title, url=desk.page(where)),
        thread=thread,
        channel=channel(where),
        visibility="customer",
        participants=[party for party in people if party is not None],
        tags=[tag for one in where.labels or [] if (tag := one_line(one))],
        fields={name: line for name, value in facts.items() if (line := one_line(value))},
    )


def _written(desk: Desk, where: Conversation, message: Message, event: str) -> Draft:
    obj = Object(id=desk.uri("message", message.id), type="Note", url=desk.page(where))
    if message.content is not None:
        plain = render_markdown(message.content)
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/markdown"
    obj.attachments = [file(one) for one in message.attachments or []]
    actor, shown = desk.speaker(message), _visibility(message)
    customer = desk.customer(where, "requester")
    told = customer is not None and (actor is None or actor.account != customer.account)
    if customer is not None and actor is not None and actor.account == customer.account:
        actor.name, actor.claims = actor.name or customer.name, actor.claims or customer.claims
    kind = direction_of(message)
    return Draft(
        event=event,
        type="Create",
        object=obj,
        thread=desk.thread(where),
        channel=channel(where),
        visibility=shown,
        actor=actor,
        participants=[customer] if customer is not None and told and shown == "customer" else [],
        our_account=desk.uri("inbox", where.inbox_id) if where.inbox_id not in (None, "") else None,
        references=_references(desk, message),
        direction="internal" if shown != "customer" else DIRECTIONS.get(kind if kind is not None else -1),
        automated=kind == TEMPLATE or (actor is not None and actor.kind == "application"),
        published=times.parse(message.created_at),
        fields={"content_type": message.content_type} if message.content_type not in (None, "text") else {},
    )


def _visibility(message: Message) -> Visibility:
    """Private notes are internal; what is not known to be a message to or from the customer is not for them."""
    if message.private:
        return "internal"
    known = message.private is False and direction_of(message) in DIRECTIONS
    return "customer" if known else "restricted"


def _references(desk: Desk, message: Message) -> list[Reference]:
    attributes = message.content_attributes
    answered = attributes.in_reply_to if attributes is not None else None
    return [Reference(kind="reply", id=desk.uri("message", answered))] if answered not in (None, "") else []


def _is_deleted(message: Message) -> bool:
    return message.content_attributes is not None and message.content_attributes.deleted is True


def _gone(new: Draft, message: Message) -> Draft:
    new.type, new.published, new.revision = "Delete", times.parse(message.updated_at), ""
    new.object.version, new.object.text, new.object.spans, new.object.attachments = None, None, [], []
    new.object.author, new.actor, new.direction = new.actor, None, None
    return new
