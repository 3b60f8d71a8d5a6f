"""What Gitea and Forgejo send, as far as it is mapped; Gogs sends much of the same.

https://docs.gitea.com/usage/repository/webhooks
The secret that old servers repeat in the body is not decoded.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.json import Decoder


class User(Struct, gc=False):
    """An account of the server."""

    id: int | None = None
    login: str | None = None
    username: str | None = None
    full_name: str | None = None


class Repository(Struct, gc=False):
    """Where it is. `internal`: for all who are logged in."""

    id: int
    full_name: str = ""
    html_url: str | None = None
    private: bool | None = None
    internal: bool | None = None


class Label(Struct, gc=False):
    """A label."""

    name: str | None = None


class Written(Struct, gc=False):
    """An issue, pull request or comment."""

    id: int
    number: int | None = None
    title: str | None = None
    body: str | None = None
    html_url: str | None = None
    user: User | None = None
    state: str | None = None
    merged: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    labels: list[Label] | None = None
    assignees: list[User] | None = None
    assignee: User | None = None
    milestone: Any = None


class From(Struct, gc=False):
    """What stood there before."""

    from_: str | None = field(default=None, name="from")


class Changes(Struct, gc=False):
    """What an edit changed."""

    title: From | None = None
    body: From | None = None
    ref: From | None = None


class Author(Struct, gc=False):
    """The author of a commit, by what the commit says."""

    name: str | None = None
    email: str | None = None
    username: str | None = None


class Commit(Struct, gc=False):
    """A commit of a push."""

    id: str
    message: str = ""
    url: str | None = None
    timestamp: str | None = None
    author: Author | None = None


class Release(Struct, gc=False):
    """A release."""

    id: int
    name: str | None = None
    tag_name: str | None = None
    body: str | None = None
    html_url: str | None = None
    author: User | None = None
    created_at: str | None = None
    published_at: str | None = None


class Review(Struct, gc=False):
    """The judgement of a pull request."""

    type: str | None = None
    content: str | None = None


class Event(Struct, gc=False):
    """A webhook's body."""

    repository: Repository | None = None
    action: str | None = None
    sender: User | None = None
    pusher: User | None = None
    issue: Written | None = None
    pull_request: Written | None = None
    comment: Written | str | None = None
    is_pull: bool | None = None
    review: Review | None = None
    changes: Changes | None = None
    release: Release | None = None
    commits: list[Commit] | None = None
    ref: str | None = None
    page: str | None = None
    forkee: Repository | None = None


EVENT = Decoder(Event)
