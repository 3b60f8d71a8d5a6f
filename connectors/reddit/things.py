"""Posts, comments and messages: written, edited, deleted, removed."""

from __future__ import annotations

import html

from msgspec import UNSET, Raw, Struct, structs

from commonline.connectors.reddit.payload import THING, Thing
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.markdown import render_markdown
from commonline.kit.text import Text, one_line
from commonline.schemas.records import (
    Attachment,
    Change,
    Channel,
    Container,
    Object,
    ObjectType,
    Party,
    Reference,
    Role,
    Thread,
    Visibility,
)

CONNECTOR = "reddit"
SITE = "https://www.reddit.com"
GONE = "[deleted]"
REMOVED = frozenset({"[removed]", "[ Removed by Reddit ]"})
WEB = ("https://", "http://")
PUBLIC = frozenset({"public", "archived", "user", "restricted"})
"""Communities that everybody can read; in restricted ones not everybody can write."""


class Part(Struct, frozen=True):
    """A thing, its kind, and our account's name."""

    raw: Raw
    kind: str
    ours: str | None


def uri_of(fullname: str) -> str:
    """A thing by its full name (``t1_abc``)."""
    return native(CONNECTOR, fullname)


def _fullname(part: Part, told: Thing) -> str:
    found = told.name or (f"{part.kind}_{told.id}" if told.id else None)
    if not found:
        raise MalformedPayloadError("the name is empty", "name")
    return found


def person(part: Part, name: str | None, role: Role) -> Party | None:
    """Somebody by name, which nobody can change; deleted accounts are nobody."""
    shown = one_line(name)
    if shown is None or shown == GONE:
        return None
    party = Party(account=native(CONNECTOR, "user", shown.lower()), kind="person", role=role, name=shown, handle=shown)
    if shown.lower() == part.ours:
        party.side, party.kind = "us", "organisation"
    if shown.startswith("#"):
        party.kind = "group"
    return party


def told(entry: Entry) -> list[Draft]:
    """A thing as it is now: written, and perhaps edited or deleted since."""
    part: Part = entry.body
    thing = THING.decode(part.raw)
    new = _written(entry, part, thing)
    text = thing.body if thing.body is not None else thing.selftext
    if text == GONE or text in REMOVED or thing.removed_by_category:
        return [_gone(new, thing, text)]
    at = times.from_number(thing.edited) if thing.edited and not isinstance(thing.edited, bool) else None
    if at is None:
        return [new]
    version = str(at)
    obj = structs.replace(new.object, version=version)
    changes = [Change(field="body")]
    return [new, structs.replace(new, type="Update", object=obj, revision=version, published=at, changes=changes)]


def _gone(new: Draft, thing: Thing, text: str | None) -> Draft:
    """Deleted by its author, or removed by those who keep the community. When is not told."""
    obj = Object(id=new.object.id, type=new.object.type, url=new.object.url, author=new.actor)
    gone = structs.replace(new, type="Delete", object=obj, actor=None, published=None, participants=[], references=[])
    gone.fields = {"removed": one_line(thing.removed_by_category) or ("deleted" if text == GONE else "removed")}
    return gone


def _written(entry: Entry, part: Part, thing: Thing) -> Draft:
    fullname = _fullname(part, thing)
    uri = uri_of(fullname)
    text = _text(thing)
    at = times.from_number(thing.created_utc) if thing.created_utc is not None else None
    message = part.kind == "t4" and not thing.was_comment
    obj = Object(
        id=uri,
        type=_type(part, thing),
        url=_permalink(thing),
        title=one_line(html.unescape(thing.title)) if thing.title else None,
        text=text.text if text is not None else None,
        markup="text/markdown",
        created=at,
        spans=text.spans if text is not None else [],
        attachments=_attachments(thing),
    )
    root, title = _root(thing, uri)
    channel: Channel = "direct_message" if message else "post" if part.kind == "t3" else "comment"
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=root, title=title, container=None if message else _container(thing)),
        channel=channel,
        visibility="customer" if message else _visibility(thing),
        actor=_author(part, thing),
        published=at,
        tags=[tag] if (tag := one_line(thing.link_flair_text)) else [],
        metrics=_metrics(thing),
    )
    new.references = _references(thing)
    _addressed(new, part, thing)
    return new


