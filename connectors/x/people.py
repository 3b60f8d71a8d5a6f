"""Ids, accounts and times of X.

Since November 2010 an id holds the time at which it was made, in milliseconds since an epoch of its own: bodies without
`created_at` are timed by it. https://docs.x.com/fundamentals/x-ids
"""

from __future__ import annotations

from msgspec import UNSET, Struct

from commonline.connectors.x.payload import Id, User1
from commonline.connectors.x.second_payload import User2
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.text import one_line
from commonline.schemas.records import Party, Role, Visibility

CONNECTOR = "x"
EPOCH_MS = 1_288_834_974_657
FIRST_TIMED = 30_000_000_000
"""Smaller ids were counted, not made of the time."""


class Side(Struct, frozen=True):
    """Whose events these are: the account of ours that is subscribed, and the one of the settings."""

    subscribed: str | None
    own: frozenset[str]

    @property
    def account(self) -> str | None:
        """Our account that the event came in by."""
        return user_uri(self.subscribed) if self.subscribed else None


def text_id(value: Id) -> str | None:
    """An id as digits, None where there is none."""
    found = str(value) if value is not None else ""
    return found if found.isascii() and found.isdigit() and len(found) <= 20 else None


def required(*values: Id, path: str) -> str:
    """The first that is an id. Raises `MalformedPayloadError`."""
    for value in values:
        if (found := text_id(value)) is not None:
            return found
    raise MalformedPayloadError("is no id", path)


def user_uri(user: str) -> str:
    """Somebody's account."""
    return native(CONNECTOR, "user", user)


def status_uri(post: str) -> str:
    """A post."""
    return native(CONNECTOR, "status", post)


def time_of(post: str) -> int | None:
    """When an id was made, microseconds."""
    number = int(post)
    return times.from_number(((number >> 22) + EPOCH_MS) / 1000) if number > FIRST_TIMED else None


def party(side: Side, user: User1 | User2 | None, role: Role, fallback: Id = None) -> Party | None:
    """Somebody, with all that is told of them; by their id alone if nothing is."""
    known = text_id(user.id_str) if isinstance(user, User1) else None
    known = known or (text_id(user.id) if user is not None else None) or text_id(fallback)
    if known is None:
        return None
    found = Party(account=user_uri(known), kind="person", role=role)
    if isinstance(user, User1):
        found.name, found.handle = one_line(user.name), one_line(user.screen_name)
    elif user is not None:
        found.name, found.handle = one_line(user.name), one_line(user.username)
    if known in side.own:
        found.side = "us"
    return found


def visibility(*users: User1 | User2 | None) -> Visibility:
    """Posts of protected accounts are for those whom they allow."""
    told = [user.protected for user in users if user is not None and user.protected is not UNSET]
    if None in told:
        return "restricted"
    return "customer" if True in told else "public"
