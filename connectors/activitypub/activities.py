"""Activities to drafts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from commonline.connectors.activitypub import objects, people
from commonline.connectors.activitypub.payload import Thing, iri, listed, required, text, thing, uri, word
from commonline.connectors.activitypub.people import ACTORS, Where
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import html_to_text, one_line
from commonline.schemas.records import (
    ActivityType,
    Change,
    Channel,
    Claim,
    Object,
    ObjectType,
    Party,
    Reference,
    Thread,
    Visibility,
)

EDGES: dict[str, ActivityType] = {
    "Like": "Like",
    "EmojiReact": "Like",
    "Dislike": "Dislike",
    "Announce": "Announce",
    "Follow": "Follow",
    "Accept": "Accept",
    "Reject": "Reject",
    "Block": "Block",
    "Flag": "Flag",
    "Add": "Add",
    "Remove": "Remove",
    "Move": "Move",
    "Join": "Join",
    "Leave": "Leave",
    "Offer": "Offer",
    "Invite": "Invite",
    "Create": "Create",
    "Update": "Update",
    "Delete": "Delete",
    "Undo": "Undo",
}
PRIVATE = frozenset({"Flag", "Block"})
"""Nobody but the staff of both servers is to know."""


class Part(Struct, frozen=True):
    """An activity or object, our actor, and who passed it on."""

    told: Thing
    where: Where


def mapped(entry: Entry) -> list[Draft]:
    """Whatever it is."""
    part: Part = entry.body
    verb = word(part.told.type) or ""
    if entry.event == "object":
        new = _written(entry, part.where, part.told, None)
        if verb == "Tombstone":
            _as_deleted(new, part.told)
        return [new]
    if verb in ("Create", "Update") and thing(part.told.object) is not None:
        return [_posted(entry, part, verb)]
    if verb == "Delete":
        return [_deleted(entry, part)]
    if verb == "Undo":
        return [_undone(entry, part)]
    return [_related(entry, part, verb)]


def _written(entry: Entry, where: Where, told: Thing, activity: Thing | None) -> Draft:
    """The draft of an object, as its activity or it itself addresses it."""
    address = required(told.id or (activity.object if activity is not None else None), "object.id")
    writers = people.authors(where, told)
    actor = writers[0] if writers else people.party(where, activity.actor if activity is not None else None, "author")
    shown = people.visibility(activity or told, told if activity is not None else None)
    parents = objects.references(told)
    names = people.named(where, told, actor.account if actor is not None else None)
    channel: Channel = "comment" if parents else "post"
    if shown == "customer" and names and not objects.tags(told) and not _to_followers(told):
        channel = "direct_message"
    new = Draft(
        event=entry.event,
        type="Create",
        object=objects.the_object(told, address),
        thread=Thread(id=objects.thread_of(told, address)),
        channel=channel,
        visibility=shown,
        actor=actor,
        participants=[*writers[1:], *names],
        references=parents,
        generator=one_line(where.relay),
        published=times.parse(text(told.published)) or (_at(activity) if activity is not None else None),
        tags=objects.tags(told),
    )
    if new.thread.id == address:
        new.thread.title = new.object.title
    if shown == "public" and people.unlisted(activity or told):
        new.fields["visibility"] = "unlisted"
    if told.sensitive is True:
        new.fields["sensitive"] = "true"
    if activity is not None and not people.same_server(address, where.relay or iri(activity.actor)):
        new.fields["unverified"] = "true"
    ours = [one for one in [*([actor] if actor else []), *names] if one.side == "us"]
    new.our_account = ours[0].account if ours else None
    return new


def _to_followers(told: Thing) -> bool:
    return any((iri(one) or "").rstrip("/").endswith("/followers") for one in listed(told.to) + listed(told.cc))


def _at(told: Thing) -> int | None:
    return times.parse(text(told.published))


def _posted(entry: Entry, part: Part, verb: str) -> Draft:
    """Create or Update of an object that stands in the activity."""
    inner = thing(part.told.object)
    if inner is None:
        raise MalformedPayloadError("the object is missing", "object")
    if (word(inner.type) or "") in ACTORS:
        return _profile(entry, part, inner)
    new = _written(entry, part.where, inner, part.told)
    if verb == "Update":
        revision = new.object.version or objects.digest(inner)
        new.type, new.revision, new.object.version = "Update", revision, revision
        new.published = times.parse(text(part.told.updated) or text(inner.updated)) or _at(part.told)
    return new


def _profile(entry: Entry, part: Part, inner: Thing) -> Draft:
    """Somebody describes themselves anew."""
    address = required(inner.id, "object.id")
    new = _draft(entry, part, "Update", Object(id=address, type="Profile"), address)
    who = people.party(part.where, part.told.object, "author")
    obj = objects.the_object(inner, address)
    obj.type, obj.text = "Profile", html_to_text(text(inner.summary) or "") or None
    obj.title, obj.attachments, obj.spans = who.name if who is not None else None, [], []
    new.object, new.actor = obj, who or new.actor
    new.revision = obj.version or objects.digest(inner)
    if (word(part.told.type) or "") == "Create":
        new.type, new.revision = "Create", ""
    return new


def _draft(entry: Entry, part: Part, kind: ActivityType, obj: Object, thread: str) -> Draft:
    """An activity that is about something told elsewhere."""
    told = part.told
    actor = people.party(part.where, told.actor or told.attributed_to, "author")
    shown: Visibility = people.visibility(told)
    new = Draft(
        event=entry.event,
        type=kind,
        object=obj,
        thread=Thread(id=thread),
        channel="post",
        visibility=shown,
        actor=actor,
        generator=one_line(part.where.relay),
        published=_at(told),
    )
    if actor is not None and actor.side == "us":
        new.our_account = actor.account
    return new


def _as_deleted(new: Draft, told: Thing) -> None:
    new.type, new.published = "Delete", times.parse(text(told.deleted))
    new.object = Object(id=new.object.id, type=objects.TYPES.get(word(told.former_type) or "", "Note"))


def _deleted(entry: Entry, part: Part) -> Draft:
    """Something is gone; or somebody with all that they wrote."""
    told = part.told
    address = required(told.object, "object")
    inner = thing(told.object)
    itself = address == people.account(told.actor)
    former = word(inner.former_type) if inner is not None else None
    kind = objects.TYPES.get(former or (word(inner.type) if inner is not None else None) or "", "Note")
    new = _draft(entry, part, "Delete", Object(id=address, type="Profile" if itself else kind), address)
    if inner is not None:
        new.published = times.parse(text(inner.deleted)) or new.published
        new.thread.id = objects.thread_of(inner, address)
    return new


def _undone(entry: Entry, part: Part) -> Draft:
    """A like, boost, follow or the like is taken back; by address alone it is not told what it was."""
    told = part.told
    inner = thing(told.object)
    edge = uri(iri(told.object))
    verb = (word(inner.type) or "") if inner is not None else ""
    undoes = EDGES.get(verb, "Other")
    target = uri(iri(inner.object)) if inner is not None else None
    if edge is None:
        if target is None:
            raise MalformedPayloadError("says not what is taken back", "object")
        edge = objects.composed(verb or "Other", people.account(told.actor), target)
    kind: ObjectType = "Profile" if undoes in ("Follow", "Block") else "Note"
    new = _draft(entry, part, "Undo", Object(id=target or edge, type=kind), target or edge)
    new.undoes, new.edge = undoes, edge
    if undoes == "Delete":
        new.edge = None
    new.revision = str(new.published or "")
    if new.visibility == "restricted" and inner is not None:
        new.visibility = people.visibility(inner)
    if verb in PRIVATE:
        new.visibility = "restricted"
    return new


def _related(entry: Entry, part: Part, verb: str) -> Draft:
    """One thing to another: like, boost, follow, accept, flag, add, move …"""
    told = part.told
    kind = EDGES[verb]
    address = required(told.object, "object")
    inner = thing(told.object)
    is_actor = kind in ("Follow", "Block", "Move", "Invite", "Join", "Leave") or (
        inner is not None and (word(inner.type) or "") in ACTORS
    )
    about = inner if inner is not None and (word(inner.type) or "") in objects.TYPES else None
    if about is not None:
        new = _written(entry, part.where, about, told)
        author, new.references = new.actor, []
        new.type, new.object.author = kind, author
        new.actor = people.party(part.where, told.actor, "author")
        new.participants = [] if author is None else [_owner(author)]
        new.published = _at(told)
    else:
        target = uri(iri(inner.object)) if inner is not None and kind in ("Accept", "Reject") else None
        what = target or address
        new = _draft(entry, part, kind, Object(id=what, type="Profile" if is_actor or target else "Note"), what)
    if kind not in ("Create", "Update"):
        new.edge = uri(iri(told.id)) or objects.composed(verb, people.account(told.actor), address)
    else:
        new.thin = True
    _details(new, part, verb, address)
    return new


def _owner(author: Party) -> Party:
    return Party(account=author.account, kind=author.kind, side=author.side, role="owner", name=author.name)


def _details(new: Draft, part: Part, verb: str, address: str) -> None:
    """What a verb tells besides actor and object."""
    told, where = part.told, part.where
    if verb in ("Follow", "Block", "Invite", "Offer", "Accept", "Reject"):
        whom = people.party(where, new.object.id, "subject") if new.object.type == "Profile" else None
        new.participants = [whom] if whom is not None else new.participants
    if verb in ("Like", "EmojiReact"):
        new.reaction = one_line(text(told.content))
    if verb == "Flag":
        new.object.text = html_to_text(text(told.content) or "") or None
        new.references = [Reference(kind="related", id=one) for one in _further(told, address)]
        new.channel = "alert"
    if verb in PRIVATE:
        new.visibility = "restricted"
    if verb in ("Add", "Remove") and (target := uri(iri(told.target))) is not None:
        new.references = [Reference(kind="target", id=target)]
    if verb == "Move" and (target := uri(iri(told.target))) is not None:
        new.changes = [Change(field="x.account", before=address, after=target)]
        if new.actor is not None:
            new.actor.claims = [Claim(relation="merged_into", account=target, trust="asserted")]
    parties = [one for one in [new.actor, *new.participants] if one is not None]
    ours = where.ours
    if ours is not None and (any(one.account == ours for one in parties) or new.object.id == ours):
        new.our_account = ours


def _further(told: Thing, address: str) -> list[str]:
    found: list[Any] = [uri(iri(one)) for one in listed(told.object)]
    return [one for one in found if one is not None and one != address]
