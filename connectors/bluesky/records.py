"""Records: posts, likes, reposts, follows, blocks, profiles; and what becomes of accounts."""

from __future__ import annotations

from commonline.connectors.bluesky import content, places
from commonline.connectors.bluesky.payload import EDGE, POST, PROFILE, REASON, RELATION, Author, Frame, Post, Reply
from commonline.connectors.bluesky.places import Made
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, tidy
from commonline.schemas.records import ActivityType, Change, Object, Party, Reference, Thread, Visibility

EDGES: dict[str, ActivityType] = {
    "app.bsky.feed.like": "Like",
    "app.bsky.feed.repost": "Announce",
    "app.bsky.graph.follow": "Follow",
    "app.bsky.graph.block": "Block",
}


def _draft(made: Made, kind: ActivityType, obj: Object, thread: str, actor: Party | None, event: str) -> Draft:
    visibility: Visibility = "internal" if kind == "Block" or made.collection.endswith(".block") else "public"
    return Draft(
        event=event,
        type=kind,
        object=obj,
        thread=Thread(id=thread),
        channel="post",
        visibility=visibility,
        actor=actor,
        published=made.at,
    )


def posted(entry: Entry) -> list[Draft]:
    """A post, changed or removed."""
    made: Made = entry.body
    actor = places.person(made.ours, made.author, "author")
    if made.operation == "delete":
        gone = Object(id=made.uri, type="Note")
        return [_draft(made, "Delete", gone, made.uri, actor, entry.event)]
    told = POST.decode(made.record)
    text = content.text_of(told)
    attachments, quoted = content.embedded(told.embed)
    created = times.parse(told.created_at)
    obj = Object(
        id=made.uri,
        type="Note",
        url=places.page(made.uri),
        text=text.text,
        language=one_line(told.langs[0]) if told.langs else None,
        created=created if created is not None and created <= (made.at or created) else made.at,
        spans=text.spans,
        attachments=attachments,
    )
    parent, root = _answers(told)
    new = _draft(made, "Create", obj, root or parent or made.uri, actor, entry.event)
    if made.operation == "update":
        new.type, new.revision, obj.version = "Update", made.cid or "", made.cid
    new.channel = "comment" if parent else "post"
    new.references = [Reference(kind="reply", id=parent, author=places.did_of(parent))] if parent else []
    if quoted is not None:
        new.references.append(Reference(kind="quote", id=quoted, author=places.did_of(quoted)))
    new.participants = _named(made, [places.did_of(parent), places.did_of(quoted)], obj)
    new.our_account = made.ours if _concerns(made, new) else None
    new.tags = content.tags(told, text)
    new.metrics = _metrics(made)
    return [new]


def _answers(told: Post) -> tuple[str | None, str | None]:
    """The post above, and the root of the thread."""
    reply = told.reply or Reply()
    parent, root = (
        ref.uri if ref is not None and places.parts(ref.uri) else None for ref in (reply.parent, reply.root)
    )
    return parent, root


def _named(made: Made, others: list[str | None], obj: Object) -> list[Party]:
    """Whom it answers or quotes, and whom its text names."""
    found: dict[str, Party] = {}
    for did in others:
        if did is not None and did != made.author.did:
            party = places.person(made.ours, Author(did=did), "to")
            if party is not None:
                found.setdefault(did, party)
    for span in obj.spans:
        did = span.value if span.kind == "mention" else None
        if did is not None and did != made.author.did and did not in found:
            party = places.person(made.ours, Author(did=did), "mentioned")
            found |= {did: party} if party is not None else {}
    return list(found.values())


def _concerns(made: Made, new: Draft) -> bool:
    return made.ours is not None and (
        made.author.did == made.ours or any(party.account == made.ours for party in new.participants)
    )


def _metrics(made: Made) -> dict[str, float]:
    view = made.view
    if view is None:
        return {}
    told = {"replies": view.replies, "shares": view.reposts, "likes": view.likes, "quotes": view.quotes}
    told["actor_followers"] = made.author.followers
    return {name: float(value) for name, value in told.items() if value is not None}


