"""Tickets as the API gives them: how each began, how it stands now, what was said in it."""

from __future__ import annotations

from commonline.connectors.freshdesk.desk import PRIORITY, SOURCE, STATUS, Desk, others, visibility
from commonline.connectors.freshdesk.payload import TICKET, File, Remark, Ticket
from commonline.kit import times
from commonline.kit.accounts import mailto
from commonline.kit.attachments import attached
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line, render_html
from commonline.schemas.records import Attachment, Change, Object, Party, Thread

SNAPSHOT = "ticket.snapshot"


def snapshot(entry: Entry) -> list[Draft]:
    """A ticket with the replies and notes that are new in it."""
    ticket = TICKET.decode(entry.body)
    desk = Desk(entry)
    if ticket.deleted or ticket.spam:
        return [_gone(desk, ticket)]
    found = [_opened(desk, ticket)]
    updated = times.parse(ticket.updated_at)
    if updated is not None and updated != found[0].published:
        found.append(_now(desk, ticket, updated))
    for one in ticket.conversations or []:
        found += _said(desk, ticket, one)
    return found


def _about(desk: Desk, ticket: Ticket, event: str = SNAPSHOT) -> Draft:
    thread = desk.thread(ticket)
    obj = Object(id=thread.id, type="Ticket", title=thread.title, url=desk.page(ticket.id or ""))
    people = [desk.requester(ticket, "requester"), desk.agent(ticket.responder_id, "assignee")]
    facts = {
        "status": STATUS.get(ticket.status or 0) or (str(ticket.status) if ticket.status is not None else None),
        "priority": PRIORITY.get(ticket.priority or 0),
        "source": SOURCE.get(ticket.source or 0),
        "type": ticket.type,
    }
    return Draft(
        event=event,
        type="Update",
        object=obj,
        thread=thread,
        channel="ticket",
        visibility="customer",
        participants=[party for party in people if party is not None],
        tags=[tag for one in ticket.tags or [] if (tag := one_line(one))],
        fields={name: line for name, value in facts.items() if (line := one_line(value))},
    )


def _opened(desk: Desk, ticket: Ticket) -> Draft:
    new = _about(desk, ticket)
    new.type, new.published = "Create", times.parse(ticket.created_at)
    new.actor = desk.requester(ticket, "author")
    new.direction = "outbound" if SOURCE.get(ticket.source or 0) == "outbound email" else "inbound"
    if new.direction == "outbound":
        new.actor = desk.agent(ticket.responder_id, "author")
    known = {party.account for party in new.participants}
    new.participants += others(ticket.cc_emails, "cc", known)
    _text(new.object, ticket.description)
    new.object.attachments = [_file(one) for one in ticket.attachments or []]
    return new


def _now(desk: Desk, ticket: Ticket, updated: int) -> Draft:
    """How it stands; what changed, and by whom, a list cannot tell."""
    new = _about(desk, ticket)
    new.published, new.object.created = updated, times.parse(ticket.created_at)
    new.revision = new.object.version = str(updated)
    return new


def _gone(desk: Desk, ticket: Ticket) -> Draft:
    new = _about(desk, ticket)
    new.type, new.published = "Delete", times.parse(ticket.updated_at)
    new.object.title = None
    new.tags, new.fields = [], {"reason": "spam"} if ticket.spam else {}
    return new


def _said(desk: Desk, ticket: Ticket, one: Remark) -> list[Draft]:
    """A reply or note; and that it was edited, if it was."""
    first = _remark(desk, ticket, one)
    edited = times.parse(one.last_edited_at)
    if edited is None:
        return [first]
    later = _remark(desk, ticket, one)
    later.type, later.published, later.object.created = "Update", edited, first.published
    later.revision = later.object.version = str(edited)
    later.changes = [Change(field="body")]
    return [first, later]


def _remark(desk: Desk, ticket: Ticket, one: Remark) -> Draft:
    obj = Object(id=desk.uri("conversation", one.id), type="Note")
    _text(obj, one.body if one.body is not None else one.body_text)
    obj.attachments = [_file(each) for each in one.attachments or []]
    actor, shown, ours = desk.speaker(ticket, one), visibility(one), mailto(one.support_email)
    people: list[Party] = []
    if shown == "customer":
        requester = desk.requester(ticket, "requester")
        people = [requester] if requester is not None and (actor is None or requester.account != actor.account) else []
        known = {party.account for party in (*people, *([actor] if actor else []))} | {ours}
        known |= {each.account for party in people for each in party.claims}
        people += others(one.to_emails, "to", known) + others(one.cc_emails, "cc", known)
    thread = desk.thread(ticket)
    return Draft(
        event=SNAPSHOT,
        type="Create",
        object=obj,
        thread=Thread(id=thread.id, title=thread.title, state=thread.state, container=thread.container),
        channel="ticket",
        visibility=shown,
        actor=actor,
        participants=people,
        our_account=ours,
        direction="internal" if shown != "customer" else "inbound" if one.incoming else "outbound",
        published=times.parse(one.created_at),
    )


def _text(obj: Object, html: str | None) -> None:
    if html is not None:
        plain = render_html(html)
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"


def _file(one: File) -> Attachment:
    return attached(one.id, one.attachment_url, one.content_type, one.name, one.size)
