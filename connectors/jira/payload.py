"""What Jira sends, as far as it is mapped: webhooks of Cloud and Data Center, and issues as the API gives them.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
https://developer.atlassian.com/server/jira/platform/webhooks/
Texts are wiki markup (webhooks, API 2) or a document (API 3).
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.json import Decoder

from commonline.kit.adf import Node

Id = int | str | None
Markup = Node | str | None


class User(Struct, gc=False, rename="camel"):
    """Somebody: Cloud has `accountId`, Data Center `key` and `name`."""

    account_id: str | None = None
    account_type: str | None = None
    key: str | None = None
    name: str | None = None
    display_name: str | None = None
    email_address: str | None = None


class Named(Struct, gc=False):
    """A type, priority, level, version: anything with a name."""

    id: Id = None
    key: str | None = None
    name: str | None = None


class Category(Struct, gc=False):
    """What a status means: `new`, `indeterminate`, `done`."""

    key: str | None = None


class Status(Struct, gc=False, rename="camel"):
    """Where an issue stands."""

    name: str | None = None
    status_category: Category | None = None


class Project(Struct, gc=False, rename="camel"):
    """Where an issue lives; `projectTypeKey` service_desk: Jira Service Management."""

    id: Id = None
    key: str | None = None
    name: str | None = None
    project_type_key: str | None = None


class File(Struct, gc=False, rename="camel"):
    """An attachment of an issue."""

    id: Id = None
    filename: str | None = None
    mime_type: str | None = None
    size: int | None = None
    content: str | None = None


class Limits(Struct, gc=False):
    """The role or group that alone may see a comment."""

    type: str | None = None
    value: str | None = None


class Comment(Struct, gc=False, rename="camel"):
    """A comment; `jsdPublic` false: an internal note of Service Management."""

    self: str | None = None
    id: Id = None
    author: User | None = None
    update_author: User | None = None
    body: Markup = None
    created: str | None = None
    updated: str | None = None
    visibility: Limits | None = None
    jsd_public: bool | None = None


class Comments(Struct, gc=False):
    """The comments of an issue, or a page of them."""

    comments: list[Comment] | None = None


class Fields(Struct, gc=False):
    """An issue's fields. Those that a site defines itself are not decoded."""

    summary: str | None = None
    description: Markup = None
    issuetype: Named | None = None
    priority: Named | None = None
    status: Status | None = None
    resolution: Named | None = None
    project: Project | None = None
    reporter: User | None = None
    creator: User | None = None
    assignee: User | None = None
    labels: list[str] | None = None
    security: Named | None = None
    parent: Named | None = None
    attachment: list[File] | None = None
    comment: Comments | None = None
    duedate: str | None = None
    created: str | None = None
    updated: str | None = None


class Item(Struct, gc=False):
    """One field that changed, by ids and as people read it."""

    name: str | None = field(default=None, name="field")
    before: str | None = field(default=None, name="fromString")
    after: str | None = field(default=None, name="toString")


class History(Struct, gc=False):
    """What was changed at once. A webhook has its id and items alone."""

    id: Id = None
    author: User | None = None
    created: str | None = None
    items: list[Item] | None = None


class Changelog(Struct, gc=False):
    """Of a webhook: one change. Of the API: the histories of an issue."""

    id: Id = None
    items: list[Item] | None = None
    histories: list[History] | None = None


class Issue(Struct, gc=False):
    """An issue or request."""

    id: Id = None
    self: str | None = None
    key: str | None = None
    fields: Fields = field(default_factory=Fields)
    changelog: Changelog | None = None


class Transition(Struct, gc=False):
    """What a workflow's own webhook tells."""

    from_status: str | None = None
    to_status: str | None = None


class Call(Struct, gc=False):
    """A webhook's body."""

    webhook_event: str | None = field(default=None, name="webhookEvent")
    issue_event_type_name: str | None = None
    timestamp: int | None = None
    user: User | None = None
    issue: Issue | None = None
    comment: Comment | str | None = None
    changelog: Changelog | None = None
    transition: Transition | None = None


CALL = Decoder(Call)
ISSUE = Decoder(Issue)
HEAD = Decoder(dict[str, Any])