def _references(thing: Thing) -> list[Reference]:
    found = [Reference(kind="reply", id=uri_of(thing.parent_id))] if thing.parent_id else []
    if thing.crosspost_parent:
        found.append(Reference(kind="forward", id=uri_of(thing.crosspost_parent)))
    return found


def _addressed(new: Draft, part: Part, thing: Thing) -> None:
    """To whom it is, and whether that is us."""
    to = person(part, thing.dest, "to") if thing.dest else None
    new.participants = [to] if to is not None and (new.actor is None or to.account != new.actor.account) else []
    ours = [one for one in (new.actor, to) if one is not None and one.side == "us"]
    if ours or thing.dest:
        new.our_account = native(CONNECTOR, "user", part.ours) if part.ours else None
        new.direction = None if part.ours else "inbound"


def _author(part: Part, thing: Thing) -> Party | None:
    """Who wrote it; a message without an author comes from those who keep a community."""
    if thing.author is None and part.kind == "t4" and (name := one_line(thing.subreddit)) is not None:
        shown = f"r/{name}"
        return Party(account=native(CONNECTOR, "community", name.lower()), kind="group", role="author", name=shown)
    return person(part, thing.author, "author")


def _type(part: Part, thing: Thing) -> ObjectType:
    return "Question" if thing.poll_data is not None else "Article" if part.kind == "t3" else "Note"


def _text(thing: Thing) -> Text | None:
    raw = thing.body if thing.body is not None else thing.selftext
    if raw is None:
        return None
    # Reddit escapes &, < and > in Markdown unless it is asked for raw text.
    rendered = render_markdown(html.unescape(raw))
    if thing.poll_data is None:
        return rendered
    lines = [f"- {option}" for one in thing.poll_data.options if (option := one_line(one.text))]
    return Text("\n".join([rendered.text, *lines]), rendered.spans)


def _root(thing: Thing, uri: str) -> tuple[str, str | None]:
    """The post of a comment, the first message of a message."""
    if thing.link_id:
        return uri_of(thing.link_id), one_line(html.unescape(thing.link_title)) if thing.link_title else None
    if thing.was_comment and thing.context:
        parts = thing.context.split("/")
        if len(parts) > 4 and parts[3] == "comments":
            return uri_of(f"t3_{parts[4]}"), one_line(thing.link_title)
    if thing.first_message_name:
        return uri_of(thing.first_message_name), one_line(thing.subject)
    return uri, one_line(html.unescape(thing.title or thing.subject or ""))


def _container(thing: Thing) -> Container | None:
    if not thing.subreddit:
        return None
    name = one_line(thing.subreddit)
    native_id = thing.subreddit_id or f"r_{thing.subreddit.lower()}"
    return Container(id=native(CONNECTOR, native_id), name=f"r/{name}" if name else None, kind="group")


def _visibility(thing: Thing) -> Visibility:
    if thing.subreddit_type is UNSET or thing.subreddit_type in PUBLIC:
        return "public"
    return "customer" if thing.subreddit_type in ("private", "employees_only", "gold_only") else "restricted"


def _permalink(thing: Thing) -> str | None:
    path = thing.permalink or thing.context
    return SITE + path.partition("?")[0] if path and path.startswith("/r/") and " " not in path else None


def _attachments(thing: Thing) -> list[Attachment]:
    found = [
        Attachment(kind="image", id=one.id, media_type=one.m if one.m and "/" in one.m else None)
        for one in (thing.media_metadata or {}).values()
        if one.id
    ]
    if thing.is_self is False and thing.url and thing.url.startswith(WEB) and "/gallery/" not in thing.url:
        url = html.unescape(thing.url)
        picture = url.partition("?")[0].lower().endswith((".jpg", ".jpeg", ".png", ".gif", ".webp"))
        found.append(Attachment(kind="image" if picture else "link", url=url))
    return found


def _metrics(thing: Thing) -> dict[str, float]:
    counts = {"score": thing.score, "replies": thing.num_comments, "upvote_ratio": thing.upvote_ratio}
    if thing.poll_data is not None:
        counts |= {f"votes.{n}": one.vote_count for n, one in enumerate(thing.poll_data.options, start=1)}
    return {name: float(value) for name, value in counts.items() if value is not None}
