"""What Zammad sends, as far as it is mapped: a trigger's webhook, and tickets as the API gives them.

https://admin-docs.zammad.org/en/latest/manage/webhook.html
https://docs.zammad.org/en/latest/api/ticket/index.html
A webhook writes people and groups out; the API gives their ids, and with ``expand`` their names beside them.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field
from msgspec.json import Decoder

Id = int | str | None


class Person(Struct, gc=False):
    """A user."""

    id: Id = None
    login: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None


class Named(Struct, gc=False):
    """A group, state or priority."""

    id: Id = None
    name: str | None = None


class File(Struct, gc=False):
    """An attachment; its size is a text of digits."""

    id: Id = None
    filename: str | None = None
    size: int | str | None = None
    preferences: dict[str, Any] | None = None


class Article(Struct, gc=False):
    """What was said or noted. `sender`: Customer, Agent or System."""

    id: Id = None
    ticket_id: Id = None
    type: Named | str | None = None
    sender: Named | str | None = None
    internal: bool | None = None
    subject: str | None = None
    body: str | None = None
    content_type: str | None = None
    from_: str | None = field(default=None, name="from")
    to: str | None = None
    cc: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    origin_by: Person | str | None = None
    origin_by_id: Id = None
    created_by: Person | str | None = None
    created_by_id: Id = None
    attachments: list[File] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class Ticket(Struct, gc=False):
    """A ticket, with its articles if it was polled."""

    id: Id = None
    number: str | int | None = None
    title: str | None = None
    state: Named | str | None = None
    priority: Named | str | None = None
    group: Named | str | None = None
    group_id: Id = None
    customer: Person | str | None = None
    customer_id: Id = None
    owner: Person | str | None = None
    owner_id: Id = None
    article_count: int | None = None
    tags: list[str] | str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    articles: list[Article] | None = None


class Call(Struct, gc=False):
    """A webhook's body."""

    ticket: Ticket | None = None
    article: Article | None = None


CALL = Decoder(Call)
TICKET = Decoder(Ticket)
