"""Who and where: accounts, repositories, threads, how far it may travel.

An issue and a pull request share their numbers, and a comment below a pull request is told as one below an issue: so
the number within the repository names the thread, not the ids, of which a pull request has two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from commonline.connectors.github.payload import Event, Repository, User, Written
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.markdown import render_markdown
from commonline.kit.text import tidy
from commonline.schemas.records import Container, Object, ObjectType, Party, Role, Span, Thread, ThreadState, Visibility

CONNECTOR = "github"
OURS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
MENTION = re.compile(r"(?<![\w@/.])@([A-Za-z\d](?:[A-Za-z\d]|-(?=[A-Za-z\d])){0,38})")


def repository(event: Event) -> Repository:
    """Raises `MalformedPayloadError` where none is told."""
    if event.repository is None:
        raise MalformedPayloadError("the repository is missing", "repository")
    return event.repository


def container(repo: Repository) -> Container:
    """The repository."""
    return Container(id=native(CONNECTOR, "repository", repo.id), name=repo.full_name or None, kind="repository")


def visibility(repo: Repository, settings: Mapping[str, Any]) -> Visibility:
    """Public, else internal; the source's settings can name private repositories that customers share."""
    if repo.full_name in (settings.get("customer_repositories") or ()):
        return "customer"
    if repo.private is False and repo.visibility in (None, "public"):
        return "public"
    return "restricted" if repo.private is None else "internal"


def person(user: User | None, role: Role, association: str | None = None) -> Party | None:
    """An account; None for one that was deleted."""
    if user is None or user.id is None:
        return None
    kind = user.type or "User"
    party = Party(
        account=native(CONNECTOR, "user", user.id),
        kind="application" if kind == "Bot" else "organisation" if kind == "Organization" else "person",
        role=role,
        name=user.name or user.login,
        handle=user.login,
    )
    if association in OURS:
        party.side = "us"
    return party


def same(actor: Party | None, author: Party | None) -> None:
    """Who changes what they wrote is on the side that the author is known to be on."""
    if actor is not None and author is not None and actor.account == author.account:
        actor.side = author.side


def numbered(repo: Repository, kind: str, number: int | None) -> str:
    """``github:issue/<repository>/<number>``; pull requests are issues here, discussions count with them."""
    if number is None:
        raise MalformedPayloadError("the number is missing", kind)
    return native(CONNECTOR, "discussion" if kind == "discussion" else "issue", repo.id, number)


def thread(repo: Repository, root: Written, kind: str) -> Thread:
    """The thread of an issue, pull request or discussion."""
    state: ThreadState = {"open": "open", "closed": "closed"}.get(root.state or "", "unknown")  # type: ignore[assignment]
    return Thread(
        id=numbered(repo, kind, root.number), title=_plain(root.title), state=state, container=container(repo)
    )


def written(obj_id: str, kind: ObjectType, one: Written) -> Object:
    """The object of something that has a body in Markdown."""
    obj = Object(id=obj_id, type=kind, url=one.html_url, title=_plain(one.title), markup="text/markdown")
    obj.created = times.parse(one.submitted_at or one.created_at)
    if one.body is not None:
        found = render_markdown(one.body)
        obj.text, obj.spans = found.text, [*found.spans, *_mentions(found.text)]
    return obj


def draft(entry: Entry, event: Event, repo: Repository, obj: Object, where: Thread) -> Draft:
    """An activity of the sender in a repository, now unless the caller knows better."""
    actor = person(event.sender, "author")
    return Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=where,
        channel="issue",
        visibility=visibility(repo, entry.settings),
        actor=actor,
        automated=actor is not None and actor.kind == "application",
    )


def updated(one: Written) -> int | None:
    """When it was changed last."""
    return times.parse(one.updated_at or one.submitted_at or one.created_at)


def _plain(title: str | None) -> str | None:
    return None if title is None else render_plain(title)


def render_plain(text: str) -> str:
    """A title: one line, nothing in it is markup."""
    return tidy(" ".join(text.split()), []).text


def _mentions(text: str) -> list[Span]:
    if "@" not in text:
        return []
    return [
        Span(kind="mention", start=found.start(), end=found.end(), value=f"https://github.com/{found[1]}")
        for found in MENTION.finditer(text)
    ]
