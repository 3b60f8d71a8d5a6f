"""Likes, follows, blocks, deletions and direct messages."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Raw, Struct

from commonline.connectors.x import content, first_api, payload, people, posts, second_api, second_payload
from commonline.connectors.x.payload import User1
from commonline.connectors.x.people import CONNECTOR, Side, status_uri, user_uri
from commonline.connectors.x.second_payload import User2
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import Text
from commonline.schemas.records import Attachment, Object, Party, Thread

FOLLOWS = {"follow": "Follow", "unfollow": "Undo", "follow.follow": "Follow", "follow.unfollow": "Undo"}


class Part(Struct, frozen=True):
    """A part of a body: its bytes, whose it is, who is told beside it, and when."""

    raw: Raw
    side: Side
    users: Mapping[str, User1] = {}
    beside: second_api.Beside | None = None
    at: int | None = None


def posted(entry: Entry) -> list[Draft]:
    """A post of either API."""
    part: Part = entry.body
    if part.beside is None:
        return posts.drafts(part.side, first_api.post(part.side, payload.TWEET1.decode(part.raw)), entry.event)
    told = second_api.post(part.side, second_payload.TWEET2.decode(part.raw), part.beside)
    return posts.drafts(part.side, told, entry.event)


def liked(entry: Entry) -> list[Draft]:
    """A like. The edge is who and what: the like's own id is not told by every way."""
    part: Part = entry.body
    told = payload.FAVORITE.decode(part.raw)
    new = posts.written(part.side, first_api.post(part.side, told.favorited_status), entry.event)
    actor = people.party(part.side, told.user, "author")
    if actor is None or actor.account is None:
        raise MalformedPayloadError("nobody likes it", "user.id_str")
    author = new.actor
    new.type, new.edge = "Like", native(CONNECTOR, "like", *_tail(new.object.id), *_tail(actor.account))
    new.object.author, new.actor = author, actor
    new.references, new.metrics, new.generator = [], {}, None
    new.participants = [] if author is None else [_owner(author)]
    new.published = times.parse(told.timestamp_ms) or times.parse(told.created_at)
    new.revision = str(new.published or "")
    new.visibility = people.visibility(told.user, told.favorited_status.user)
    return [new]


def _tail(uri: str) -> list[str]:
    return [uri.rpartition("/")[2]]


def _owner(author: Party) -> Party:
    return Party(account=author.account, kind="person", side=author.side, role="owner", name=author.name)


def followed(entry: Entry) -> list[Draft] | Ignored:
    """A follow, or its end."""
    part: Part = entry.body
    if entry.event == "follow_events":
        told = payload.RELATION.decode(part.raw)
        kind, at = told.type, times.parse(told.created_timestamp)
        return _relation(entry, FOLLOWS.get(kind, ""), told.source, told.target, at)
    pair = second_payload.PAIR.decode(part.raw)
    return _relation(entry, FOLLOWS[entry.event], pair.source, pair.target, part.at)


def blocked(entry: Entry) -> list[Draft] | Ignored:
    """A block, or its end. Nobody but us is to know."""
    told = payload.RELATION.decode(entry.body.raw)
    kind = {"block": "Block", "unblock": "Undo"}.get(told.type, "")
    return _relation(entry, kind, told.source, told.target, times.parse(told.created_timestamp))


def _relation(
    entry: Entry, kind: str, source: User1 | User2, target: User1 | User2, at: int | None
) -> list[Draft] | Ignored:
    side: Side = entry.body.side
    actor, whom = people.party(side, source, "author"), people.party(side, target, "subject")
    if actor is None or whom is None or actor.account is None or whom.account is None:
        raise MalformedPayloadError("source or target is nobody", "target")
    if kind not in ("Follow", "Block", "Undo"):
        raise MalformedPayloadError("is no relation that is known", "type")
    what = "Block" if entry.event == "block_events" else "Follow"
    edge = native(CONNECTOR, what.lower(), *_tail(whom.account), *_tail(actor.account))
    private = what == "Block"
    new = Draft(
        event=entry.event,
        type="Undo" if kind == "Undo" else "Block" if private else "Follow",
        undoes=None if kind != "Undo" else "Block" if private else "Follow",
        object=Object(id=whom.account, type="Profile", title=whom.name),
        thread=Thread(id=whom.account),
        channel="post",
        visibility="internal" if private else people.visibility(source, target),
        edge=edge,
        revision=str(at or ""),
        actor=actor,
        participants=[whom],
        our_account=side.account,
        published=at,
    )
    return [new]


