"""What GitHub sends, as far as it is mapped.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
https://docs.github.com/en/rest/issues/issues
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.json import Decoder


class User(Struct, gc=False):
    """An account: `User`, `Bot`, `Organization` or `Mannequin`. A deleted one is null, or the user `ghost`."""

    id: int | None = None
    login: str | None = None
    name: str | None = None
    email: str | None = None
    type: str | None = None


class Repository(Struct, gc=False):
    """Where it is. `private` decides who may read it."""

    id: int
    full_name: str = ""
    html_url: str | None = None
    private: bool | None = None
    visibility: str | None = None


class Label(Struct, gc=False):
    """A label, or anything that has a name only."""

    name: str | None = None


class Milestone(Struct, gc=False):
    """A milestone, or a discussion's category (`name`)."""

    title: str | None = None
    name: str | None = None


class Written(Struct, gc=False):
    """An issue, pull request, discussion, comment or review."""

    id: int
    number: int | None = None
    title: str | None = None
    body: str | None = None
    html_url: str | None = None
    url: str | None = None
    user: User | None = None
    author_association: str | None = None
    state: str | None = None
    state_reason: str | None = None
    merged: bool | None = None
    draft: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None
    submitted_at: str | None = None
    labels: list[Label] | None = None
    assignees: list[User] | None = None
    pull_request: Any = None
    issue_url: str | None = None
    pull_request_url: str | None = None
    in_reply_to_id: int | None = None
    parent_id: int | None = None
    commit_id: str | None = None
    path: str | None = None
    line: int | None = None


class From(Struct, gc=False):
    """What stood there before."""

    from_: Any = field(default=None, name="from")


class Changes(Struct, gc=False):
    """What an edit changed, or where a transferred issue or discussion is now."""

    title: From | None = None
    body: From | None = None
    base: Any = None
    category: From | None = None
    new_issue: Written | None = None
    new_discussion: Written | None = None
    new_repository: Repository | None = None


class Author(Struct, gc=False):
    """The author of a commit, by what the commit says of them; `username` where GitHub knows the address."""

    name: str | None = None
    email: str | None = None
    username: str | None = None
    date: str | None = None


class Commit(Struct, gc=False):
    """A commit of a push."""

    id: str
    message: str = ""
    timestamp: str | None = None
    url: str | None = None
    author: Author | None = None
    distinct: bool | None = None


class Release(Struct, gc=False):
    """A release; a draft of one is nobody's news."""

    id: int
    name: str | None = None
    tag_name: str | None = None
    body: str | None = None
    html_url: str | None = None
    author: User | None = None
    prerelease: bool | None = None
    created_at: str | None = None
    published_at: str | None = None
    updated_at: str | None = None


class WikiPage(Struct, gc=False):
    """A page of the wiki, created or edited; `sha` is its version."""

    page_name: str
    title: str | None = None
    summary: str | None = None
    action: str | None = None
    sha: str | None = None
    html_url: str | None = None


class Thread(Struct, gc=False):
    """A conversation at a line of a pull request."""

    comments: list[Written] = []


class Event(Struct, gc=False):
    """A webhook's body: `action`, and the things that it is about."""

    action: str | None = None
    sender: User | None = None
    repository: Repository | None = None
    issue: Written | None = None
    pull_request: Written | None = None
    discussion: Written | None = None
    comment: Written | None = None
    answer: Written | None = None
    review: Written | None = None
    thread: Thread | None = None
    label: Label | None = None
    assignee: User | None = None
    requested_reviewer: User | None = None
    milestone: Milestone | None = None
    changes: Changes | None = None
    release: Release | None = None
    pages: list[WikiPage] | None = None
    commits: list[Commit] | None = None
    ref: str | None = None
    before: str | None = None
    after: str | None = None
    forkee: Repository | None = None
    member: User | None = None
    starred_at: str | None = None


EVENT = Decoder(Event)
WRITTEN = Decoder(Written)
