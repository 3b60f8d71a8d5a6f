"""Comments below posts and live videos, and places where the account was mentioned."""

from __future__ import annotations

from msgspec import Raw, Struct

from commonline.connectors.instagram.payload import COMMENT, MENTION, User
from commonline.errors import MalformedPayloadError
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, tidy
from commonline.schemas.records import Container, Object, Party, Reference, Role, Thread

CONNECTOR = "instagram"


class Part(Struct, frozen=True):
    """A change's value, of which account of ours, and when it was told."""

    ours: str
    at: int | None
    raw: Raw


def account(ours: str) -> str:
    """Our account."""
    return native(CONNECTOR, "account", ours)


def person(ours: str, user: User | None, role: Role) -> Party | None:
    """Somebody; ids count by account of ours. Ourselves, when the id is ours."""
    if user is None or (user.id is None and not user.username):
        return None
    party = Party(kind="person", role=role, name=user.username, handle=user.username)
    if user.id is not None:
        own = str(user.id) == ours or user.self_ig_scoped_id is not None
        party.account = account(ours) if own else native(CONNECTOR, ours, "user", user.id)
        party.side = "us" if own else "customer"
    return party


def container(ours: str) -> Container:
    """The account as a place."""
    return Container(id=account(ours), kind="page")


def written(entry: Entry) -> list[Draft]:
    """A comment, or an answer to one. When it was written is not told: when it was told is near to it."""
    part: Part = entry.body
    told = COMMENT.decode(part.raw)
    uri = native(CONNECTOR, "comment", told.id)
    media = told.media.id if told.media is not None else None
    root = native(CONNECTOR, "media", media) if media is not None else None
    raw = told.text or ""
    found = tidy(raw, link_spans(raw))
    obj = Object(id=uri, type="Note", text=found.text if told.text is not None else None, spans=found.spans)
    actor = person(part.ours, told.from_, "author")
    ours = actor is not None and actor.side == "us"
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=root or uri, container=container(part.ours)),
        channel="comment",
        visibility="public",
        actor=actor,
        our_account=account(part.ours),
        direction="outbound" if ours else "inbound",
        published=part.at,
    )
    if told.parent_id is not None:
        new.references = [Reference(kind="reply", id=native(CONNECTOR, "comment", told.parent_id))]
    elif root is not None:
        new.references = [Reference(kind="parent", id=root)]
    if told.media is not None and told.media.media_product_type:
        new.fields["media"] = tidy(told.media.media_product_type, []).text
    return [new]


def mentioned(entry: Entry) -> list[Draft]:
    """Somebody mentioned the account; the text is to be fetched."""
    part: Part = entry.body
    told = MENTION.decode(part.raw)
    target = told.comment_id if told.comment_id is not None else told.media_id
    if target is None:
        raise MalformedPayloadError("neither a comment nor a post is named", "media_id")
    kind = "comment" if told.comment_id is not None else "media"
    uri = native(CONNECTOR, kind, target)
    root = native(CONNECTOR, "media", told.media_id) if told.media_id is not None else uri
    return [
        Draft(
            event=entry.event,
            type="Create",
            object=Object(id=uri, type="Note"),
            thread=Thread(id=root),
            channel="comment" if kind == "comment" else "post",
            visibility="public",
            thin=True,
            our_account=account(part.ours),
            direction="inbound",
            published=part.at,
            participants=[Party(account=account(part.ours), kind="organisation", side="us", role="mentioned")],
        )
    ]
