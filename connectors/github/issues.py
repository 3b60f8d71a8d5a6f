"""Issues, pull requests and discussions: opened, edited, deleted, moved, and what is set on them."""

from __future__ import annotations

from collections.abc import Callable

from commonline.connectors.github import place
from commonline.connectors.github.payload import EVENT, Event, Repository, Written
from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Change, ObjectType, Reference

TYPES: dict[str, ObjectType] = {"issue": "Issue", "pull_request": "Change", "discussion": "Question"}
Telling = Callable[[Event, Written], Change]


def _label(event: Event, _: Written) -> Change:
    name = event.label.name if event.label else None
    gone = event.action == "unlabeled"
    return Change(field="tags", before=name if gone else None, after=None if gone else name)


def _assignee(event: Event, _: Written) -> Change:
    who = event.assignee.login if event.assignee else None
    gone = event.action == "unassigned"
    return Change(field="assignee", before=who if gone else None, after=None if gone else who)


def _milestone(event: Event, _: Written) -> Change:
    name = event.milestone.title if event.milestone else None
    gone = event.action == "demilestoned"
    return Change(field="x.milestone", before=name if gone else None, after=None if gone else name)


def _reviewer(event: Event, _: Written) -> Change:
    who = event.requested_reviewer.login if event.requested_reviewer else None
    gone = event.action == "review_request_removed"
    return Change(field="x.reviewer", before=who if gone else None, after=None if gone else who)


def _state(event: Event, one: Written) -> Change:
    if event.action == "reopened":
        return Change(field="state", before="closed", after="open")
    return Change(field="state", before="open", after="merged" if one.merged else one.state_reason or "closed")


def _commits(event: Event, _: Written) -> Change:
    return Change(field="x.head", before=event.before, after=event.after)


def _category(event: Event, _: Written) -> Change:
    was = event.changes.category.from_ if event.changes and event.changes.category else None
    return Change(field="x.category", before=was.get("name") if isinstance(was, dict) else None)


def _answered(event: Event, _: Written) -> Change:
    given = event.action == "answered"
    return Change(field="x.answer", after=(event.answer.html_url or "yes") if given and event.answer else None)


def _flag(name: str, after: str | None) -> Telling:
    return lambda _event, _one: Change(field=f"x.{name}", after=after)


TOLD: dict[str, Telling] = {
    **dict.fromkeys(["labeled", "unlabeled"], _label),
    **dict.fromkeys(["assigned", "unassigned"], _assignee),
    **dict.fromkeys(["milestoned", "demilestoned"], _milestone),
    **dict.fromkeys(["review_requested", "review_request_removed"], _reviewer),
    **dict.fromkeys(["closed", "reopened"], _state),
    **dict.fromkeys(["answered", "unanswered"], _answered),
    "synchronize": _commits,
    "category_changed": _category,
    "locked": _flag("locked", "true"),
    "unlocked": _flag("locked", None),
    "pinned": _flag("pinned", "true"),
    "unpinned": _flag("pinned", None),
    "ready_for_review": _flag("draft", None),
    "converted_to_draft": _flag("draft", "true"),
    "auto_merge_enabled": _flag("auto_merge", "true"),
    "auto_merge_disabled": _flag("auto_merge", None),
    "enqueued": _flag("merge_queue", "true"),
    "dequeued": _flag("merge_queue", None),
    "typed": _flag("type", "set"),
    "untyped": _flag("type", None),
}
ACTIONS: dict[str, tuple[str, ...]] = {
    "issues": (
        "opened", "edited", "deleted", "transferred", "closed", "reopened", "labeled", "unlabeled", "assigned",
        "unassigned", "milestoned", "demilestoned", "locked", "unlocked", "pinned", "unpinned", "typed", "untyped",
    ),
    "pull_request": (
        "opened", "edited", "closed", "reopened", "labeled", "unlabeled", "assigned", "unassigned", "milestoned",
        "demilestoned", "locked", "unlocked", "synchronize", "ready_for_review", "converted_to_draft",
        "review_requested", "review_request_removed", "auto_merge_enabled", "auto_merge_disabled", "enqueued",
        "dequeued",
    ),
    "discussion": (
        "created", "edited", "deleted", "transferred", "closed", "reopened", "labeled", "unlabeled", "answered",
        "unanswered", "category_changed", "locked", "unlocked", "pinned", "unpinned",
    ),
}  # fmt: skip


def about(kind: str) -> EventMapping:
    """The mapping of an event about an issue, pull request or discussion."""

    def read(entry: Entry) -> list[Draft]:
        event = EVENT.decode(entry.body)
        one: Written | None = getattr(event, kind)
        if one is None:
            raise MalformedPayloadError("is missing", kind)
        return [_mapped(entry, event, place.repository(event), one, kind)]

    return read


def _mapped(entry: Entry, event: Event, repo: Repository, one: Written, kind: str) -> Draft:
    where = place.thread(repo, one, kind)
    obj = place.written(where.id, TYPES[kind], one)
    new = place.draft(entry, event, repo, obj, where)
    new.tags = [label.name for label in one.labels or [] if label.name]
    for assigned in one.assignees or []:
        party = place.person(assigned, "assignee")
        if party is not None:
            party.side = "us"
            new.participants.append(party)
    action = event.action or ""
    if action in ("opened", "created"):
        new.actor = place.person(one.user, "author", one.author_association) or new.actor
        new.published = obj.created
        return new
    at = place.updated(one)
    new.revision, obj.version = (str(at), str(at)) if at is not None else (action, None)
    new.published = at
    obj.author = place.person(one.user, "author", one.author_association)
    place.same(new.actor, obj.author)
    if action == "deleted":
        new.type, obj.text, obj.spans = "Delete", None, []
    elif action == "transferred":
        _moved(new, event)
    else:
        new.type = "Update"
        new.changes = _edits(event) if action == "edited" else [TOLD[action](event, one)]
    return new


def _edits(event: Event) -> list[Change]:
    changes = event.changes
    if changes is None:
        return []
    found = [
        Change(field=name, before=part.from_ if isinstance(part.from_, str) else None)
        for name, part in (("title", changes.title), ("body", changes.body))
        if part is not None
    ]
    return found + ([Change(field="x.base")] if changes.base is not None else [])


def _moved(new: Draft, event: Event) -> None:
    """Issue or discussion got another number in another repository."""
    new.type = "Move"
    changes = event.changes
    fresh = (changes.new_issue or changes.new_discussion) if changes else None
    if changes is not None and fresh is not None and changes.new_repository is not None:
        kind = "discussion" if changes.new_discussion is not None else "issue"
        target = place.numbered(changes.new_repository, kind, fresh.number)
        new.references = [Reference(kind="merged_into", id=target), Reference(kind="thread", id=target)]