def deleted(entry: Entry) -> list[Draft]:
    """A post that is gone. Who could see it is not told, so the fact travels nowhere by itself."""
    part: Part = entry.body
    if entry.event == "tweet_delete_events":
        told = payload.DELETED.decode(part.raw)
        post, owner, at = told.status.id, told.status.user_id, times.parse(told.timestamp_ms)
    else:
        gone = second_payload.DROPPED.decode(part.raw)
        post, owner, at = gone.id, gone.author_id, part.at
    uri = status_uri(people.required(post, path="status.id"))
    author = people.party(part.side, None, "author", owner)
    return [
        Draft(
            event=entry.event,
            type="Delete",
            object=Object(id=uri, type="Note", author=author),
            thread=Thread(id=uri),
            channel="post",
            visibility="restricted",
            our_account=part.side.account,
            published=at,
        )
    ]


def direct(entry: Entry) -> list[Draft] | Ignored:
    """A direct message between two, Account Activity API."""
    part: Part = entry.body
    told = payload.DIRECT.decode(part.raw)
    made = told.message_create
    if told.type != "message_create" or made is None:
        return Ignored("interaction")
    sender, recipient = people.text_id(made.sender_id), people.text_id(made.target.recipient_id)
    if sender is None or recipient is None:
        raise MalformedPayloadError("sender or recipient is nobody", "message_create.sender_id")
    said = made.message_data
    media = [said.attachment.media] if said.attachment is not None and said.attachment.media is not None else []
    extra = payload.Entities1(media=media)
    text = content.render(said.text, content.marks1(said.entities, extra)) if said.text is not None else None
    pair = sorted((sender, recipient), key=int)
    new = _message(entry, people.required(told.id, path="id"), "-".join(pair), text)
    new.actor = people.party(part.side, part.users.get(sender), "author", sender)
    to = people.party(part.side, part.users.get(recipient), "to", recipient)
    new.participants = [to] if to is not None else []
    new.published = times.parse(told.created_timestamp) or new.published
    new.object.created = new.published
    new.object.attachments = [content.attached(one) for one in media]
    new.generator = people.text_id(made.source_app_id)
    return [new]


def message(entry: Entry) -> list[Draft]:
    """A direct message, API 2."""
    part: Part = entry.body
    told = second_payload.DM2.decode(part.raw)
    native_id = people.required(told.id, path="id")
    text = content.render(told.text, []) if told.text is not None else None
    new = _message(entry, native_id, str(told.dm_conversation_id or ""), text)
    known = part.beside.users if part.beside is not None else {}
    sender = people.text_id(told.sender_id)
    new.actor = people.party(part.side, known.get(sender or ""), "author", sender)
    others = [one for one in str(told.dm_conversation_id or "").split("-") if one != sender]
    named = [people.party(part.side, known.get(one), "to", one) for one in others]
    new.participants = [one for one in named if one is not None]
    new.published = times.parse(told.created_at) or new.published
    new.object.created = new.published
    keys = (told.attachments.media_keys if told.attachments is not None else None) or []
    new.object.attachments = [Attachment(kind="file", id=key) for key in keys]
    return [new]


def _message(entry: Entry, native_id: str, conversation: str, text: Text | None) -> Draft:
    side: Side = entry.body.side
    uri = native(CONNECTOR, "dm", native_id)
    where = native(CONNECTOR, "conversation", conversation) if conversation else uri
    obj = Object(id=uri, type="Note", text=text.text if text else None, spans=text.spans if text else [])
    return Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=where),
        channel="direct_message",
        visibility="customer",
        our_account=side.account or (user_uri(min(side.own)) if side.own else None),
        direction=None if side.own else "inbound",
        published=people.time_of(native_id),
    )
