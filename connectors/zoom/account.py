"""One Zoom account: how it names things and people, and what every activity of it has."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from commonline.connectors.zoom.payload import Event
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import one_line, tidy
from commonline.schemas.records import ActivityType, Channel, Object, Party, Role, Thread, Visibility

CONNECTOR = "zoom"
SHORTEST_NUMBER = 8
"""Digits of a telephone number that is told without a ``+``; what is shorter is an extension."""


class Told:
    """An event that is opened: names within its account, its time, its operator."""

    def __init__(self, entry: Entry) -> None:
        event: Event = entry.body
        if not event.payload.account_id:
            raise MalformedPayloadError("the account is missing", "payload.account_id")
        self.entry, self.event, self.payload = entry, event, event.payload
        stamp = event.event_ts
        self.at = times.parse(stamp)
        self.revision = str(stamp) if stamp is not None else ""

    def uri(self, kind: str, native_id: str | int | None, path: str) -> str:
        """The id of a thing. Raises `MalformedPayloadError` where it has none."""
        if native_id in (None, ""):
            raise MalformedPayloadError("the id is missing", f"payload.object.{path}")
        return native(CONNECTOR, self.payload.account_id, kind, native_id or "")

    def user(self, user_id: str | None, email: str | None, role: Role, name: str | None = None) -> Party | None:
        """A user of this account: one of us. Their address is the one they log in by."""
        address = mailto(email)
        account = native(CONNECTOR, self.payload.account_id, "user", user_id) if user_id else address
        if account is None and not name:
            return None
        claims = claim(address, "verified") if address != account else []
        return Party(account=account, kind="person", side="us", role=role, name=one_line(name), claims=claims)

    def operator(self, role: Role = "author") -> Party | None:
        """Who did it, if Zoom says so."""
        told = self.payload.operator
        email = told if told and "@" in told else None
        return self.user(self.payload.operator_id or None, email, role)

    def draft(self, verb: ActivityType, obj: Object, thread: Thread, channel: Channel, visibility: Visibility) -> Draft:
        """An activity at the time of the event, whose revision it is."""
        new = Draft(
            event=self.entry.event, type=verb, object=obj, thread=thread, channel=channel, visibility=visibility
        )
        new.published = self.at
        if verb != "Create":
            new.revision = self.revision
            if verb in ("Update", "Delete"):
                obj.version = self.revision or None
        return new


def words(text: str | None) -> str | None:
    """A text as it stands."""
    return tidy(text, []).text if text is not None else None


def number(digits: str | None) -> str | None:
    """``tel:`` of a number in E.164, whose ``+`` Zoom leaves out at times; None for extensions."""
    if not digits:
        return None
    bare = digits.strip()
    if bare.isascii() and bare.isdecimal() and len(bare) >= SHORTEST_NUMBER:
        bare = f"+{bare}"
    return tel(bare)


def address(url: str | None) -> str | None:
    """A link without its query, which holds passcodes and tokens."""
    if not url or not url.startswith(("https://", "http://")) or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
