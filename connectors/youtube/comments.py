"""Comments and videos to drafts. The thread of a comment is the one it answers, or itself; the video is its parent."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct, structs

from commonline.connectors.youtube.payload import COMMENT, Snippet
from commonline.errors import MalformedPayloadError
from commonline.kit import syndication, times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import Text, link_spans, one_line, render_html, tidy
from commonline.schemas import records
from commonline.schemas.records import Change, Container, Object, Party, Reference, Role, Visibility

CONNECTOR = "youtube"
SITE = "https://www.youtube.com"
MARKS = ("<br", "<a ", "<b>", "<i>", "<s>", "&amp;", "&lt;", "&gt;", "&quot;", "&#39;")
HELD = frozenset({"heldForReview", "likelySpam", "rejected"})
SLACK_US = 10 * 60 * times.SECOND
"""A video's `updated` runs ahead of `published` by minutes without anybody having changed it."""


class Part(Struct, frozen=True):
    """A comment, of which video and channel, and the channels that are ours."""

    raw: Raw
    ours: frozenset[str]
    video: str | None = None
    channel: str | None = None


def channel_uri(channel: str) -> str:
    """Somebody: on YouTube everybody is a channel."""
    return native(CONNECTOR, "channel", channel)


def _party(ours: frozenset[str], channel: str | None, name: str | None, role: Role) -> Party | None:
    shown = one_line(name)
    if channel is None and shown is None:
        return None
    party = Party(account=channel_uri(channel) if channel else None, kind="person", role=role)
    party.name, party.handle = shown, shown.removeprefix("@") if shown and shown.startswith("@") else None
    if channel in ours:
        party.side, party.kind = "us", "organisation"
    return party


def written(entry: Entry) -> list[Draft]:
    """A comment; and that it was changed since."""
    part: Part = entry.body
    told = COMMENT.decode(part.raw)
    if not told.id:
        raise MalformedPayloadError("the id is empty", "id")
    snippet = told.snippet
    video, channel = part.video or snippet.video, part.channel or snippet.channel
    # An answer's id is that of the comment, a dot, and its own.
    parent = snippet.parent or (told.id.partition(".")[0] if "." in told.id else None)
    text = _text(snippet)
    at, changed = times.parse(snippet.published), times.parse(snippet.updated)
    uri = native(CONNECTOR, "comment", told.id)
    obj = Object(
        id=uri,
        type="Note",
        url=f"{SITE}/watch?v={video}&lc={told.id}" if video and _plain(video) and _plain(told.id) else None,
        text=text.text if text is not None else None,
        created=at,
        spans=text.spans if text is not None else [],
    )
    writer = snippet.author_channel.value if snippet.author_channel is not None else None
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=records.Thread(id=native(CONNECTOR, "comment", parent) if parent else uri, container=_place(channel)),
        channel="comment",
        visibility=_visibility(snippet),
        actor=_party(part.ours, writer or None, snippet.author, "author"),
        our_account=channel_uri(channel) if channel in part.ours and channel else None,
        published=at,
        metrics={} if snippet.likes is None else {"likes": float(snippet.likes)},
    )
    new.references = [Reference(kind="reply", id=native(CONNECTOR, "comment", parent))] if parent else []
    if video:
        new.references.append(Reference(kind="parent", id=native(CONNECTOR, "video", video)))
    return [new, _changed(new, changed)] if at is not None and changed is not None and changed > at else [new]


def _changed(new: Draft, at: int) -> Draft:
    obj = structs.replace(new.object, version=str(at))
    changes = [Change(field="body", after=new.object.text)]
    return structs.replace(new, type="Update", object=obj, revision=str(at), published=at, changes=changes)


def _plain(text: str) -> bool:
    return text.replace("-", "").replace("_", "").replace(".", "").isalnum() and text.isascii()


def _place(channel: str | None) -> Container | None:
    return Container(id=channel_uri(channel), kind="channel") if channel else None


def _text(snippet: Snippet) -> Text | None:
    """What was typed, which is told to its author alone; else what is shown: HTML, or plain where it was asked for."""
    if snippet.original is None and snippet.text is not None and any(mark in snippet.text for mark in MARKS):
        return render_html(snippet.text)
    raw = snippet.original if snippet.original is not None else snippet.text
    if raw is None:
        return None
    plain = tidy(raw, [])
    return Text(plain.text, link_spans(plain.text))


def _visibility(snippet: Snippet) -> Visibility:
    if snippet.moderation is UNSET or snippet.moderation == "published":
        return "public"
    return "internal" if snippet.moderation in HELD else "restricted"


def video(entry: Entry) -> list[Draft]:
    """A video that was published; and that its title was changed since."""
    one: syndication.Entry
    one, ours = entry.body
    native_id = one.extra.get("yt_videoid") or (one.id or "").rpartition(":")[2]
    if not native_id:
        raise MalformedPayloadError("the video's id is missing", "yt:videoId")
    channel = one.extra.get("yt_channelid")
    author = one.authors[0] if one.authors else syndication.Author()
    uri = native(CONNECTOR, "video", native_id)
    title = one_line(one.title.value) if one.title is not None else None
    obj = Object(id=uri, type="Video", title=title, created=one.published)
    obj.url = f"{SITE}/watch?v={native_id}" if _plain(native_id) else None
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=records.Thread(id=uri, title=title, container=_place(channel)),
        channel="post",
        visibility="public",
        actor=_party(ours, channel, author.name, "author"),
        our_account=channel_uri(channel) if channel and channel in ours else None,
        published=one.published,
    )
    later = one.published is not None and one.updated is not None and one.updated > one.published + SLACK_US
    if not later or one.updated is None:
        return [new]
    changed = _changed(new, one.updated)
    changed.changes = [Change(field="title", after=title)]
    return [new, changed]


def removed(entry: Entry) -> list[Draft]:
    """A video that is gone, or no longer public."""
    told: tuple[str, int | None, frozenset[str]] = entry.body
    ref, when, _ = told
    uri = native(CONNECTOR, "video", ref.rpartition(":")[2])
    gone = Object(id=uri, type="Video")
    return [
        Draft(
            event=entry.event,
            type="Delete",
            object=gone,
            thread=records.Thread(id=uri),
            channel="post",
            visibility="public",
            published=when,
        )
    ]
