"""Posts and what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.mattermost.payload import Channel, Post, Reaction, User
from commonline.connectors.mattermost.place import host, person, thread, uri, visibility
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.markdown import render_markdown
from commonline.kit.text import one_line
from commonline.schemas.records import ActivityType, Attachment, Change, Object, Party, Reference

KINDS = {"image": "image", "video": "video", "audio": "audio"}
POSTED, EDITED, DELETED = "posted", "post_edited", "post_deleted"
VERBS: dict[str, ActivityType] = {POSTED: "Create", EDITED: "Update", DELETED: "Delete"}


def state(post: Post) -> str:
    """The event that a post's state stands for, so that a page and a frame tell one fact."""
    return DELETED if post.delete_at else EDITED if post.edit_at else POSTED


def draft(
    event: str, post: Post, channel: Channel, user: User | None, settings: Mapping[str, Any], team: str = ""
) -> Draft:
    """A post that was written, edited or deleted."""
    verb = VERBS[event]
    obj = Object(id=uri(settings, "post", post.id), type="Note", created=times.parse(post.create_at))
    author = _author(post, user, settings)
    new = Draft(
        event=event,
        type=verb,
        object=obj,
        thread=thread(post.root_id or post.id, channel, settings),
        channel="chat",
        visibility=visibility(channel, settings),
        direction="internal",
    )
    moment = {POSTED: post.create_at, EDITED: post.edit_at or post.update_at, DELETED: post.delete_at}[event]
    new.published = times.parse(moment)
    if verb == "Delete":
        obj.author, new.revision = author, str(moment)
        return new
    new.actor, new.automated = author, author is not None and author.kind == "application"
    _words(obj, post)
    if team:
        obj.url = f"https://{host(str(settings['server']))}/{quoted(team)}/pl/{quoted(post.id)}"
    if post.root_id:
        new.references = [Reference(kind="reply", id=uri(settings, "post", post.root_id))]
    if post.remote_id:
        new.direction = None
    if verb == "Update":
        new.revision = obj.version = str(moment)
        new.changes = [Change(field="body")]
    elif post.pending_post_id:
        new.client_ref = post.pending_post_id
    return new


def _author(post: Post, user: User | None, settings: Mapping[str, Any]) -> Party | None:
    party = person(post.user_id, settings, "author", user)
    props = post.props
    if party is not None and props is not None and (props.from_webhook == "true" or props.from_bot == "true"):
        party.kind = "application"
        if isinstance(props.override_username, str):
            party.name = one_line(props.override_username) or party.name
    if party is not None and post.remote_id:
        party.side = "partner"
    return party


def _words(obj: Object, post: Post) -> None:
    """The text, or the cards of an integration that writes none."""
    parts = [post.message]
    for card in (post.props.attachments if post.props else None) or ():
        words = "\n".join(part for part in (card.pretext, card.title, card.text) if part)
        parts.append(words or card.fallback or "")
    found = render_markdown("\n\n".join(part for part in parts if part))
    obj.text, obj.spans, obj.markup = found.text or None, found.spans, "text/markdown"
    files = (post.metadata.files if post.metadata else None) or []
    obj.attachments = [
        Attachment(
            kind=KINDS.get((file.mime_type or "").partition("/")[0], "file"),  # type: ignore[arg-type]
            id=file.id,
            name=one_line(file.name),
            media_type=file.mime_type,
            size=file.size,
        )
        for file in files
    ] or [Attachment(kind="file", id=file_id) for file_id in post.file_ids or ()]


def reaction(event: str, told: Reaction, channel: Channel, settings: Mapping[str, Any]) -> Draft:
    """An emoji set or taken back."""
    post = uri(settings, "post", told.post_id)
    who = person(told.user_id, settings, "author")
    undone = event == "reaction_removed"
    return Draft(
        event=event,
        type="Undo" if undone else "Like",
        undoes="Like" if undone else None,
        object=Object(id=post, type="Note"),
        edge=f"{post}/like/{quoted(told.user_id)}/{quoted(told.emoji_name)}",
        revision=str(told.create_at),
        thread=thread(told.post_id, channel, settings),
        channel="chat",
        visibility=visibility(channel, settings),
        direction="internal",
        actor=who,
        reaction=told.emoji_name,
        published=times.parse(told.create_at) if not undone else None,
    )
