"""Who and where: accounts, repositories, threads, how far it may travel. Ids count by server, which is part of them."""

from __future__ import annotations

from urllib.parse import urlsplit

from commonline.connectors.gitea.payload import Event, Repository, User, Written
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.markdown import render_markdown
from commonline.kit.text import tidy
from commonline.schemas.records import Container, Object, Party, Role, Thread, ThreadState, Visibility

CONNECTOR = "gitea"
STATES: dict[str, ThreadState] = {"open": "open", "closed": "closed"}


class Place:
    """A repository on its server. Raises `MalformedPayloadError` if none is told."""

    def __init__(self, entry: Entry, event: Event) -> None:
        if event.repository is None:
            raise MalformedPayloadError("the repository is missing", "repository")
        self.entry, self.event, self.repository = entry, event, event.repository
        self.host = _host(event.repository.html_url or entry.settings.get("url"))
        name = event.repository.full_name or None
        self.container = Container(id=self.uri("repository", event.repository.id), name=name, kind="repository")

    def uri(self, kind: str, *parts: str | int) -> str:
        """``gitea:codeberg.org/issue/41/7``"""
        return native(CONNECTOR, self.host, kind, *parts)

    @property
    def visibility(self) -> Visibility:
        """Public repositories are public, others internal, unless the settings say that customers read them."""
        repo: Repository = self.repository
        if repo.full_name in (self.entry.settings.get("customer_repositories") or ()):
            return "customer"
        if repo.private is None:
            return "restricted"
        return "public" if not repo.private and repo.internal in (None, False) else "internal"

    def person(self, user: User | None, role: Role) -> Party | None:
        """An account."""
        if user is None or not user.id:
            return None
        handle = user.login or user.username
        name = user.full_name or handle
        return Party(account=self.uri("user", user.id), kind="person", role=role, name=name, handle=handle)

    def thread(self, root: Written | None) -> Thread:
        """The thread of an issue or pull request, which share their numbers."""
        if root is None or root.number is None:
            raise MalformedPayloadError("the issue's number is missing", "issue.number")
        uri = self.uri("issue", self.repository.id, root.number)
        state = STATES.get(root.state or "", "unknown")
        return Thread(id=uri, title=plain(root.title), state=state, container=self.container)

    def draft(self, obj: Object, where: Thread) -> Draft:
        """An activity of the sender."""
        return Draft(
            event=self.entry.event,
            type="Create",
            object=obj,
            thread=where,
            channel="issue",
            visibility=self.visibility,
            actor=self.person(self.event.sender, "author"),
        )


def fill(obj: Object, body: str | None) -> None:
    """The text of something that is written in Markdown."""
    obj.markup = "text/markdown"
    if body is not None:
        found = render_markdown(body)
        obj.text, obj.spans = found.text, found.spans


def plain(title: str | None) -> str | None:
    """A title: one line, nothing in it is markup."""
    return None if title is None else tidy(" ".join(title.split()), []).text


def stamp(new: Draft, obj: Object, at: str | None) -> None:
    """The time of a change, which is its version."""
    moment = times.parse(at)
    new.published = moment
    new.revision = str(moment) if moment is not None else "changed"
    obj.version = str(moment) if moment is not None else None


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").netloc or CONNECTOR).lower()
    except ValueError:
        return CONNECTOR
