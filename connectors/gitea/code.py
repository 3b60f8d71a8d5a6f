"""Commits, releases, wiki pages and forks."""

from __future__ import annotations

from commonline.connectors.gitea import place
from commonline.connectors.gitea.payload import EVENT, Commit
from commonline.connectors.gitea.place import Place
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
    if not event.commits:
        return Ignored("no-content")
    branch = (event.ref or "").removeprefix("refs/heads/")
    return [_commit(where, one, branch) for one in event.commits]


def _commit(where: Place, one: Commit, branch: str) -> Draft:
    title, _, rest = one.message.partition("\n")
    obj = Object(id=where.uri("commit", where.repository.id, one.id), type="Change", url=one.url)
    obj.title, obj.text = place.plain(title), tidy(rest.strip("\n"), []).text
    new = where.draft(obj, Thread(id=obj.id, title=obj.title, container=where.container))
    agent = where.person(where.event.pusher or where.event.sender, "agent")
    new.participants = [agent] if agent is not None else []
    new.channel, new.published = "document", times.parse(one.timestamp)
    author = one.author
    if author is not None:
        new.actor = Party(kind="person", role="author", account=mailto(author.email), name=author.name)
        new.actor.handle = author.username or None
    new.fields = {"branch": branch} if branch else {}
    return new


def released(entry: Entry) -> list[Draft]:
    """A release with its notes."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    one = event.release
    if one is None:
        raise MalformedPayloadError("is missing", "release")
    uri = where.uri("release", one.id)
    title = place.plain(one.name or one.tag_name)
    obj = Object(id=uri, type="Article", url=one.html_url, title=title, created=times.parse(one.created_at))
    place.fill(obj, one.body)
    new = where.draft(obj, Thread(id=uri, title=title, container=where.container))
    new.channel, new.published = "news", times.parse(one.published_at or one.created_at)
    new.fields = {"tag": one.tag_name} if one.tag_name else {}
    if event.action == "updated":
        new.type, new.revision, new.changes = "Update", "updated", [Change(field="body", after=obj.text)]
    elif event.action == "deleted":
        new.type, new.revision, obj.text, obj.spans = "Delete", "deleted", None, []
    return [new]


def wiki(entry: Entry) -> list[Draft]:
    """A page that is created, changed, renamed or deleted; what it says is not told."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    if not event.page:
        raise MalformedPayloadError("is missing", "page")
    title = place.plain(event.page)
    uri = where.uri("wiki", where.repository.id, event.page)
    obj = Object(id=uri, type="Page", title=title)
    new = where.draft(obj, Thread(id=uri, title=title, container=where.container))
    new.channel = "document"
    comment = event.comment if isinstance(event.comment, str) else ""
    if comment:
        new.fields["comment"] = place.plain(comment) or ""
    if event.action == "deleted":
        new.type, new.revision = "Delete", "deleted"
    elif event.action != "created":
        new.type, new.revision = "Update", f"{event.action}/{comment}"
        new.changes = [Change(field="body")]
    return [new]


def forked(entry: Entry) -> list[Draft]:
    """Somebody took a copy of the repository: `repository` is the copy, `forkee` what was copied."""
    event = EVENT.decode(entry.body)
    where = Place(entry, event)
    origin = event.forkee
    if origin is None:
        raise MalformedPayloadError("is missing", "forkee")
    obj = Object(id=where.uri("repository", origin.id), type="Group", title=origin.full_name or None)
    new = where.draft(obj, Thread(id=obj.id, title=obj.title))
    new.type, new.channel = "Announce", "other"
    new.edge = where.container.id
    new.fields = {"fork": where.container.name} if where.container.name else {}
    return [new]
