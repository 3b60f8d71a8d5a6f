"""What an automation rule posts: a ticket is opened, or one of its properties is another now.

``triggered_event`` says which: ``{ticket_action:created}``, ``{status:{from:2,to:5}}``, ``{note_type:public}``. It is
no JSON, and tells neither a time nor the id of a note: the API has both.
"""

from __future__ import annotations

import html
import re

from commonline.connectors.freshdesk.desk import PRIORITY, STATES, STATUS, Desk
from commonline.connectors.freshdesk.payload import Hook
from commonline.kit.accounts import claim, mailto, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line, render_html
from commonline.schemas.records import Change, Object, Party, Role, Thread

_CHANGE = re.compile(
    r"\{\s*([\w ]{1,60}?)\s*:\s*\{\s*from\s*:\s*([^,{}]{0,100}?)\s*,\s*to\s*:\s*([^{}]{0,100}?)\s*\}\s*\}"
)
_PLAIN = re.compile(r"\{ *([\w ]{1,60}?) *: *([^{}]{0,100}?) *\}")
NOTES = frozenset({"note_type", "reply_sent", "note_added"})
FIELDS = {"status": "status", "priority": "priority", "agent": "assignee", "responder_id": "assignee", "group": "group"}
CREATED, CHANGED, NOTED, TICKET = "ticket.created", "ticket.changed", "note", "ticket"


def trigger(hook: Hook) -> str:
    """The event that an automation was triggered by."""
    told = html.unescape(hook.triggered_event or "").strip()
    if not told:
        return TICKET
    if _CHANGE.fullmatch(told):
        return CHANGED
    found = _PLAIN.fullmatch(told)
    name, value = (found[1], found[2]) if found else (told[:60], "")
    if (name, value) == ("ticket_action", "created"):
        return CREATED
    if name in NOTES:
        return NOTED
    return TICKET if name == "ticket_action" and value == "updated" else name


def created(entry: Entry) -> list[Draft]:
    """A ticket is opened."""
    hook: Hook = entry.body
    new = _about(entry, hook)
    who = _requester(entry, hook, "author")
    new.type, new.actor, new.direction = "Create", who, "inbound" if who is not None else None
    return [new]


def changed(entry: Entry) -> list[Draft]:
    """A property is another now. Who did it is not told."""
    hook: Hook = entry.body
    found = _CHANGE.fullmatch(html.unescape(hook.triggered_event or "").strip())
    new = _about(entry, hook)
    if found is not None:
        name, before, after = found[1].lower(), _shown(found[1], found[2]), _shown(found[1], found[3])
        new.changes = [Change(field=FIELDS.get(name, f"x.{name}"), before=before, after=after)]
    new.object.text, new.object.spans = None, []
    return [new]


def ticket(entry: Entry) -> list[Draft]:
    """Something about a ticket, and nobody says what: the API knows."""
    new = _about(entry, entry.body)
    new.thin = True
    return [new]


def _about(entry: Entry, hook: Hook) -> Draft:
    desk = Desk(entry, hook.ticket_url)
    uri = desk.uri("ticket", hook.ticket_id)
    url = hook.ticket_url or ""
    obj = Object(id=uri, type="Ticket", title=one_line(hook.ticket_subject))
    obj.url = url if url.startswith(("https://", "http://")) else None
    if hook.ticket_description is not None:
        plain = render_html(hook.ticket_description)
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"
    status = (_shown("status", str(hook.ticket_status or "")) or "").lower()
    priority = (_shown("priority", str(hook.ticket_priority or "")) or "").lower()
    facts = {"status": status, "priority": priority, "type": hook.ticket_type}
    who = _requester(entry, hook, "requester")
    return Draft(
        event=entry.event,
        type="Update",
        object=obj,
        thread=Thread(id=uri, title=obj.title, state=STATES.get(status, "unknown")),
        channel="ticket",
        visibility="customer",
        participants=[who] if who is not None else [],
        tags=[tag for one in (hook.ticket_tags or "").split(",") if (tag := one_line(one))],
        fields={name: line for name, value in facts.items() if (line := one_line(value))},
    )


def _requester(entry: Entry, hook: Hook, role: Role) -> Party | None:
    """The customer, by address: an automation does not tell their number."""
    mail, phone = mailto(hook.requester_email), tel(hook.requester_phone, entry.settings.get("region"))
    account = mail or phone
    if account is None:
        return None
    party = Party(account=account, kind="person", side="customer", role=role, name=one_line(hook.requester_name))
    party.claims = claim(phone, "entered") if mail is not None else []
    return party


def _shown(name: str, value: str) -> str | None:
    """A value as people read it; statuses and priorities are numbers."""
    known = {"status": STATUS, "priority": PRIORITY}.get(name.lower(), {})
    return (known.get(int(value)) if value.isascii() and value.isdigit() and len(value) < 9 else None) or one_line(
        value
    )
