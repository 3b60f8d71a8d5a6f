"""The workspace that an event came through: who is us, how far a channel's talk may travel, where things lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Raw, Struct

from commonline.connectors.slack.mrkdwn import channel_uri
from commonline.connectors.slack.payload import Envelope, Message
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.mapping import Entry
from commonline.schemas.records import Claim, Container, Direction, Party, Role, Side, Thread, Visibility

_KINDS: dict[str, str] = {"channel": "channel", "group": "private channel", "mpim": "group", "im": "conversation"}


class Part(Struct, frozen=True):
    """An event with its envelope."""

    envelope: Envelope
    raw: Raw


class Space(Struct, frozen=True):
    """Our side of an event. `team` is the workspace that our app is installed in."""

    team: str
    enterprise: str | None
    app: str | None
    shared: bool
    root: str | None = None
    unknown_channel: Visibility = "restricted"
    public_channels: Sequence[str] = ()
    names: Mapping[str, str] = {}
    region: str | None = None

    @property
    def account(self) -> str:
        """The workspace as the account of ours that it came in by."""
        return f"slack:{self.team}" if self.team.isalnum() and self.team.isascii() else native("slack", self.team)

    def user(self, native_id: str, team: str | None = None) -> str:
        """``slack:T1/U1``: a user's id is unique in their own workspace, or (W…) in their organisation."""
        home = team or self.team
        if native_id[:1] == "W" and self.enterprise and (team is None or not self.shared):
            home = self.enterprise
        if home.isalnum() and native_id.isalnum() and home.isascii() and native_id.isascii():
            return f"slack:{home}/{native_id}"
        return native("slack", home, native_id)

    def side(self, team: str | None) -> Side:
        """Everyone is us, except in channels that are shared with another company."""
        if not self.shared:
            return "us"
        if team is None:
            return "unknown"
        return "us" if team in (self.team, self.enterprise) else "partner"

    def person(self, native_id: str | None, role: Role, team: str | None = None) -> Party | None:
        """A user; None where none is named."""
        if not native_id:
            return None
        return Party(account=self.user(native_id, team), kind="person", side=self.side(team), role=role)

    def visibility(self, channel: str, channel_type: str | None) -> Visibility:
        """Public channels are internal (with another company: partner), all others are restricted.

        Some events do not tell the channel's type. An id that begins with D or G is private; one that begins with C
        may be either, so the source's settings say what to believe.
        """
        if channel_type == "channel" or (not channel_type and channel[:1] == "C"):
            told = channel_type or channel in self.public_channels
            open_to: Visibility = "internal" if told else self.unknown_channel
            return "partner" if self.shared and open_to == "internal" else open_to
        return "restricted"

    def direction(self, author: Side) -> Direction | None:
        """Talk among us is internal; with another company it goes in or out."""
        if not self.shared:
            return "internal"
        return {"us": "outbound", "partner": "inbound"}.get(author)  # type: ignore[return-value]

    def container(self, channel: str, channel_type: str | None = None, name: str | None = None) -> Container:
        """The channel that something is in, by the name that the event or the source's settings tell."""
        shown = name or self.names.get(channel) or None
        return Container(id=channel_uri(channel), name=shown, kind=_KINDS.get(channel_type or "", "channel"))

    def thread(self, channel: str, root: str, channel_type: str | None = None) -> Thread:
        """A thread is its first message; a message without answers is a thread of its own."""
        return Thread(id=message_uri(channel, root), container=self.container(channel, channel_type))

    def channel_thread(self, channel: str, channel_type: str | None = None, name: str | None = None) -> Thread:
        """What is about a channel as a whole."""
        place = self.container(channel, channel_type, name)
        return Thread(id=place.id, title=place.name, container=place)

    def page(self, channel: str, ts: str, thread_ts: str | None = None) -> str | None:
        """The permalink of a message."""
        if not self.root:
            return None
        link = f"{self.root}/archives/{channel}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else link


def home(envelope: Envelope) -> tuple[str | None, str | None]:
    """The workspace and the organisation that our app is installed in, as far as they are told."""
    installed = envelope.authorizations[0] if envelope.authorizations else None
    team = (installed.team_id if installed else None) or envelope.context_team_id or envelope.team_id
    enterprise = (installed.enterprise_id if installed else None) or envelope.enterprise_id
    return team or None, enterprise or None


def space_of(entry: Entry) -> Space:
    """Read our side from the envelope and the source's settings."""
    envelope: Envelope = entry.body.envelope
    settings: Mapping[str, Any] = entry.settings
    team, enterprise = home(envelope)
    return Space(
        team=team or enterprise or "",
        enterprise=enterprise,
        app=envelope.api_app_id or None,
        shared=envelope.is_ext_shared_channel is True,
        root=(settings.get("workspace_url") or "").rstrip("/") or None,
        unknown_channel=settings.get("unknown_channel") or "restricted",
        public_channels=settings.get("public_channels") or (),
        names=settings.get("channels") or {},
        region=settings.get("region"),
    )


def message_uri(channel: str, ts: str) -> str:
    """The URI of a message: channel and time stamp are the same in every workspace that shares the channel."""
    if channel.isalnum() and channel.isascii():
        return f"slack:message/{channel}/{ts}"
    return native("slack", "message", channel, ts)


def stamp(ts: str | None, path: str) -> str:
    """A time stamp that names a message (``1525215129.000001``). Raises `MalformedPayloadError`."""
    seconds, dot, fraction = (ts or "").partition(".")
    if not (dot and seconds.isdecimal() and fraction.isdecimal() and (seconds + fraction).isascii()):
        raise MalformedPayloadError("no time stamp of the form 1525215129.000001", path)
    return f"{seconds}.{fraction}"


def needed(value: str | None, path: str) -> str:
    """An id that must be there. Raises `MalformedPayloadError`."""
    if not value:
        raise MalformedPayloadError("an id is missing or blank", path)
    return value


@lru_cache(maxsize=1024)
def micros(ts: str | None) -> int | None:
    """A time stamp in microseconds, without a float in between."""
    return times.from_text(ts) if ts else None


def home_of(message: Message) -> str | None:
    """The workspace of whoever wrote a message, if it is told."""
    profile = message.user_profile
    return message.user_team or message.team or (profile.team if profile else None) or None


def author_of(space: Space, message: Message, role: Role = "author") -> Party | None:
    """Who wrote a message: a person, or an app under one of its bots' names.

    A bot is its `bot_id`; the user id that it may also have is a second account of it.
    """
    if not message.bot_id and message.subtype != "bot_message":
        found = space.person(message.user, role, home_of(message))
        if found is not None and message.user_profile is not None:
            profile = message.user_profile
            found.name = profile.display_name or profile.real_name or None
        return found
    home = home_of(message)
    profile_name = message.bot_profile.name if message.bot_profile else None
    party = Party(kind="application", side=space.side(home), role=role)
    party.name = message.username or profile_name or None
    if is_own(space, message):
        party.side = "us"
    if message.bot_id:
        party.account = native("slack", home or space.team, "bot", message.bot_id)
        if message.user:
            second = space.user(message.user, home)
            party.claims = [Claim(relation="same_as", account=second, trust="verified")]
    elif message.user:
        party.account = space.user(message.user, home)
    return party


def app_of(message: Message) -> str | None:
    """The app that a message was sent by."""
    return message.app_id or (message.bot_profile.app_id if message.bot_profile else None) or None


def is_own(space: Space, message: Message) -> bool:
    """Whether our own app sent it: an echo of what we said."""
    return space.app is not None and app_of(message) == space.app
