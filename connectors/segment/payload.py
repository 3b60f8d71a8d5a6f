"""A call of the Segment specification, as far as it is mapped.

https://segment.com/docs/connections/spec/common/
What browsers tell about themselves (addresses, devices, advertising ids) is not decoded.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

Id = str | int | None
Values = dict[str, Any]


class Page(Struct, gc=False, frozen=True):
    """Where somebody was."""

    url: str | None = None
    title: str | None = None


class Library(Struct, gc=False, frozen=True):
    """The program that sent the call."""

    name: str | None = None


class Context(Struct, gc=False, frozen=True):
    """What stood around the call."""

    group_id: Id = field(name="groupId", default=None)
    locale: str | None = None
    page: Page = Page()
    library: Library | str = Library()
    traits: Values = {}


class Merged(Struct, gc=False):
    """One of the two that are the same (RudderStack)."""

    type: str
    value: str | int


class Call(Struct, gc=False):
    """One call. Old ones say `action` for `type` and write `user_id`."""

    type: str | None = None
    action: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    message_id: Id = field(name="messageId", default=None)
    user_id: Id = field(name="userId", default=None)
    old_user_id: Id = field(name="user_id", default=None)
    anonymous_id: Id = field(name="anonymousId", default=None)
    previous_id: Id = field(name="previousId", default=None)
    group_id: Id = field(name="groupId", default=None)
    properties: Values | None = None
    traits: Values | None = None
    context: Context | None = None
    merges: list[Merged] = field(name="mergeProperties", default_factory=list)
    timestamp: str | int | None = None
    original: str | int | None = field(name="originalTimestamp", default=None)
    sent: str | int | None = field(name="sentAt", default=None)
    received: str | int | None = field(name="receivedAt", default=None)


class Batch(Struct, gc=False):
    """Several calls, as client libraries send them."""

    batch: list[Raw]
    sent: str | int | None = field(name="sentAt", default=None)
    context: Context | None = None


CALL = Decoder(Call)
BATCH = Decoder(Batch)
LIST = Decoder(list[Raw])
KEYS = Decoder(dict[str, Raw])
