"""What Confluence tells, as far as it is mapped.

Webhooks: https://developer.atlassian.com/server/confluence/webhooks/ ·
https://developer.atlassian.com/cloud/confluence/modules/webhook/

Contents: the REST API's first version, which both editions have.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct, field
from msgspec.json import Decoder

from commonline.kit.adf import Node

Text = str | None
Number = Annotated[int, Meta(ge=0, le=2**53)] | None
Size = Annotated[int, Meta(ge=0, le=2**48)] | None


class User(Struct, gc=False, rename="camel"):
    """Somebody: by account id in the cloud, by key on a server."""

    account_id: Text = None
    user_key: Text = None
    username: Text = None
    display_name: Text = None
    public_name: Text = None
    email: Text = None
    account_type: Text = None


class Version(Struct, gc=False):
    """One version of a content."""

    number: Number = None
    when: Text = None
    by: User | None = None
    message: Text = None


class History(Struct, gc=False, rename="camel"):
    """How a content began."""

    created_date: Text = None
    created_by: User | None = None


class Space(Struct, gc=False):
    """A space."""

    key: Text = None
    name: Text = None


class Value(Struct, gc=False):
    """A body in one form: storage (XHTML), or Atlassian Document Format as JSON in a text."""

    value: Text = None


class Body(Struct, gc=False):
    """The forms that were asked for."""

    storage: Value | None = None
    atlas_doc_format: Value | None = None


class Readers(Struct, gc=False):
    """Who is allowed to read, where not everybody is."""

    size: int = 0
    results: list[Any] = []


class Limits(Struct, gc=False):
    """Readers by kind."""

    user: Readers | None = None
    group: Readers | None = None


class Operation(Struct, gc=False):
    """What is restricted in reading."""

    restrictions: Limits | None = None


class Restrictions(Struct, gc=False):
    """What is restricted."""

    read: Operation | None = None


class Links(Struct, gc=False):
    """Paths below the base."""

    webui: Text = None
    download: Text = None


class Parent(Struct, gc=False):
    """A content above: the page of a comment, or the comment that another one answers."""

    id: str | int
    type: Text = None
    title: Text = None
    space: Space | None = None


class Extensions(Struct, gc=False, rename="camel"):
    """What attachments have beside."""

    media_type: Text = None
    file_size: Size = None


class Content(Struct, gc=False):
    """A page, blog post, comment or attachment."""

    id: str | int
    type: str
    status: Text = None
    title: Text = None
    space: Space | None = None
    history: History | None = None
    version: Version | None = None
    body: Body | None = None
    container: Parent | None = None
    ancestors: list[Parent] | None = None
    restrictions: Restrictions | None = None
    extensions: Extensions | None = None
    links: Links | None = field(default=None, name="_links")


class Thing(Struct, gc=False, rename="camel"):
    """What a webhook tells of a content: ids and little more."""

    id: str | int
    title: Text = None
    space_key: Text = None
    version: Number = None
    self_: Text = field(default=None, name="self")
    creator_account_id: Text = None
    creator_key: Text = None
    creation_date: Number = None
    modification_date: Number = None
    parent: Thing | None = None
    in_reply_to: Thing | None = None


class Hook(Struct, gc=False, rename="camel"):
    """A webhook's body. `timestamp` in milliseconds."""

    event: Text = None
    webhook_event: Text = None
    event_type: Text = None
    timestamp: Number = None
    user_account_id: Text = None
    user_key: Text = None
    page: Thing | None = None
    blog: Thing | None = None
    blogpost: Thing | None = None
    comment: Thing | None = None
    attachment: Thing | None = None


KEYS = Decoder(dict[str, Any])
HOOK = Decoder(Hook)
CONTENT = Decoder(Content)
ADF = Decoder(Node)
