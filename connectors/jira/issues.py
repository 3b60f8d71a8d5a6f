"""Issues and requests: made, changed, deleted; and as a search finds them, with what happened to them since."""

from __future__ import annotations

from commonline.connectors.jira import comments
from commonline.connectors.jira.payload import Call, Comment, File, History, Issue, Item, User
from commonline.connectors.jira.site import Site, channel, is_desk
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.attachments import attached
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line
from commonline.schemas.records import Attachment, Change, Object, Reference

REPEATED = frozenset({"issue_comment_deleted", "issue_worklogged", "issue_worklog_updated", "issue_worklog_deleted"})
FIELDS = {
    "summary": "title",
    "description": "body",
    "labels": "tags",
    "duedate": "due",
    "assignee": "assignee",
    "reporter": "requester",
    "priority": "priority",
    "status": "status",
    "security": "visibility",
}
SILENT = frozenset({"Rank", "timespent", "timeestimate", "WorklogId", "Comment"})
"""Fields that tell nothing by themselves, or what another event tells."""
SHORT = 500
SNAPSHOT = "issue.snapshot"


def created(entry: Entry) -> list[Draft]:
    """An issue is opened."""
    call: Call = entry.body
    issue, site = told(entry, call)
    return [_opened(entry.event, site, issue, call.user)]


def updated(entry: Entry) -> list[Draft] | Ignored:
    """An issue is changed, commented on, or both; old versions tell comments in no other way."""
    call: Call = entry.body
    issue, site = told(entry, call)
    found: list[Draft] = []
    log = call.changelog
    if log is not None and log.items:
        at = issue.fields.updated or call.timestamp
        found += _changed(entry.event, site, issue, History(log.id, call.user, None, log.items), times.parse(at))
    if isinstance(call.comment, Comment):
        edited = call.issue_event_type_name == "issue_comment_edited"
        found += comments.of_issue(entry.event, site, issue, call.comment, edited=edited)
    if found:
        return found
    return Ignored("repeat" if call.issue_event_type_name in REPEATED else "no-content")


def deleted(entry: Entry) -> list[Draft]:
    """An issue is gone with all that was said about it."""
    call: Call = entry.body
    issue, site = told(entry, call)
    new = _about(entry.event, site, issue)
    new.type, new.published = "Delete", times.parse(call.timestamp)
    new.actor = site.person(call.user, "author")
    return [new]


def transitioned(entry: Entry) -> list[Draft]:
    """A workflow's own webhook: an issue went from one status to another, perhaps with a comment."""
    call: Call = entry.body
    issue, site = told(entry, call)
    new = _about(entry.event, site, issue)
    new.actor = site.person(call.user, "author")
    new.published = times.parse(call.timestamp)
    new.revision = f"transition/{call.timestamp}"
    step = call.transition
    before, after = (step.from_status, step.to_status) if step is not None else (None, None)
    new.changes = [Change(field="status", before=one_line(before), after=one_line(after))]
    if isinstance(call.comment, str) and call.comment.strip():
        site.text(new.object, call.comment)
        new.object.id, new.object.type = f"{new.object.id}/transition/{call.timestamp}", "Note"
        new.type, new.revision, new.visibility = "Create", "", site.visibility(issue, Comment())
    return [new]


def snapshot(entry: Entry) -> list[Draft]:
    """An issue that was searched for: how it was opened, what was changed, what was said, each with its own id."""
    issue: Issue = entry.body
    log, fields = issue.changelog, issue.fields
    said = fields.comment.comments if fields.comment else None
    people = [user for one in said or [] for user in (one.author, one.update_author)]
    site = Site(entry, issue.self, [fields.creator, fields.reporter, fields.assignee, *people])
    found = [_opened(SNAPSHOT, site, issue, fields.creator or fields.reporter)]
    for history in (log.histories if log else None) or []:
        found += _changed(SNAPSHOT, site, issue, history, times.parse(history.created))
    for one in said or []:
        found += comments.of_issue(SNAPSHOT, site, issue, one)
    return found


def told(entry: Entry, call: Call) -> tuple[Issue, Site]:
    """The issue of a webhook, on its site. Raises `MalformedPayloadError` without one."""
    issue = call.issue
    if issue is None:
        raise MalformedPayloadError("is missing", "issue")
    fields = issue.fields
    comment = call.comment if isinstance(call.comment, Comment) else Comment()
    people = [fields.creator, fields.reporter, fields.assignee, call.user, comment.author, comment.update_author]
    return issue, Site(entry, issue.self, people)


def _about(event: str, site: Site, issue: Issue) -> Draft:
    """A change of an issue, as far as the issue itself travels."""
    fields, thread = issue.fields, site.thread(issue)
    obj = Object(id=thread.id, type="Ticket" if is_desk(issue) else "Issue", title=thread.title)
    obj.url, obj.created = site.browse(issue.key), times.parse(fields.created)
    people = [site.person(fields.reporter, "requester"), site.person(fields.assignee, "assignee")]
    facts = {
        "key": issue.key,
        "type": fields.issuetype.name if fields.issuetype else None,
        "priority": fields.priority.name if fields.priority else None,
        "status": fields.status.name if fields.status else None,
        "resolution": fields.resolution.name if fields.resolution else None,
    }
    parent = fields.parent.id if fields.parent else None
    return Draft(
        event=event,
        type="Update",
        object=obj,
        thread=thread,
        channel=channel(issue),
        visibility=site.visibility(issue),
        participants=[party for party in people if party is not None],
        references=[Reference(kind="parent", id=site.uri("issue", parent))] if parent is not None else [],
        tags=[tag for label in fields.labels or [] if (tag := one_line(label))],
        fields={name: line for name, value in facts.items() if (line := one_line(value))},
    )


def _opened(event: str, site: Site, issue: Issue, by: User | None) -> Draft:
    new = _about(event, site, issue)
    new.type, new.published, new.object.created = "Create", new.object.created, None
    new.actor = site.person(by, "author")
    if new.actor is not None and new.actor.side == "customer":
        new.direction = "inbound"
    site.text(new.object, issue.fields.description)
    new.object.attachments = [_file(one) for one in issue.fields.attachment or []]
    return new


def _changed(event: str, site: Site, issue: Issue, history: History, at: int | None) -> list[Draft]:
    changes = [_change(one) for one in history.items or [] if one.name and one.name not in SILENT]
    if not changes:
        return []
    new = _about(event, site, issue)
    new.changes, new.published = changes, at
    new.revision = f"history/{history.id}" if history.id is not None else str(at)
    new.object.version = str(at) if at is not None else None
    new.actor = site.person(history.author, "author")
    if any(change.field == "body" for change in changes):
        site.text(new.object, issue.fields.description)
    return [new]


def _change(one: Item) -> Change:
    field = FIELDS.get(one.name or "", f"x.{one_line(one.name)}")
    if field == "body":
        return Change(field=field)
    before, after = (one_line(value[:SHORT]) if value else None for value in (one.before, one.after))
    return Change(field=field, before=before, after=after)


def _file(one: File) -> Attachment:
    return attached(one.id, one.content, one.mime_type, one.filename, one.size)
