"""Where and who: servers, channels, direct messages with the bot.

Discord does not say who can read a channel. So the source's settings do; what they do not name is restricted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.discord.payload import Channel, Member, User
from commonline.kit.accounts import native
from commonline.kit.text import one_line
from commonline.schemas.records import Container, Party, Role, Thread, Visibility

CONNECTOR = "discord"
DIRECT = frozenset({1, 3})


def message_uri(channel_id: str, message_id: str) -> str:
    """The id of a message."""
    return native(CONNECTOR, channel_id, message_id)


def thread(channel: Channel) -> Thread:
    """The channel; a thread of Discord's is one as well."""
    own = native(CONNECTOR, "channel", channel.id)
    if channel.guild_id is None:
        return Thread(id=own, container=Container(id=own, kind="conversation"))
    server = Container(id=native(CONNECTOR, "guild", channel.guild_id), kind="group")
    return Thread(id=own, title=one_line(channel.name), container=server)


def visibility(channel: Channel, settings: Mapping[str, Any]) -> Visibility:
    """As the settings say; a direct message to the bot is the customer's."""
    if channel.guild_id is None:
        return "customer" if channel.type in DIRECT else "restricted"
    if channel.id in (settings.get("public_channels") or ()):
        return "public"
    if channel.guild_id in (settings.get("community_guilds") or ()):
        return "customer"
    return "internal" if channel.guild_id in (settings.get("internal_guilds") or ()) else "restricted"


def person(user: User, role: Role, settings: Mapping[str, Any], member: Member | None = None) -> Party:
    """Somebody; the bot and people with a role of the staff are ours."""
    party = Party(account=native(CONNECTOR, "user", user.id), kind="application" if user.bot else "person", role=role)
    nick = member.nick if member is not None else None
    party.name, party.handle = one_line(nick or user.global_name or user.username), one_line(user.username)
    roles = member.roles if member is not None else []
    staff = settings.get("staff_roles") or ()
    if user.id == settings.get("bot_id") or any(role_id in staff for role_id in roles):
        party.side = "us"
    return party
