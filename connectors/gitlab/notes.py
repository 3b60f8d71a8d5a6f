"""What is said below issues, merge requests, commits and snippets, and the reactions to it."""

from __future__ import annotations

from commonline.connectors.gitlab import place
from commonline.connectors.gitlab.payload import EVENT, Attributes, Event
from commonline.connectors.gitlab.place import Place
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.schemas.records import Change, Object, Reference, Thread

CONFIDENTIAL = "confidential_note"
AWARDED = {"Issue": "issue", "MergeRequest": "merge_request", "Note": "note", "Snippet": "snippet"}


def written(entry: Entry) -> list[Draft] | Ignored:
    """A note; those that GitLab writes itself repeat what other events tell."""
    event = EVENT.decode(entry.body)
    one = _attributes(event)
    if one.system:
        return Ignored("repeat")
    if one.id is None:
        raise MalformedPayloadError("the id is missing", "object_attributes.id")
    where = Place(entry, event)
    thread, confidential = _thread(where, event, one)
    confidential = confidential or one.internal is True or one.confidential is True or event.event_type == CONFIDENTIAL
    obj = Object(id=where.uri("note", one.id), type="Note", url=one.url, created=times.parse(one.created_at))
    place.fill(obj, one.note if one.note is not None else one.description)
    new = where.draft(obj, thread, confidential=confidential)
    new.channel = "comment"
    new.references = [Reference(kind="parent", id=thread.id)]
    new.fields = {"discussion": one.discussion_id} if one.discussion_id else {}
    if one.action == "update":
        at = times.parse(one.updated_at)
        new.type, new.published = "Update", at
        new.revision, obj.version = (str(at), str(at)) if at is not None else ("update", None)
        new.changes = [Change(field="body")]
        return [new]
    new.actor, new.published = where.person(event.user, "author", one.author_id), obj.created
    return [new]


def _thread(where: Place, event: Event, one: Attributes) -> tuple[Thread, bool]:
    """Of what it is about; and whether that is confidential."""
    for kind in ("issue", "merge_request", "snippet"):
        about = getattr(event, kind)
        if about is not None:
            number = about.iid if about.iid is not None else about.id
            return where.thread(
                kind, number, about.title, about.state
            ), kind == "issue" and about.confidential is not False
    commit = event.commit.id if event.commit is not None else one.commit_id
    if commit:
        title = place.plain((event.commit.message if event.commit else "").partition("\n")[0]) or None
        return Thread(id=where.uri("commit", where.id, commit), title=title, container=where.container), False
    return where.thread((one.noteable_type or "noteable").lower(), one.noteable_id, None, None), True


def reacted(entry: Entry) -> list[Draft]:
    """An emoji that somebody gives, or takes back."""
    event = EVENT.decode(entry.body)
    one = _attributes(event)
    where = Place(entry, event)
    thread, confidential = _thread(where, event, one)
    kind = AWARDED.get(one.awardable_type or "")
    of_note = kind == "note" and one.awardable_id is not None
    target = where.uri("note", one.awardable_id or 0) if of_note else thread.id
    new = where.draft(Object(id=target, type="Note" if kind == "note" else "Issue"), thread, confidential=confidential)
    new.actor = where.person(event.user, "author")
    gone = one.action == "revoke"
    new.type, new.undoes = ("Undo", "Like") if gone else ("Like", None)
    new.edge = where.uri("emoji", one.id) if one.id is not None else f"{target}/like/{one.name}"
    new.revision, new.reaction, new.channel = str(one.updated_at or one.action), one.name, "comment"
    new.published = times.parse(one.updated_at or one.created_at)
    return [new]


def _attributes(event: Event) -> Attributes:
    if event.object_attributes is None:
        raise MalformedPayloadError("is missing", "object_attributes")
    return event.object_attributes
