"""Commits, releases and wiki pages."""

from __future__ import annotations

from commonline.connectors.gitlab import place
from commonline.connectors.gitlab.payload import EVENT, Commit
from commonline.connectors.gitlab.place import Place
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import mailto
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import tidy
from commonline.schemas.records import Change, Object, Party, Thread


def pushed(entry: Entry) -> list[Draft] | Ignored:
    """An activity for each commit, by its author; the one who pushed is its agent."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    commits = {one.id: one for one in event.commits or [] if one.id}
    if not commits:
        return Ignored("no-content")
    branch = (event.ref or "").removeprefix("refs/heads/")
    return [_commit(where, one, branch) for one in commits.values()]


def _commit(where: Place, one: Commit, branch: str) -> Draft:
    title, _, rest = one.message.partition("\n")
    obj = Object(id=where.uri("commit", where.id, one.id or ""), type="Change", url=one.url)
    obj.title, obj.text = place.plain(title), tidy(rest.strip("\n"), []).text
    new = where.draft(obj, Thread(id=obj.id, title=obj.title, container=where.container))
    agent = where.sender("agent")
    new.participants = [agent] if agent is not None else []
    new.channel, new.published = "document", times.parse(one.timestamp)
    author = one.author
    if author is not None:
        new.actor = Party(kind="person", role="author", account=mailto(author.email), name=author.name)
    new.fields = {"branch": branch} if branch else {}
    return new


def released(entry: Entry) -> list[Draft]:
    """A release with its notes."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    if event.id is None and not event.tag:
        raise MalformedPayloadError("neither id nor tag", "id")
    uri = where.uri("release", where.id, event.tag or str(event.id))
    title = place.plain(event.name or event.tag)
    obj = Object(id=uri, type="Article", url=event.url, title=title, created=times.parse(event.created_at))
    place.fill(obj, event.description)
    new = where.draft(obj, Thread(id=uri, title=title, container=where.container))
    new.channel, new.published = "news", times.parse(event.released_at or event.created_at)
    if event.action == "update":
        new.type, new.revision, new.changes = "Update", "update", [Change(field="body", after=obj.text)]
    elif event.action == "delete":
        new.type, new.revision, obj.text, obj.spans = "Delete", "delete", None, []
    return [new]


def wiki(entry: Entry) -> list[Draft]:
    """A page that is created, changed or deleted."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    one = event.object_attributes
    if one is None or not one.slug:
        raise MalformedPayloadError("is missing", "object_attributes.slug")
    title = place.plain(one.title or one.slug)
    uri = where.uri("wiki", where.id, one.slug)
    obj = Object(id=uri, type="Page", url=one.url, title=title)
    place.fill(obj, one.content)
    new = where.draft(obj, Thread(id=uri, title=title, container=where.container))
    new.channel = "document"
    if one.action == "update":
        new.type, new.revision, new.changes = (
            "Update",
            one.version_id or "update",
            [Change(field="body", after=obj.text)],
        )
    elif one.action == "delete":
        new.type, new.revision, obj.text, obj.spans = "Delete", one.version_id or "delete", None, []
    return [new]
