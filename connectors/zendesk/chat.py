"""Chat: messages of a messaging conversation, of whose ticket only the id is told."""

from __future__ import annotations

from commonline.connectors.zendesk.desk import Desk, party
from commonline.connectors.zendesk.payload import TicketEvent, text_id
from commonline.connectors.zendesk.tickets import Scene
from commonline.connectors.zendesk.values import micros
from commonline.errors import MalformedPayloadError
from commonline.kit import text as texts
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Direction, Object, Party, Reference, Thread


def message_added(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft] | Ignored:
    """``messaging_ticket.message_added``: a line of a chat. Of the ticket only the id is told."""
    told = envelope.event
    if told.message is None:
        raise MalformedPayloadError("the event tells no message", "event.message")
    if not told.message.body:
        return Ignored("no-content")
    actor = _chat_party(envelope, scene.desk)
    direction: Direction = "inbound" if actor is not None and actor.side == "customer" else "outbound"
    text = texts.tidy(told.message.body, texts.link_spans(told.message.body))
    thread = scene.desk.uri("ticket", scene.ticket.id)
    conversation = text_id(told.conversation_id)
    return [
        Draft(
            event=entry.event,
            type="Create",
            object=Object(
                id=scene.desk.uri("message", told.message.id),
                type="Note",
                url=scene.desk.page("ticket", scene.ticket.id),
                text=text.text,
                spans=text.spans,
            ),
            thread=Thread(id=thread),
            channel="chat",
            visibility="customer",
            actor=actor,
            our_account=scene.desk.account,
            references=[Reference(kind="parent", id=thread)],
            direction=direction,
            automated=actor is not None and actor.kind == "application",
            published=micros(envelope.time),
            fields={"conversation": conversation} if conversation else {},
        )
    ]


def _chat_party(envelope: TicketEvent, desk: Desk) -> Party | None:
    """A chat's end user or agent, or one of the machines of the desk (``zd:answerBot``, triggers)."""
    told = envelope.event.actor
    native_id = text_id(told.id) if told else None
    if told is None or native_id is None:
        return None
    kind = (told.type or "").lower()
    if kind in ("end_user", "agent"):
        found = party(desk, native_id, "author", side="customer" if kind == "end_user" else "us", name=told.name)
        if found is not None and not native_id.isdigit():
            found.kind = "anonymous" if kind == "end_user" else "person"
        return found
    account = desk.uri("user", native_id)
    return Party(account=account, kind="application", side="us", role="author", name=told.name)
