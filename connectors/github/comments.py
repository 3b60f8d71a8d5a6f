"""What is said below issues, pull requests, discussions and commits; reviews."""

from __future__ import annotations

from commonline.connectors.github import place
from commonline.connectors.github.payload import EVENT, Event, Repository, Written
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Object, Reference, Thread

ACTIONS: dict[str, tuple[str, ...]] = {
    "issue_comment": ("created", "edited", "deleted"),
    "pull_request_review_comment": ("created", "edited", "deleted"),
    "discussion_comment": ("created", "edited", "deleted"),
    "pull_request_review": ("submitted", "edited", "dismissed"),
    "pull_request_review_thread": ("resolved", "unresolved"),
    "commit_comment": ("created",),
}


def on_issue(entry: Entry) -> list[Draft]:
    """Below an issue or pull request."""
    event = EVENT.decode(entry.body)
    return [_comment(entry, event, "issue_comment", "issue", event.issue)]


def on_line(entry: Entry) -> list[Draft]:
    """At a line of a pull request."""
    event = EVENT.decode(entry.body)
    new = _comment(entry, event, "review_comment", "pull_request", event.pull_request)
    one = _told(event.comment, "comment")
    if one.in_reply_to_id is not None:
        new.references = [Reference(kind="reply", id=native(place.CONNECTOR, "review_comment", one.in_reply_to_id))]
    new.fields = {name: str(value) for name, value in (("path", one.path), ("line", one.line)) if value is not None}
    return [new]


def on_discussion(entry: Entry) -> list[Draft]:
    """In a discussion; an answer to an answer names its parent."""
    event = EVENT.decode(entry.body)
    new = _comment(entry, event, "discussion_comment", "discussion", event.discussion)
    one = _told(event.comment, "comment")
    if one.parent_id is not None:
        new.references = [Reference(kind="reply", id=native(place.CONNECTOR, "discussion_comment", one.parent_id))]
    return [new]


def on_commit(entry: Entry) -> list[Draft]:
    """Below a commit: a thread of its own."""
    event = EVENT.decode(entry.body)
    repo, one = place.repository(event), _told(event.comment, "comment")
    where = Thread(id=native(place.CONNECTOR, "commit", repo.id, one.commit_id or "unknown"))
    where.container = place.container(repo)
    return [_said(entry, event, repo, one, native(place.CONNECTOR, "commit_comment", one.id), where)]


def review(entry: Entry) -> list[Draft] | Ignored:
    """A judgement of a pull request, with or without words."""
    event = EVENT.decode(entry.body)
    repo, one = place.repository(event), _told(event.review, "review")
    root = _told(event.pull_request, "pull_request")
    verdict = (one.state or "").lower()
    if verdict == "commented" and not one.body and event.action == "submitted":
        return Ignored("no-content")  # the frame around comments at lines, which come by themselves
    where = place.thread(repo, root, "pull_request")
    new = _said(entry, event, repo, one, native(place.CONNECTOR, "review", one.id), where)
    new.object.type, new.channel = "Review", "issue"
    new.fields = {"verdict": verdict} if verdict else {}
    if event.action == "dismissed":
        new.type, new.revision = "Update", "dismissed"
        new.changes = [Change(field="state", after="dismissed")]
        new.actor = place.person(event.sender, "author")
    new.references = [Reference(kind="parent", id=where.id)]
    return [new]


def thread_state(entry: Entry) -> list[Draft]:
    """A conversation at a line is resolved, or open again."""
    event = EVENT.decode(entry.body)
    repo, root = place.repository(event), _told(event.pull_request, "pull_request")
    comments = event.thread.comments if event.thread is not None else []
    first = comments[0] if comments else None
    if first is None:
        raise MalformedPayloadError("has no comments", "thread.comments")
    where = place.thread(repo, root, "pull_request")
    obj = Object(id=native(place.CONNECTOR, "review_comment", first.id), type="Note", url=first.html_url)
    new = place.draft(entry, event, repo, obj, where)
    at = place.updated(root)
    new.type, new.revision = "Update", f"{event.action}/{at}"
    new.changes = [Change(field="x.resolved", after="true" if event.action == "resolved" else None)]
    new.published = at
    return [new]


def _comment(entry: Entry, event: Event, kind: str, root_kind: str, root: Written | None) -> Draft:
    repo, one = place.repository(event), _told(event.comment, "comment")
    where = place.thread(repo, _told(root, root_kind), root_kind)
    return _said(entry, event, repo, one, native(place.CONNECTOR, kind, one.id), where)


def _said(entry: Entry, event: Event, repo: Repository, one: Written, uri: str, where: Thread) -> Draft:
    obj = place.written(uri, "Note", one)
    new = place.draft(entry, event, repo, obj, where)
    new.channel = "comment"
    new.references = [Reference(kind="parent", id=where.id)]
    author = place.person(one.user, "author", one.author_association)
    if event.action in (None, "created", "submitted"):
        new.actor = author or new.actor
        new.automated = new.actor is not None and new.actor.kind == "application"
        new.published = obj.created
        return new
    at = place.updated(one)
    new.revision = str(at) if at is not None else event.action or ""
    obj.version = str(at) if at is not None else None
    new.published, obj.author = at, author
    place.same(new.actor, author)
    if event.action == "deleted":
        new.type, obj.text, obj.spans = "Delete", None, []
    else:
        new.type = "Update"
        was = event.changes.body.from_ if event.changes and event.changes.body else None
        new.changes = [Change(field="body", before=was if isinstance(was, str) else None)]
    return new


def _told(one: Written | None, name: str) -> Written:
    if one is None:
        raise MalformedPayloadError("is missing", name)
    return one
