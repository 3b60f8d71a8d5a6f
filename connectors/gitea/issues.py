"""Issues, pull requests, what is said below them, and reviews."""

from __future__ import annotations

from commonline.connectors.gitea import place
from commonline.connectors.gitea.payload import EVENT, Changes, Event, Written
from commonline.connectors.gitea.place import Place
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Object, Reference

ACTIONS = frozenset(
    {
        "opened", "edited", "deleted", "closed", "reopened", "assigned", "unassigned", "label_updated", "label_cleared",
        "milestoned", "demilestoned", "synchronized", "synchronize", "review_requested", "review_request_removed",
    }
)  # fmt: skip
SPOKEN = frozenset({"created", "edited", "deleted"})
VERDICTS = {"approved": "approved", "rejected": "changes_requested", "comment": "commented"}


def mapped(entry: Entry) -> list[Draft]:
    """An issue or pull request."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    one = event.pull_request or event.issue
    if one is None:
        raise MalformedPayloadError("is missing", "issue")
    thread = where.thread(one)
    kind = "Change" if event.pull_request is not None else "Issue"
    obj = Object(id=thread.id, type=kind, url=one.html_url, title=thread.title)  # type: ignore[arg-type]
    obj.created = times.parse(one.created_at)
    place.fill(obj, one.body)
    new = where.draft(obj, thread)
    new.tags = [label.name for label in one.labels or [] if label.name]
    for user in one.assignees or ([one.assignee] if one.assignee else []):
        party = where.person(user, "assignee")
        if party is not None:
            party.side = "us"
            new.participants.append(party)
    if event.action == "opened":
        new.actor = where.person(one.user, "author") or new.actor
        new.published = obj.created
        return [new]
    place.stamp(new, obj, one.updated_at)
    obj.author = where.person(one.user, "author")
    if event.action == "deleted":
        new.type, obj.text, obj.spans = "Delete", None, []
    else:
        new.type = "Update"
        new.changes = _changes(event, one)
    return [new]


def _changes(event: Event, one: Written) -> list[Change]:
    action = event.action or ""
    if action == "closed":
        return [Change(field="state", before="open", after="merged" if one.merged else "closed")]
    if action == "reopened":
        return [Change(field="state", before="closed", after="open")]
    if action in ("assigned", "unassigned"):
        names = [user.login for user in one.assignees or [] if user.login]
        return [Change(field="assignee", after=", ".join(names) or None)]
    if action.startswith("label_"):
        names = [label.name for label in one.labels or [] if label.name]
        return [Change(field="tags", after=", ".join(names) or None)]
    if action == "edited":
        changes = event.changes or Changes()
        told = (("title", changes.title), ("body", changes.body), ("x.ref", changes.ref))
        return [Change(field=name, before=part.from_) for name, part in told if part is not None]
    return [Change(field=f"x.{action}")]


def said(entry: Entry) -> list[Draft]:
    """A comment below an issue or pull request."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    one = event.comment
    if not isinstance(one, Written):
        raise MalformedPayloadError("is missing", "comment")
    thread = where.thread(event.issue or event.pull_request)
    obj = Object(id=where.uri("comment", one.id), type="Note", url=one.html_url, created=times.parse(one.created_at))
    place.fill(obj, one.body)
    new = where.draft(obj, thread)
    new.channel = "comment"
    new.references = [Reference(kind="parent", id=thread.id)]
    author = where.person(one.user, "author")
    if event.action == "created":
        new.actor, new.published = author or new.actor, obj.created
        return [new]
    place.stamp(new, obj, one.updated_at)
    obj.author = author
    if event.action == "deleted":
        new.type, obj.text, obj.spans = "Delete", None, []
    else:
        was = event.changes.body.from_ if event.changes and event.changes.body else None
        new.type, new.changes = "Update", [Change(field="body", before=was)]
    return [new]


def reviewed(entry: Entry) -> list[Draft] | Ignored:
    """A judgement of a pull request; Gitea gives it no id of its own."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    thread = where.thread(event.pull_request)
    review = event.review
    verdict = VERDICTS.get((review.type or "").rpartition("_")[2] if review is not None else "", "commented")
    content = review.content if review is not None else None
    if verdict == "commented" and not content:
        return Ignored("no-content")
    at = event.pull_request.updated_at if event.pull_request is not None else None
    who = (event.sender.id if event.sender is not None else None) or "somebody"
    number = thread.id.rpartition("/")[2]
    obj = Object(id=where.uri("review", where.repository.id, number, who, at or "once"), type="Review")
    place.fill(obj, content or "")
    new = where.draft(obj, thread)
    new.published = times.parse(at)
    new.fields = {"verdict": verdict}
    new.references = [Reference(kind="parent", id=thread.id)]
    return [new]
