"""A Jira site: what its issues are called here, who is who, and how far what is said there may travel."""

from __future__ import annotations

from urllib.parse import urlsplit

from commonline.connectors.jira.payload import Comment, Fields, Issue, Markup, User
from commonline.connectors.jira.wiki import render_wiki
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.adf import Node, render_adf
from commonline.kit.mapping import Entry
from commonline.kit.text import Text, one_line
from commonline.schemas.records import (
    Channel,
    Container,
    Object,
    Party,
    PartyKind,
    Role,
    Side,
    Thread,
    ThreadState,
    Visibility,
)

CONNECTOR = "jira"
DESK = "service_desk"
GATEWAY = "api.atlassian.com"
STATES: dict[str, ThreadState] = {"new": "open", "indeterminate": "open", "done": "closed"}
CLOSED = frozenset({"done", "resolved", "closed", "canceled", "cancelled", "declined"})
OPEN = frozenset({"open", "reopened", "to do", "in progress", "new", "waiting for support", "in review"})
WAITING = frozenset({"waiting for customer", "pending", "on hold"})
KINDS: dict[str, PartyKind] = {"app": "application"}
DOCUMENT = "application/vnd.atlassian.adf+json"
WIKI = "text/x-jira-wiki"


class Site:
    """The site of an entry, with the people whom its body names. Raises `MalformedPayloadError` if none is told."""

    def __init__(self, entry: Entry, link: str | None, people: list[User | None]) -> None:
        told = entry.settings.get("site") or _host(link)
        if told == GATEWAY:
            raise MalformedPayloadError("is Atlassian's gateway and tells no site; set site", "issue.self")
        if not told:
            raise MalformedPayloadError("the site is told neither by a link nor by the setting site", "issue.self")
        self.host = str(told).lower()
        self._pages = _pages(link) or f"https://{self.host}"
        self._settings = entry.settings
        self._names = {key: user.display_name for user in people if user is not None and (key := _key(user))}

    def uri(self, kind: str, number: int | str) -> str:
        """``jira:acme.atlassian.net/issue/10000``"""
        return native(CONNECTOR, self.host, kind, number)

    def browse(self, key: str | None, comment: int | str | None = None) -> str | None:
        """Where people see it."""
        if not key or "/" in key:
            return None
        return f"{self._pages}/browse/{key}" + (f"?focusedCommentId={comment}" if comment is not None else "")

    def person(self, user: User | None, role: Role) -> Party | None:
        """Somebody. Atlassian has confirmed the addresses of its accounts; those of Data Center were entered."""
        if user is None:
            return None
        key = _key(user)
        side: Side = "customer" if user.account_type == "customer" else "unknown"
        return Party(
            account=self.uri("user", key) if key else mailto(user.email_address),
            kind=KINDS.get(user.account_type or "", "person"),
            side=side,
            role=role,
            name=one_line(user.display_name),
            handle=one_line(user.name) if not user.account_id else None,
            claims=claim(mailto(user.email_address), "verified" if user.account_id else "entered") if key else [],
        )

    def text(self, obj: Object, markup: Markup) -> None:
        """A text in either of Jira's forms."""
        if markup is None:
            return
        plain: Text
        if isinstance(markup, Node):
            plain, obj.markup = render_adf(markup, lambda key: self.uri("user", key)), DOCUMENT
        else:
            plain, obj.markup = render_wiki(markup, self._mention), WIKI
        obj.text, obj.spans = plain.text, plain.spans

    def _mention(self, key: str) -> tuple[str, str]:
        known = self._names.get(key)
        return self.uri("user", key), f"@{known or (key if len(key) < 20 else '…')}"

    def thread(self, issue: Issue) -> Thread:
        """An issue as the container of what is said about it. Raises `MalformedPayloadError` without an id."""
        if issue.id in (None, ""):
            raise MalformedPayloadError("the id is missing", "issue.id")
        return Thread(
            id=self.uri("issue", issue.id or ""),
            title=one_line(issue.fields.summary),
            state=state(issue.fields),
            container=self.container(issue),
        )

    def container(self, issue: Issue) -> Container | None:
        """The project."""
        project = issue.fields.project
        if project is None or (project.id is None and not project.key):
            return None
        number = project.id if project.id is not None else project.key or ""
        return Container(id=self.uri("project", number), name=one_line(project.name), kind="project")

    def visibility(self, issue: Issue, comment: Comment | None = None) -> Visibility:
        """What customers see of a service desk is `customer`, all else internal; what is for some only, restricted."""
        limited = issue.fields.security is not None or (comment is not None and comment.visibility is not None)
        project = _project_key(issue)
        if limited or project in (self._settings.get("restricted_projects") or ()):
            return "restricted"
        if comment is not None and comment.jsd_public is not True and is_desk(issue):
            return "internal"
        shared = is_desk(issue) or (project is not None and project in (self._settings.get("customer_projects") or ()))
        return "customer" if shared else "internal"


def is_desk(issue: Issue) -> bool:
    """Whether an issue is a request of Service Management."""
    project = issue.fields.project
    return project is not None and project.project_type_key == DESK


def channel(issue: Issue) -> Channel:
    """Requests are tickets."""
    return "ticket" if is_desk(issue) else "issue"


def state(fields: Fields) -> ThreadState:
    """The one status that all desks share. Without a category (old versions) the name is all there is."""
    status = fields.status
    if status is None:
        return "unknown"
    name = (status.name or "").lower()
    if name in WAITING:
        return "pending"
    if status.status_category is not None and status.status_category.key in STATES:
        return STATES[status.status_category.key]
    return "closed" if name in CLOSED else "open" if name in OPEN else "unknown"


def _project_key(issue: Issue) -> str | None:
    project = issue.fields.project
    if project is not None and project.key:
        return project.key
    return issue.key.rpartition("-")[0] if issue.key else None


def _key(user: User) -> str:
    return user.account_id or user.key or user.name or ""


def _pages(link: str | None) -> str | None:
    """Where a site's pages are, by a link to its API; those of apps lead to Atlassian's own gateway."""
    told, rest, _ = (link or "").partition("/rest/api/")
    return told if rest and told.startswith(("http://", "https://")) and _host(told) != GATEWAY else None


def _host(link: str | None) -> str:
    try:
        return urlsplit(link or "").netloc
    except ValueError:
        return ""
