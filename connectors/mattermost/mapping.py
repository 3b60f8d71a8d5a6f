"""Mattermost deliveries to drafts: frames of the WebSocket, posts of a page, outgoing webhooks.

A frame, a page's post and a webhook tell one post, so they have one id. What a page's post does not say itself, its
channel and its author's name, `source.py` adds as headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from commonline.connectors.mattermost import posts
from commonline.connectors.mattermost.payload import (
    CHANNEL,
    DATA,
    FRAME,
    KEYS,
    POST,
    REACTION,
    USERS,
    Channel,
    Data,
    Frame,
    Outgoing,
    Post,
    User,
)
from commonline.connectors.mattermost.place import container, person, visibility
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import ActivityType, Delivery, Object, Thread

FORM = "application/x-www-form-urlencoded"
CHANNEL_HEADER, USER_HEADER = "x-mattermost-channel", "x-mattermost-user"
OUTGOING, SYSTEM, OTHER, COMMAND = "outgoing_webhook", "posted.system", "object", "slash_command"
POSTS = frozenset(posts.VERBS)


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a frame, page item or webhook. Raises `msgspec.DecodeError` for what is none."""
    body = delivery.body or b""
    if delivery.content_type.startswith(FORM):
        body = _form(body)
    keys = KEYS.decode(body)
    if "event" in keys:
        frame = FRAME.decode(body)
        data = DATA.decode(frame.data) if frame.event in EVENTS else Data()
        post = _post(data) if frame.event in POSTS else None
        name = SYSTEM if post is not None and post.type.startswith("system_") else frame.event
        return [Entry(0, name, (frame, data, post), "data", delivery, settings)]
    if "post_id" in keys and "channel_id" in keys:
        return [Entry(0, OUTGOING, msgspec.json.decode(body, type=Outgoing, strict=False), "", delivery, settings)]
    if {"id", "channel_id", "create_at"} <= keys.keys():
        return [_paged(POST.decode(body), delivery, settings)]
    kind = keys.get("type")
    dialog = kind is not None and bytes(kind) in (b'"dialog_submission"', b'"dialog_lookup"', b'"dialog_cancellation"')
    name = COMMAND if "command" in keys else "dialog" if dialog else OTHER
    return [Entry(0, name, body, "", delivery, settings)]


def _form(body: bytes) -> bytes:
    try:
        return msgspec.json.encode(dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100)))
    except ValueError as error:
        raise MalformedPayloadError(f"the form cannot be read: {error}") from error


def _post(data: Data) -> Post:
    if data.post is None:
        raise MalformedPayloadError("the post is missing", "data.post")
    try:
        return POST.decode(data.post.encode())
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(str(error), "data.post") from error


def _paged(post: Post, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    channel = CHANNEL.decode((delivery.headers.get(CHANNEL_HEADER) or "{}").encode())
    found = USERS.decode((delivery.headers.get(USER_HEADER) or "[]").encode())
    channel.id = post.channel_id
    name = SYSTEM if post.type.startswith("system_") else posts.state(post)
    return Entry(0, name, (channel, found[0] if found else None, post), "", delivery, settings)


def _posted(entry: Entry) -> list[Draft]:
    first, second, post = entry.body
    if isinstance(first, Frame):
        channel = Channel(
            post.channel_id, second.channel_type, second.channel_name, second.channel_display_name, second.team_id
        )
        sender = second.sender_name.removeprefix("@")
        user = User(id=post.user_id, username=sender) if sender else None
    else:
        channel, user = first, second
    return [posts.draft(entry.event, post, channel, user, entry.settings)]


def _outgoing(entry: Entry) -> list[Draft]:
    """The server posts what is said in open channels."""
    told: Outgoing = entry.body
    moment = times.parse(told.timestamp)
    post = Post(told.post_id, told.channel_id, told.user_id, message=told.text)
    post.create_at = moment // 1000 if moment is not None else 0
    post.file_ids = [one for one in told.file_ids.split(",") if one]
    channel = Channel(told.channel_id, "O", told.channel_name, "", told.team_id)
    user = User(id=told.user_id, username=told.user_name)
    return [posts.draft(posts.POSTED, post, channel, user, entry.settings, told.team_domain)]


def _reaction(entry: Entry) -> list[Draft]:
    frame, data, _ = entry.body
    try:
        told = REACTION.decode((data.reaction or "").encode())
    except msgspec.DecodeError as error:
        raise MalformedPayloadError(str(error), "data.reaction") from error
    return [posts.reaction(entry.event, told, Channel(told.channel_id or frame.broadcast.channel_id), entry.settings)]


def _member(entry: Entry) -> list[Draft]:
    """Somebody came to a channel, or went; it is not told whether it is open."""
    frame, data, _ = entry.body
    channel = Channel(frame.broadcast.channel_id or data.channel_id)
    who = person(data.user_id or frame.broadcast.user_id, entry.settings, "subject")
    if not channel.id or who is None:
        raise MalformedPayloadError("channel or user is missing", "data.user_id")
    place = container(channel, entry.settings)
    verb: ActivityType = "Join" if entry.event == "user_added" else "Leave"
    new = Draft(
        event=entry.event,
        type=verb,
        object=Object(id=place.id, type="Group"),
        edge=f"{place.id}/member/{quoted(who.account or '')}",
        thread=Thread(id=place.id, container=place),
        channel="chat",
        visibility=visibility(channel, entry.settings),
        direction="internal",
        actor=person(data.remover_id, entry.settings, "author"),
        participants=[who],
    )
    return [new]


EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(posts.VERBS, _posted),
    OUTGOING: _outgoing,
    "reaction_added": _reaction,
    "reaction_removed": _reaction,
    "user_added": _member,
    "user_removed": _member,
}
