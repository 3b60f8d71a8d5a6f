"""Channels: who comes and goes, and what a channel is called, about, shared with, or closed.

Slack tells most of it twice: as an event (``channel_rename``) and as a line in the channel (message subtype
``channel_name``). Both become the same fact: a revision in whole seconds, and changes that both know.
"""

from __future__ import annotations

from commonline.connectors.slack.messages import Handler
from commonline.connectors.slack.mrkdwn import channel_uri, unescape
from commonline.connectors.slack.payload import CHANNEL, MEMBERSHIP, ChannelEvent, ChannelInfo, MessageEvent
from commonline.connectors.slack.space import Space, micros, needed, space_of
from commonline.kit import text as texts
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import ActivityType, Change, Object, Party, Visibility

CLOSED, OPEN = "archived", "active"


def plain(text: str | None) -> str | None:
    """A name, topic or purpose as plain text on one line; None for none."""
    return " ".join(texts.tidy(unescape(text), []).text.split()) or None if text else None


def seconds(ts: str | None) -> str:
    """Whole seconds of a time stamp: an event and the line in the channel differ behind the point."""
    return (ts or "").partition(".")[0]


def fact(
    entry: Entry,
    space: Space,
    channel: str,
    channel_type: str | None,
    verb: ActivityType,
    *,
    ts: str | None,
    actor: Party | None,
    name: str | None = None,
    changes: list[Change] | None = None,
) -> Draft:
    """Something about a channel as a whole."""
    moment = micros(ts)
    draft = Draft(
        event=entry.event,
        type=verb,
        object=Object(id=channel_uri(channel), type="Group", title=name),
        thread=space.channel_thread(channel, channel_type, name),
        channel="chat",
        visibility=space.visibility(channel, channel_type),
        revision="" if verb == "Create" else seconds(ts),
        actor=actor,
        our_account=space.account,
        direction=space.direction(actor.side) if actor else "internal",
        published=moment,
        changes=changes or [],
    )
    if verb in ("Update", "Delete") and moment is not None:
        draft.object.version = str(moment)
    return draft


def membership(
    entry: Entry, space: Space, channel: str, channel_type: str | None, verb: ActivityType, **who: str | None
) -> list[Draft]:
    """Somebody joined or left. The relation is theirs: it can be made again, so the second is part of its id."""
    user = needed(who["user"], "user")
    actor = space.person(user, "member", who.get("team") or None)
    draft = fact(entry, space, channel, channel_type, verb, ts=who["ts"], actor=actor)
    draft.edge = native("slack", "channel", channel, "member", user)
    inviter = space.person(who.get("inviter"), "other")
    draft.participants = [inviter] if inviter else []
    return [draft]


def member_event(verb: ActivityType) -> EventMapping:
    """``member_joined_channel`` and ``member_left_channel``; the channel's type is a letter here."""

    def read(entry: Entry) -> list[Draft]:
        event = MEMBERSHIP.decode(entry.body.raw)
        channel = needed(event.channel, "channel")
        kind = {"C": "channel", "G": "group"}.get(event.channel_type or "", event.channel_type)
        return membership(
            entry,
            space_of(entry),
            channel,
            kind,
            verb,
            user=event.user,
            team=event.team,
            inviter=event.inviter,
            ts=event.event_ts,
        )

    return read


def member_line(verb: ActivityType) -> Handler:
    """The line in the channel that says so."""

    def handle(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft]:
        return membership(
            entry,
            space,
            channel,
            event.channel_type,
            verb,
            user=event.user,
            team=event.team,
            inviter=event.inviter,
            ts=event.ts,
        )

    return handle


def line(field: str) -> Handler:
    """A line in the channel about its new name, topic, purpose, or that it was archived or opened again."""

    def handle(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft]:
        actor = space.person(event.user, "author", event.team)
        change = _change(field, event)
        name = change.after if field == "title" else None
        draft = fact(
            entry,
            space,
            channel,
            event.channel_type,
            "Update",
            ts=event.ts,
            actor=actor,
            name=name,
            changes=[change],
        )
        if field == "title" and (old := plain(event.old_name)):
            draft.fields = {"old_name": old}
        return [draft]

    return handle


def _change(field: str, event: MessageEvent) -> Change:
    if field == "title":
        return Change(field="title", after=plain(event.name))
    if field == "topic":
        return Change(field="x.topic", after=plain(event.topic))
    if field == "purpose":
        return Change(field="x.purpose", after=plain(event.purpose))
    return Change(field="state", after=field)


def turned(visibility: Visibility) -> Handler:
    """The channel was made private (restricted), or public (internal)."""

    def handle(entry: Entry, space: Space, event: MessageEvent, channel: str) -> list[Draft]:
        actor = space.person(event.user, "author", event.team)
        change = Change(field="visibility", after=visibility)
        draft = fact(entry, space, channel, event.channel_type, "Update", ts=event.ts, actor=actor, changes=[change])
        if visibility == "restricted":
            draft.visibility = visibility
        return [draft]

    return handle


def channel_event(verb: ActivityType, change: Change | None = None, *, kind: str = "channel") -> EventMapping:
    """``channel_*`` (`kind` channel: public) and ``group_*`` (`kind` group: private)."""

    def read(entry: Entry) -> list[Draft]:
        event = CHANNEL.decode(entry.body.raw)
        space = space_of(entry)
        info = event.channel if isinstance(event.channel, ChannelInfo) else ChannelInfo(id=event.channel)
        channel = needed(info.id, "channel.id" if isinstance(event.channel, ChannelInfo) else "channel")
        actor = space.person(event.user or event.actor_id or info.creator, "author")
        name = plain(info.name)
        changes = [Change(field="title", after=name)] if change is None and verb == "Update" else []
        draft = fact(
            entry,
            space,
            channel,
            _type_of(info, kind, channel),
            verb,
            ts=event.event_ts,
            actor=actor,
            name=name,
            changes=[change] if change else changes,
        )
        if verb == "Create":
            draft.published = micros(str(info.created)) if info.created else draft.published
        return [draft]

    return read


def _type_of(info: ChannelInfo, kind: str, channel: str) -> str:
    """Public only where all that is told says so."""
    private = info.is_private or info.is_group or info.is_im or info.is_mpim
    return "channel" if kind == "channel" and not private and channel[:1] == "C" else "group"


def shared(entry: Entry) -> list[Draft]:
    """``channel_shared``, ``channel_unshared``: with which other company a channel is shared from now on."""
    event = CHANNEL.decode(entry.body.raw)
    channel = needed(event.channel if isinstance(event.channel, str) else None, "channel")
    return [_sharing(entry, space_of(entry), event, channel)]


def _sharing(entry: Entry, space: Space, event: ChannelEvent, channel: str) -> Draft:
    change = Change(
        field="x.shared_with", before=event.previously_connected_team_id or None, after=event.connected_team_id or None
    )
    return fact(entry, space, channel, event.channel_type, "Update", ts=event.event_ts, actor=None, changes=[change])


def moved(entry: Entry) -> list[Draft]:
    """``channel_id_changed``: a channel goes on under another id."""
    event = CHANNEL.decode(entry.body.raw)
    old, new = needed(event.old_channel_id, "old_channel_id"), needed(event.new_channel_id, "new_channel_id")
    change = Change(field="x.channel", before=channel_uri(old), after=channel_uri(new))
    space = space_of(entry)
    return [fact(entry, space, new, None, "Update", ts=event.event_ts, actor=None, changes=[change])]