def related(entry: Entry) -> list[Draft]:
    """A like, repost, follow or block; that it is taken back tells only its own address."""
    made: Made = entry.body
    actor = places.person(made.ours, made.author, "author")
    kind = EDGES[made.collection]
    if made.operation == "delete":
        undone = _draft(made, "Undo", Object(id=made.uri, type="Other"), made.uri, actor, entry.event)
        undone.undoes, undone.edge = kind, made.uri
        return [undone]
    if kind in ("Follow", "Block"):
        target = RELATION.decode(made.record).subject
        if not places.is_did(target):
            raise MalformedPayloadError("is no DID", "commit.record.subject")
        obj, owner = Object(id=target, type="Profile", url=f"https://bsky.app/profile/{target}"), target
    else:
        subject = EDGE.decode(made.record).subject.uri
        found = places.parts(subject)
        if found is None:
            raise MalformedPayloadError("is no record's address", "commit.record.subject.uri")
        obj, owner = Object(id=subject, type="Note", url=places.page(subject)), found[0]
    author = places.person(made.ours, Author(did=owner), "subject" if kind in ("Follow", "Block") else "owner")
    new = _draft(made, kind, obj, obj.id, actor, entry.event)
    new.edge = made.uri
    if kind in ("Like", "Announce"):
        obj.author = author
    new.participants = [author] if author is not None else []
    new.our_account = made.ours if _concerns(made, new) else None
    return [new]


def reposted(entry: Entry) -> list[Draft]:
    """A post that stands in a feed because somebody reposted it."""
    made, raw = entry.body
    reason = REASON.decode(raw)
    if reason.by is None:
        raise MalformedPayloadError("nobody reposted it", "reason.by")
    (new,) = posted(Entry(entry.index, entry.event, made, entry.path, entry.delivery, entry.settings))
    author = new.actor
    by = places.person(made.ours, reason.by, "author")
    new.type, new.object.author, new.actor = "Announce", author, by
    who = by.account if by is not None else "nobody"
    new.edge = reason.uri if places.parts(reason.uri) else f"{made.uri}#repost-by-{who}"
    new.published = times.parse(reason.indexed_at)
    owner = places.person(made.ours, made.author, "owner")
    new.references, new.participants = [], [owner] if owner is not None else []
    new.our_account = made.ours if made.ours is not None and made.ours in (made.author.did, reason.by.did) else None
    return [new]


def profile(entry: Entry) -> list[Draft]:
    """Somebody describes themselves anew."""
    made: Made = entry.body
    actor = places.person(made.ours, made.author, "author")
    obj = Object(id=made.author.did, type="Profile", url=places.page(made.uri))
    new = _draft(made, "Update", obj, made.author.did, actor, entry.event)
    new.revision = made.cid or str(made.at or "")
    if made.operation == "delete":
        new.changes = [Change(field="x.profile", after=None)]
        return [new]
    told = PROFILE.decode(made.record)
    obj.title = one_line(told.name)
    obj.text = tidy(told.description, []).text if told.description is not None else None
    obj.version = made.cid
    if actor is not None:
        actor.name = obj.title
    return [new]


def identity(entry: Entry) -> list[Draft] | Ignored:
    """Somebody has another handle."""
    frame, ours = entry.body
    told = frame.identity
    if told is None or told.handle is None:
        return Ignored("no-content")
    handle = one_line(told.handle)
    return [_hosted(entry, frame, ours, Change(field="x.handle", after=handle), handle)]


def account(entry: Entry) -> list[Draft] | Ignored:
    """Somebody's account is closed, suspended or back."""
    frame, ours = entry.body
    told = frame.account
    if told is None:
        return Ignored("no-content")
    status = one_line(told.status) or ("active" if told.active else "inactive")
    new = _hosted(entry, frame, ours, Change(field="status", after=status), None)
    if told.status == "deleted" and not told.active:
        new.type, new.changes = "Delete", []
    return [new]


def _hosted(entry: Entry, frame: Frame, ours: str | None, change: Change, handle: str | None) -> Draft:
    if not places.is_did(frame.did):
        raise MalformedPayloadError("is no DID", "did")
    at = times.from_number(frame.time_us)
    actor = places.person(ours, Author(did=frame.did, handle=handle), "author")
    seq = frame.identity.seq if frame.identity is not None else frame.account.seq if frame.account is not None else None
    return Draft(
        event=entry.event,
        type="Update",
        object=Object(id=frame.did, type="Profile", title=handle, url=f"https://bsky.app/profile/{frame.did}"),
        thread=Thread(id=frame.did),
        channel="post",
        visibility="public",
        revision=str(seq if seq is not None else frame.time_us),
        actor=actor,
        published=at,
        automated=True,
        changes=[change],
    )
