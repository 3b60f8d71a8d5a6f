"""The envelope around changes and Messenger events: pages, times, and the same once more for bodies with a fault."""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct

from commonline.connectors.facebook.messenger_payload import Messaging
from commonline.connectors.facebook.payload import Id, Time, Value


class Change(Struct, gc=False):
    """One change; the page's own profile fields come without a value."""

    field: str
    value: Value | None = None


class PageEntry(Struct, gc=False):
    """Updates of one page."""

    id: Id
    time: Time = None
    changes: list[Change] | None = None
    messaging: list[Messaging] | None = None
    standby: list[Messaging] | None = None
    changed_fields: list[Any] | None = None


class Body(Struct, gc=False):
    """The whole body: up to 1,000 updates of several pages."""

    object: str
    entry: list[PageEntry]


class LooseBody(Struct, gc=False):
    """A body in which something does not fit: every part is opened by itself."""

    object: str
    entry: list[Raw]


class LooseEntry(Struct, gc=False):
    """One page's part of such a body."""

    id: Id
    time: Time = None
    changes: list[Raw] | None = None
    messaging: list[Raw] | None = None
    standby: list[Raw] | None = None
    changed_fields: list[Any] | None = None


class LooseName(Struct, gc=False):
    """What tells one kind of change from another."""

    item: str | None = None
    verb: str | None = None


class LooseChange(Struct, gc=False):
    """A change that does not fit, as far as it can be named."""

    field: str
    value: LooseName | None = None


class LooseField(Struct, gc=False):
    """A change of which only the field can be read."""

    field: str
