"""Likes, comments, shares and mentions to drafts. Only public posts are told of."""

from __future__ import annotations

import re

from msgspec import Raw, Struct

from commonline.connectors.linkedin.payload import NOTIFICATION, Decorated, Generated, Notification
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import (
    ActivityType,
    Channel,
    Container,
    Object,
    Party,
    PartyKind,
    Reference,
    Role,
    Thread,
)

CONNECTOR = "linkedin"
FEED = "https://www.linkedin.com/feed/update/"
TYPES: dict[str, ActivityType] = {
    "LIKE": "Like",
    "COMMENT": "Create",
    "ADMIN_COMMENT": "Create",
    "SHARE": "Announce",
    "SHARE_MENTION": "Create",
    "COMMENT_EDIT": "Update",
    "COMMENT_DELETE": "Delete",
}
_OWNER = re.compile(r"urn:li:like:\((urn:li:(?:person|organization):[\w-]+),", re.ASCII)
_POST = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+\Z", re.ASCII)


class Part(Struct, frozen=True):
    """A notification, and our organisation's number."""

    raw: Raw
    ours: str | None


def uri_of(urn: str) -> str:
    """A post, comment or like by its URN."""
    return native(CONNECTOR, urn)


def party(urn: str | None, ours: str | None, role: Role) -> Party | None:
    """A person or organisation by URN; LinkedIn tells no names."""
    if not urn:
        return None
    kind: PartyKind = "organisation" if urn.startswith("urn:li:organization:") else "person"
    found = Party(account=native(CONNECTOR, urn), kind=kind, role=role)
    if ours is not None and urn == ours:
        found.side = "us"
    return found


def happened(entry: Entry) -> list[Draft]:
    """Whatever was done."""
    part: Part = entry.body
    told = NOTIFICATION.decode(part.raw)
    page = told.organization or (f"urn:li:organization:{part.ours}" if part.ours else None)
    if not page:
        raise MalformedPayloadError("says not whose page it is", "organizationalEntity")
    if not told.made and not told.source:
        raise MalformedPayloadError("says not what was done to", "generatedActivity")
    made = _made(told)
    kind = "Create" if told.action == "SHARE" and made.text else TYPES[told.action]
    source = uri_of(told.source) if told.source else None
    about = told.source if kind in ("Like", "Announce") else made.entity or told.made or told.source or ""
    obj = Object(id=uri_of(about or told.made or ""), type="Note", url=_url(about))
    shown = told.source_post if kind in ("Like", "Announce") else made
    if shown is not None and shown.text is not None and kind != "Delete":
        found = tidy(shown.text, link_spans(shown.text))
        obj.text, obj.spans = found.text, found.spans
    is_comment = "COMMENT" in told.action
    channel: Channel = "comment" if is_comment else "post"
    at = times.parse(told.changed)
    new = Draft(
        event=entry.event,
        type=kind,
        object=obj,
        thread=Thread(id=source if source and told.action != "SHARE_MENTION" else obj.id, container=_page(page)),
        channel=channel,
        visibility="public",
        actor=_actor(told, made, page),
        our_account=native(CONNECTOR, page),
        published=at,
    )
    if new.actor is not None and new.actor.side == "us":
        new.direction = "outbound"
    _relate(new, told, made, at, page)
    return [new]


def _made(told: Notification) -> Decorated:
    generated = told.generated or Generated()
    return generated.comment or generated.share or generated.like or Decorated()


def _actor(told: Notification, made: Decorated, page: str) -> Party | None:
    if told.action == "ADMIN_COMMENT":
        return party(made.owner or page, page, "author")
    found = _OWNER.match(told.made or "")
    return party(made.owner or (found[1] if found else None), page, "author")


def _relate(new: Draft, told: Notification, made: Decorated, at: int | None, page: str) -> None:
    """What it answers, likes or shows again."""
    source = uri_of(told.source) if told.source else None
    owner = party(told.source_post.owner, page, "owner") if told.source_post is not None else None
    if new.type == "Like":
        new.edge = uri_of(told.made) if told.made else None
        new.object.author = owner
        new.revision = str(at or "")
    elif new.type == "Announce":
        new.edge = uri_of(told.made) if told.made else None
        new.object.author = owner
    elif told.action == "SHARE":
        new.references = [Reference(kind="forward", id=source)] if source else []
    elif told.action == "SHARE_MENTION":
        new.participants = [Party(account=native(CONNECTOR, page), kind="organisation", side="us", role="mentioned")]
    else:
        parent = uri_of(made.parent) if made.parent else source
        new.references = [Reference(kind="reply", id=parent)] if parent else []
        if new.type in ("Update", "Delete"):
            new.revision = str(at or "")
            new.object.version = new.revision if new.type == "Update" else None
    if owner is not None and not new.participants and (new.actor is None or owner.account != new.actor.account):
        new.participants = [owner]


def _page(page: str) -> Container:
    return Container(id=native(CONNECTOR, page), kind="page")


def _url(urn: str | None) -> str | None:
    return FEED + urn if urn and _POST.match(urn) else None
