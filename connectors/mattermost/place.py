"""One Mattermost server: who and where. Everybody on it is one of us, but those of a server that shares a channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from commonline.connectors.mattermost.payload import Channel, User
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.text import one_line
from commonline.schemas.records import Container, Party, Role, Thread, Visibility

CONNECTOR = "mattermost"
OPEN = "O"
KINDS = {"O": "channel", "P": "channel", "D": "conversation", "G": "group"}


@lru_cache(maxsize=64)
def host(server: str) -> str:
    """The server's name, which is in all ids."""
    return urlsplit(server if "://" in server else f"https://{server}").netloc.lower() or server


def uri(settings: Mapping[str, Any], kind: str, native_id: str) -> str:
    """The id of a thing."""
    return native(CONNECTOR, host(str(settings["server"])), kind, native_id)


def visibility(channel: Channel, settings: Mapping[str, Any]) -> Visibility:
    """Open channels are internal; what is private, direct or not known is restricted. Settings name shared ones."""
    if channel.id in (settings.get("partner_channels") or ()):
        return "partner"
    return "internal" if channel.type == OPEN else "restricted"


def container(channel: Channel, settings: Mapping[str, Any]) -> Container:
    """The channel. The name of a direct one is made of ids."""
    name = channel.display_name or channel.name
    direct = channel.type == "D" or "__" in channel.name
    return Container(
        id=uri(settings, "channel", channel.id),
        name=one_line(channel.display_name if direct else name),
        kind=KINDS.get(channel.type, "channel"),
    )


def thread(root: str, channel: Channel, settings: Mapping[str, Any]) -> Thread:
    """The first post of the thread, in its channel."""
    return Thread(id=uri(settings, "post", root), container=container(channel, settings))


def person(user_id: str, settings: Mapping[str, Any], role: Role, user: User | None = None) -> Party | None:
    """An account of the server, with what is known of it."""
    if not user_id:
        return None
    party = Party(account=uri(settings, "user", user_id), kind="person", side="us", role=role)
    if user is not None:
        full = " ".join(part for part in (user.first_name, user.last_name) if part)
        party.name = one_line(full or user.nickname or user.username)
        party.handle = one_line(user.username)
        party.claims = claim(mailto(user.email), "entered")
        if user.is_bot:
            party.kind = "application"
    return party
