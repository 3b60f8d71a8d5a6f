"""Comments and internal notes: written, edited, deleted."""

from __future__ import annotations

import re

from commonline.connectors.jira.payload import Call, Comment, Issue
from commonline.connectors.jira.site import Site, channel
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Object

_ISSUE = re.compile(r"/issue/(\d+)/comment/")


def written(entry: Entry) -> list[Draft]:
    """A comment by an event of its own."""
    return _told(entry)


def edited(entry: Entry) -> list[Draft]:
    """The new text of a comment."""
    call: Call = entry.body
    site, issue, comment = _parts(entry, call)
    return [_edited(_written(entry.event, site, issue, comment), site, comment)]


def deleted(entry: Entry) -> list[Draft]:
    """A comment is gone. Jira says whose it was, not who deleted it."""
    call: Call = entry.body
    site, issue, comment = _parts(entry, call)
    new = _written(entry.event, site, issue, comment)
    new.type, new.published = "Delete", times.parse(call.timestamp)
    new.object.text, new.object.spans, new.object.author, new.actor = None, [], new.actor, None
    new.direction = None
    return [new]


def of_issue(event: str, site: Site, issue: Issue, comment: Comment, *, edited: bool = False) -> list[Draft]:
    """A comment that an issue was told or found with: that it was written, and that it was edited if it was."""
    first = _written(event, site, issue, comment)
    changed = times.parse(comment.updated)
    if edited:
        return [_edited(first, site, comment)]
    if changed is None or changed == first.published:
        return [first]
    return [first, _edited(_written(event, site, issue, comment), site, comment)]


def _told(entry: Entry) -> list[Draft]:
    call: Call = entry.body
    site, issue, comment = _parts(entry, call)
    return [_written(entry.event, site, issue, comment)]


def _parts(entry: Entry, call: Call) -> tuple[Site, Issue, Comment]:
    """A comment with its issue, of which some versions tell the id alone, in the comment's own link."""
    comment = call.comment
    if not isinstance(comment, Comment):
        raise MalformedPayloadError("is missing", "comment")
    found = _ISSUE.search(comment.self or "")
    issue = call.issue or Issue(id=found[1] if found else None)
    people = [comment.author, comment.update_author, issue.fields.assignee, issue.fields.reporter]
    return Site(entry, comment.self or issue.self, people), issue, comment


def _written(event: str, site: Site, issue: Issue, comment: Comment) -> Draft:
    if comment.id in (None, ""):
        raise MalformedPayloadError("the id is missing", "comment.id")
    obj = Object(id=site.uri("comment", comment.id or ""), type="Note", url=site.browse(issue.key, comment.id))
    site.text(obj, comment.body)
    author = site.person(comment.author, "author")
    new = Draft(
        event=event,
        type="Create",
        object=obj,
        thread=site.thread(issue),
        channel=channel(issue),
        visibility=site.visibility(issue, comment),
        actor=author,
        participants=[],
        published=times.parse(comment.created),
    )
    if new.visibility == "customer":
        reporter = site.person(issue.fields.reporter, "requester")
        new.participants = [reporter] if reporter is not None else []
        new.direction = "inbound" if author is not None and author.side == "customer" else None
    return new


def _edited(new: Draft, site: Site, comment: Comment) -> Draft:
    at = times.parse(comment.updated)
    new.type, new.published, new.object.created = "Update", at, new.published
    new.revision = str(at)
    new.object.version = str(at) if at is not None else None
    new.changes = [Change(field="body")]
    if comment.update_author is not None:
        editor = site.person(comment.update_author, "author")
        if new.actor is not None and editor is not None and editor.account != new.actor.account:
            new.object.author, new.actor = new.actor, editor
    return new
