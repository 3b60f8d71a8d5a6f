"""Who and where: accounts, projects, threads, how far it may travel. Ids count by server, which is part of them."""

from __future__ import annotations

from urllib.parse import urlsplit

from commonline.connectors.gitlab.payload import Event, Project, User
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.markdown import render_markdown
from commonline.kit.text import tidy
from commonline.schemas.records import Container, Object, Party, Role, Thread, ThreadState, Visibility

CONNECTOR = "gitlab"
PUBLIC = 20
STATES: dict[str, ThreadState] = {"opened": "open", "reopened": "open", "closed": "closed", "merged": "closed"}


class Place:
    """A project on its server. Raises `MalformedPayloadError` if none is told."""

    def __init__(self, entry: Entry, event: Event) -> None:
        project = event.project or Project()
        one = event.object_attributes
        about = (one.project_id or one.target_project_id) if one is not None else None
        number = next((known for known in (project.id, event.project_id, about) if known is not None), None)
        if number is None:
            raise MalformedPayloadError("the project is missing", "project.id")
        url = project.web_url or project.homepage or (one.url if one is not None else None) or entry.settings["url"]
        self.host = _host(url)
        self.id = number
        self.entry, self.event, self.project = entry, event, project
        name = project.path_with_namespace or _path(project.homepage) or project.name or None
        self.container = Container(id=self.uri("project", number), name=name, kind="repository")

    def uri(self, kind: str, *parts: str | int) -> str:
        """``gitlab:gitlab.com/issue/41/7``"""
        return native(CONNECTOR, self.host, kind, *parts)

    def visibility(self, *, confidential: bool) -> Visibility:
        """Public projects are public, others internal; what is confidential is for those who are named."""
        if confidential:
            return "restricted"
        if self.container.name in (self.entry.settings.get("customer_projects") or ()):
            return "customer"
        level = self.project.visibility_level
        return "restricted" if level is None else "public" if level == PUBLIC else "internal"

    def person(self, user: User | None, role: Role, author_id: int | None = None) -> Party | None:
        """Somebody; without an id the name alone, which is nobody's account."""
        if user is None and author_id is None:
            return None
        told = user or User()
        number = told.id if told.id is not None else author_id
        return Party(
            account=self.uri("user", number) if number is not None else None,
            kind="person",
            role=role,
            name=told.name or told.username,
            handle=told.username,
        )

    def sender(self, role: Role = "author") -> Party | None:
        """Whoever did it, as pushes and as other events tell them."""
        event = self.event
        if event.user is not None:
            return self.person(event.user, role)
        if event.user_id is None:
            return None
        return self.person(User(event.user_id, event.user_name, event.user_username), role)

    def thread(self, kind: str, iid: int | str | None, title: str | None, state: str | None) -> Thread:
        """The thread of an issue, merge request, snippet or epic."""
        if iid is None:
            raise MalformedPayloadError("the number is missing", kind)
        uri = self.uri(kind, self.id, iid)
        return Thread(id=uri, title=plain(title), state=STATES.get(state or "", "unknown"), container=self.container)

    def draft(self, obj: Object, where: Thread, *, confidential: bool = False) -> Draft:
        """An activity of whoever did it."""
        return Draft(
            event=self.entry.event,
            type="Create",
            object=obj,
            thread=where,
            channel="issue",
            visibility=self.visibility(confidential=confidential),
            actor=self.sender(),
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


def _path(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").path.strip("/") or None
    except ValueError:
        return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).netloc or "gitlab").lower()
    except ValueError:
        return "gitlab"
