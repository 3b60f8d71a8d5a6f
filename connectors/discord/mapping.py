"""Discord deliveries to drafts: frames of the gateway, messages of a page, webhook events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from commonline.connectors.discord import messages
from commonline.connectors.discord.payload import CHANNEL, FRAME, JOINED, KEYS, LEFT, MESSAGE, POSTED, User
from commonline.connectors.discord.place import CONNECTOR, person
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native, quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Container, Delivery, Object, Party, Thread, Visibility

CHANNEL_HEADER = "x-discord-channel"
PING, INTERACTION, OTHER = "PING", "INTERACTION", "object"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a body. Raises `msgspec.DecodeError` for what is none."""
    body = delivery.body or b""
    keys = KEYS.decode(body)
    if "op" in keys:
        frame = FRAME.decode(body)
        return [Entry(0, frame.t or f"op:{frame.op}", (frame.d, None), "d", delivery, settings)]
    if {"id", "channel_id", "timestamp"} <= keys.keys():
        one = MESSAGE.decode(body)
        channel = CHANNEL.decode((delivery.headers.get(CHANNEL_HEADER) or "{}").encode())
        channel.id = one.channel_id
        name = "MESSAGE_UPDATE" if one.edited_timestamp else "MESSAGE_CREATE"
        return [Entry(0, name, (body, channel), "", delivery, settings)]
    if "type" not in keys or "application_id" not in keys:
        return [Entry(0, OTHER, body, "", delivery, settings)]
    told = POSTED.decode(body)
    if told.event is not None:
        return [Entry(0, told.event.type, (told.event.data, None), "event.data", delivery, settings)]
    return [Entry(0, PING if told.version is not None else INTERACTION, body, "", delivery, settings)]


def _member(verb: Literal["Join", "Leave"]) -> EventMapping:
    """Somebody joined a server, or left it."""

    def event(entry: Entry) -> list[Draft]:
        raw, _ = entry.body
        if verb == "Join":
            joined = JOINED.decode(raw)
            guild, user, moment = joined.guild_id, joined.user, times.parse(joined.joined_at)
        else:
            left = LEFT.decode(raw)
            guild, user, moment = left.guild_id, left.user, None
        if not guild or user is None:
            raise MalformedPayloadError("server or user is missing", "guild_id")
        return [_membership(entry, verb, guild, user, moment)]

    return event


def _membership(entry: Entry, verb: Literal["Join", "Leave"], guild: str, user: User, moment: int | None) -> Draft:
    own = native(CONNECTOR, "guild", guild)
    far: Visibility = "internal" if guild in (entry.settings.get("internal_guilds") or ()) else "restricted"
    if guild in (entry.settings.get("community_guilds") or ()):
        far = "customer"
    who: Party = person(user, "author", entry.settings)
    return Draft(
        event=entry.event,
        type=verb,
        object=Object(id=own, type="Group"),
        edge=f"{own}/member/{quoted(user.id)}",
        revision=str(moment) if moment is not None else "",
        thread=Thread(id=own, container=Container(id=own, kind="group")),
        channel="chat",
        visibility=far,
        actor=who,
        published=moment,
    )


EVENTS: dict[str, EventMapping] = {
    "MESSAGE_CREATE": messages.written,
    "MESSAGE_UPDATE": messages.written,
    "MESSAGE_DELETE": messages.deleted,
    "MESSAGE_DELETE_BULK": messages.deleted,
    "MESSAGE_REACTION_ADD": messages.reacted,
    "MESSAGE_REACTION_REMOVE": messages.reacted,
    "GUILD_MEMBER_ADD": _member("Join"),
    "GUILD_MEMBER_REMOVE": _member("Leave"),
}
