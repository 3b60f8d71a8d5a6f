"""Issues and merge requests: opened, changed, closed, approved."""

from __future__ import annotations

from typing import Any

from commonline.connectors.gitlab import place
from commonline.connectors.gitlab.payload import EVENT, Attributes, Event
from commonline.connectors.gitlab.place import Place
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Object, ObjectType

KINDS: dict[str, tuple[str, ObjectType]] = {
    "issue": ("issue", "Issue"),
    "work_item": ("issue", "Issue"),
    "merge_request": ("merge_request", "Change"),
}
STATE: dict[str, tuple[str, str]] = {
    "close": ("open", "closed"),
    "reopen": ("closed", "open"),
    "merge": ("open", "merged"),
}
VERDICTS: dict[str, bool] = {"approved": True, "approval": True, "unapproved": False, "unapproval": False}
ACTIONS = frozenset({"open", "update", *STATE, *VERDICTS})
FIELDS = {
    "title": "title",
    "description": "body",
    "labels": "tags",
    "assignees": "assignee",
    "due_date": "due",
    "confidential": "visibility",
    "milestone_id": "x.milestone",
    "target_branch": "x.target_branch",
    "draft": "x.draft",
    "severity": "priority",
    "reviewers": "x.reviewer",
    "discussion_locked": "x.locked",
    "weight": "x.weight",
}
"""What GitLab calls a property, and the contract. Others (counters, who edited last) are no facts of their own."""


def mapped(entry: Entry) -> list[Draft]:
    """An issue or merge request."""
    event = EVENT.decode(entry.body)
    one = event.object_attributes
    if one is None:
        raise MalformedPayloadError("is missing", "object_attributes")
    kind, type_ = KINDS[event.object_kind or "issue"]
    where = Place(entry, event)
    thread = where.thread(kind, one.iid, one.title, one.state)
    obj = Object(id=thread.id, type=type_, url=one.url, title=thread.title, created=times.parse(one.created_at))
    place.fill(obj, one.description)
    new = where.draft(obj, thread, confidential=kind == "issue" and one.confidential is not False)
    new.tags = [label.title for label in event.labels or [] if label.title]
    for user in event.assignees or ([event.assignee] if event.assignee else []):
        party = where.person(user, "assignee")
        if party is not None:
            party.side = "us"
            new.participants.append(party)
    if one.action in (None, "open"):
        new.actor, new.published = where.person(event.user, "author", one.author_id), obj.created
        return [new]
    at = times.parse(one.updated_at)
    new.type, new.published = "Update", at
    new.revision = f"{at}" if at is not None else str(one.action)
    obj.version = str(at) if at is not None else None
    new.changes = _changes(event, one)
    return [new]


def _changes(event: Event, one: Attributes) -> list[Change]:
    action = one.action or ""
    found: list[Change] = []
    if action in STATE:
        was, now = STATE[action]
        found.append(Change(field="state", before=was, after=now))
    elif action in VERDICTS:
        who = event.user.username if event.user is not None else None
        before, after = (None, who) if VERDICTS[action] else (who, None)
        found.append(Change(field="x.approval", before=before, after=after))
    if one.oldrev is not None:
        found.append(Change(field="x.head", before=one.oldrev))
    told = event.changes if isinstance(event.changes, dict) else {}
    for name, field in FIELDS.items():
        change = told.get(name)
        if isinstance(change, dict):
            found.append(
                Change(field=field, before=_shown(change.get("previous")), after=_shown(change.get("current")))
            )
    return found


def _shown(value: Any) -> str | None:
    """A value of any kind as people read it: names of lists, the value itself, None for nothing."""
    if isinstance(value, list):
        return ", ".join(name for one in value if (name := _shown(one))) or None
    if isinstance(value, dict):
        name = value.get("title") or value.get("username") or value.get("name")
        return name if isinstance(name, str) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value in (None, "") else str(value)
