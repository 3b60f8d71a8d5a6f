"""What GitLab sends, as far as it is mapped.

https://docs.gitlab.com/user/project/integrations/webhook_events/
https://docs.gitlab.com/administration/system_hooks/
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder


class User(Struct, gc=False):
    """Who did it. Old ones have no id; the address is often blanked out."""

    id: int | None = None
    name: str | None = None
    username: str | None = None
    email: str | None = None


class Project(Struct, gc=False):
    """Where it is. `visibility_level`: 0 private, 10 all who are logged in, 20 public."""

    id: int | None = None
    name: str | None = None
    web_url: str | None = None
    homepage: str | None = None
    path_with_namespace: str | None = None
    visibility_level: int | None = None


class Label(Struct, gc=False):
    """A label."""

    title: str | None = None


class Attributes(Struct, gc=False):
    """`object_attributes`: an issue, merge request, note, wiki page or reaction."""

    id: int | str | None = None
    iid: int | None = None
    action: str | None = None
    title: str | None = None
    description: str | None = None
    note: str | None = None
    content: str | None = None
    message: str | None = None
    slug: str | None = None
    url: str | None = None
    state: str | None = None
    author_id: int | None = None
    project_id: int | None = None
    target_project_id: int | None = None
    confidential: bool | None = None
    internal: bool | None = None
    system: bool | None = None
    noteable_type: str | None = None
    noteable_id: int | None = None
    discussion_id: str | None = None
    commit_id: str | None = None
    oldrev: str | None = None
    version_id: str | None = None
    name: str | None = None
    awardable_type: str | None = None
    awardable_id: int | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Noteable(Struct, gc=False):
    """What a note is about."""

    id: int | str | None = None
    iid: int | None = None
    title: str | None = None
    state: str | None = None
    confidential: bool | None = None
    url: str | None = None


class Author(Struct, gc=False):
    """The author of a commit, by what the commit says."""

    name: str | None = None
    email: str | None = None


class Commit(Struct, gc=False):
    """A commit of a push, or the one that a note is about."""

    id: str | None = None
    message: str = ""
    timestamp: str | None = None
    url: str | None = None
    author: Author | None = None


class Event(Struct, gc=False):
    """A webhook's body."""

    object_kind: str | None = None
    event_name: str | None = None
    event_type: str | None = None
    user: User | None = None
    user_id: int | None = None
    user_name: str | None = None
    user_username: str | None = None
    user_email: str | None = None
    project: Project | None = None
    project_id: int | None = None
    object_attributes: Attributes | None = None
    issue: Noteable | None = None
    merge_request: Noteable | None = None
    snippet: Noteable | None = None
    note: Noteable | None = None
    commit: Commit | None = None
    commits: list[Commit] | None = None
    ref: str | None = None
    labels: list[Label] | None = None
    assignees: list[User] | None = None
    assignee: User | None = None
    changes: dict[str, Any] | list[Any] | None = None
    action: str | None = None
    id: int | None = None
    name: str | None = None
    tag: str | None = None
    description: str | None = None
    url: str | None = None
    created_at: str | None = None
    released_at: str | None = None


EVENT = Decoder(Event)
