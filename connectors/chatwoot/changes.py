"""What becomes of conversations and contacts, by the webhooks of their own."""

from __future__ import annotations

from typing import Any

from commonline.connectors.chatwoot.desk import Desk, Told
from commonline.connectors.chatwoot.messages import about
from commonline.connectors.chatwoot.payload import CONTACT, CONVERSATION, Person
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Object, Thread

FIELDS = {
    "status": "status",
    "priority": "priority",
    "assignee_id": "assignee",
    "team_id": "group",
    "label_list": "tags",
    "snoozed_until": "due",
    "name": "title",
    "email": "email",
    "phone_number": "phone",
    "identifier": "x.identifier",
    "blocked": "x.blocked",
}
"""What Chatwoot calls an attribute, and the contract. Times and caches of its own are no facts."""


def conversation(entry: Entry) -> list[Draft] | Ignored:
    """The state, assignee, team, labels or priority of a conversation are others now."""
    told: Told = entry.body
    where = CONVERSATION.decode(told.body)
    new = about(Desk(entry, where.account_id), where, entry.event)
    at = times.parse(where.updated_at or where.timestamp or where.last_activity_at)
    new.published, new.revision = at, str(at) if at is not None else ""
    new.object.version = str(at) if at is not None else None
    new.changes = _changes(told.head.changed_attributes)
    assignee = where.meta.assignee if where.meta is not None else None
    for change in new.changes:
        if change.field == "assignee" and assignee is not None and change.after == str(assignee.id):
            change.after = one_line(assignee.name) or change.after
    if entry.event == "conversation_status_changed" and not new.changes:
        new.changes = [Change(field="status", after=one_line(where.status))]
    return [new] if new.changes else Ignored("no-content")


def contact(entry: Entry) -> list[Draft] | Ignored:
    """A contact is made or changed. Chatwoot does not say when."""
    told: Told = entry.body
    one = CONTACT.decode(told.body)
    desk = Desk(entry)
    who = Person(one.id, "contact", one.name, one.email, one.phone_number, one.identifier)
    subject = desk.contact(who, "subject")
    obj = Object(id=subject.account or "", type="Person", title=subject.name)
    new = Draft(
        event=entry.event,
        type="Create" if entry.event == "contact_created" else "Update",
        object=obj,
        thread=Thread(id=obj.id, title=obj.title),
        channel="crm",
        visibility="internal",
        participants=[subject],
    )
    if new.type == "Update":
        new.changes = _changes(told.head.changed_attributes)
        if not new.changes:
            return Ignored("no-content")
    return [new]


def _changes(told: list[dict[str, Any]] | None) -> list[Change]:
    found: list[Change] = []
    for one in told or []:
        for name, change in one.items():
            if name in FIELDS and isinstance(change, dict):
                before, after = (_shown(change.get(key)) for key in ("previous_value", "current_value"))
                found.append(Change(field=FIELDS[name], before=before, after=after))
    return found


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(text for one in value if (text := _shown(one))) or None
    return one_line(str(value)[:500]) if isinstance(value, (str, int, float)) else None
