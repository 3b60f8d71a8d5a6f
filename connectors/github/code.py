"""What happens to a repository: commits, releases, pages of its wiki, stars, forks, members."""

from __future__ import annotations

from commonline.connectors.github import place
from commonline.connectors.github.payload import EVENT, Commit, Event, Repository
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.markdown import render_markdown
from commonline.kit.text import tidy
from commonline.schemas.records import Change, Object, Party, Thread

NO_REPLY = "@users.noreply.github.com"


def pushed(entry: Entry) -> list[Draft] | Ignored:
    """An activity for each commit, by its author; the one who pushed is its agent."""
    event = EVENT.decode(entry.body)
    repo = place.repository(event)
    commits = [one for one in event.commits or [] if one.distinct is not False]
    if not commits:
        return Ignored("no-content")
    return [_commit(entry, event, repo, one) for one in commits]


def _commit(entry: Entry, event: Event, repo: Repository, one: Commit) -> Draft:
    title, _, rest = one.message.partition("\n")
    obj = Object(id=native(place.CONNECTOR, "commit", repo.id, one.id), type="Change", url=one.url)
    obj.title, obj.text = place.render_plain(title), tidy(rest.strip("\n"), []).text
    where = Thread(id=obj.id, title=obj.title, container=place.container(repo))
    new = place.draft(entry, event, repo, obj, where)
    agent = place.person(event.sender, "agent")
    new.participants = [agent] if agent is not None else []
    new.channel, new.published = "document", times.parse(one.timestamp)
    author = one.author
    if author is not None:
        address = mailto(author.email) if author.email and not author.email.endswith(NO_REPLY) else None
        same = event.sender is not None and author.username is not None and author.username == event.sender.login
        known = place.person(event.sender, "author") if same else None
        new.actor = known or Party(kind="person", role="author", account=address, handle=author.username)
        new.actor.name = author.name or new.actor.name
        if known is not None:
            new.actor.claims = claim(address, "asserted")
    new.automated = new.actor is not None and new.actor.kind == "application"
    branch = (event.ref or "").removeprefix("refs/heads/")
    new.fields = {"branch": branch} if branch else {}
    return new


def released(entry: Entry) -> list[Draft]:
    """A release with its notes."""
    event = EVENT.decode(entry.body)
    repo, one = place.repository(event), event.release
    if one is None:
        raise MalformedPayloadError("is missing", "release")
    uri = native(place.CONNECTOR, "release", one.id)
    obj = Object(id=uri, type="Article", url=one.html_url, title=place.render_plain(one.name or one.tag_name or ""))
    obj.markup = "text/markdown"
    if one.body is not None:
        found = render_markdown(one.body)
        obj.text, obj.spans = found.text, found.spans
    obj.created = times.parse(one.published_at or one.created_at)
    new = place.draft(entry, event, repo, obj, Thread(id=uri, title=obj.title, container=place.container(repo)))
    new.channel, new.published = "news", obj.created
    if one.tag_name:
        new.fields = {"tag": one.tag_name}
    if event.action == "published":
        new.actor = place.person(one.author, "author") or new.actor
        return [new]
    at = times.parse(one.updated_at)
    new.revision, obj.version, new.published = str(at) if at else str(event.action), str(at) if at else None, at
    if event.action == "edited":
        new.type = "Update"
        new.changes = [Change(field="body")]
    else:
        new.type, obj.text, obj.spans = "Delete", None, []
        new.revision = event.action or ""
    return [new]


def wiki(entry: Entry) -> list[Draft]:
    """Pages that were written or changed; what they say is not told."""
    event = EVENT.decode(entry.body)
    repo = place.repository(event)
    drafts = []
    for page in event.pages or []:
        uri = native(place.CONNECTOR, "wiki", repo.id, page.page_name)
        title = place.render_plain(page.title or page.page_name)
        obj = Object(id=uri, type="Page", url=page.html_url, title=title)
        obj.text = tidy(page.summary, []).text if page.summary else None
        new = place.draft(entry, event, repo, obj, Thread(id=uri, title=title, container=place.container(repo)))
        new.channel = "document"
        if page.action != "created":
            new.type, new.revision, obj.version = "Update", page.sha or "edited", None
            new.changes = [Change(field="body")]
        drafts.append(new)
    return drafts


def starred(entry: Entry) -> list[Draft]:
    """Somebody likes the repository, or no longer."""
    event = EVENT.decode(entry.body)
    new = _about(entry, event)
    gone = event.action == "deleted"
    new.type, new.undoes = ("Undo", "Like") if gone else ("Like", None)
    who = event.sender.id if event.sender is not None and event.sender.id is not None else "ghost"
    new.edge = f"{new.object.id}/star/{who}"
    new.revision = event.starred_at or str(event.action)
    new.published = times.parse(event.starred_at)
    return [new]


def forked(entry: Entry) -> list[Draft]:
    """Somebody took a copy of the repository."""
    event = EVENT.decode(entry.body)
    new = _about(entry, event)
    new.type = "Announce"
    copy = event.forkee
    if copy is None:
        raise MalformedPayloadError("is missing", "forkee")
    new.edge = native(place.CONNECTOR, "repository", copy.id)
    new.fields = {"fork": copy.full_name} if copy.full_name else {}
    return [new]


def membership(entry: Entry) -> list[Draft]:
    """A collaborator comes or goes."""
    event = EVENT.decode(entry.body)
    new = _about(entry, event)
    member = place.person(event.member, "member")
    new.type = "Add" if event.action == "added" else "Remove"
    if member is not None:
        member.side = "us"
        new.participants = [member]
        new.edge = f"{new.object.id}/member/{(member.account or '').rpartition('/')[2]}"
    new.revision = str(event.action)
    new.visibility = "internal"
    new.changes = [Change(field="members", after=member.name if member and event.action == "added" else None)]
    return [new]


def _about(entry: Entry, event: Event) -> Draft:
    repo = place.repository(event)
    where = place.container(repo)
    obj = Object(id=where.id, type="Group", title=where.name, url=repo.html_url)
    new = place.draft(entry, event, repo, obj, Thread(id=where.id, title=where.name, container=where))
    new.channel = "other"
    return new
