"""Posts of both APIs as one: written, edited, reposted."""

from __future__ import annotations

from msgspec import Struct

from commonline.connectors.x import people
from commonline.connectors.x.payload import User1
from commonline.connectors.x.people import Side, status_uri
from commonline.connectors.x.second_payload import User2
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.text import Text
from commonline.schemas.records import Attachment, Channel, Object, Party, Reference, Thread, Visibility

ADDRESS = "https://x.com/i/web/status/"


class Post(Struct, kw_only=True):
    """A post, whichever API told it. `first` is the id of its first version, `author` an id where no user is told."""

    id: str
    first: str
    user: User1 | User2 | None = None
    author: str | None = None
    told_at: int | None = None
    text: Text | None = None
    attachments: list[Attachment] = []
    mentions: list[Party] = []
    conversation: str | None = None
    answers: str | None = None
    answers_whom: str | None = None
    quotes: str | None = None
    reposts: Post | None = None
    language: str | None = None
    generator: str | None = None
    tags: list[str] = []
    metrics: dict[str, float] = {}
    poll: bool = False


def drafts(side: Side, post: Post, event: str) -> list[Draft]:
    """A post as it is told: a repost, an edit, or written."""
    if post.reposts is not None:
        return [_repost(side, post, post.reposts, event)]
    new = written(side, post, event)
    if post.id != post.first:
        new.type, new.revision, new.object.version = "Update", post.id, post.id
    return [new]


def written(side: Side, post: Post, event: str) -> Draft:
    """The post itself."""
    actor = people.party(side, post.user, "author", post.author)
    uri = status_uri(post.first)
    root = post.conversation or post.answers
    channel: Channel = "comment" if post.answers else "post"
    named = [one for one in post.mentions if actor is None or one.account != actor.account]
    ours = any(one.side == "us" for one in [*named, *([actor] if actor else [])])
    return Draft(
        event=event,
        type="Create",
        object=the_object(post),
        thread=Thread(id=status_uri(root) if root else uri),
        channel=channel,
        visibility=visibility(post),
        actor=actor,
        participants=named,
        our_account=side.account or (_own_account(actor, named) if ours else None),
        references=_references(post),
        generator=post.generator,
        published=post.told_at or people.time_of(post.id),
        tags=post.tags,
        metrics=post.metrics,
    )


def the_object(post: Post) -> Object:
    """What was written."""
    text = post.text
    return Object(
        id=status_uri(post.first),
        type="Question" if post.poll else "Note",
        url=ADDRESS + post.first,
        text=text.text if text is not None else None,
        language=post.language,
        created=post.told_at if post.id == post.first and post.told_at else people.time_of(post.first),
        spans=text.spans if text is not None else [],
        attachments=post.attachments,
    )


def _own_account(actor: Party | None, named: list[Party]) -> str | None:
    return next((one.account for one in [actor, *named] if one is not None and one.side == "us"), None)


def _references(post: Post) -> list[Reference]:
    found: list[Reference] = []
    if post.answers:
        whom = people.user_uri(post.answers_whom) if post.answers_whom else None
        found.append(Reference(kind="reply", id=status_uri(post.answers), author=whom))
    if post.quotes:
        found.append(Reference(kind="quote", id=status_uri(post.quotes)))
    return found


def _repost(side: Side, post: Post, original: Post, event: str) -> Draft:
    """Somebody shows another's post to their followers."""
    new = written(side, original, event)
    author = new.actor
    new.type, new.edge = "Announce", native(people.CONNECTOR, "repost", post.id)
    new.object.author, new.actor = author, people.party(side, post.user, "author", post.author)
    new.references, new.tags = [], []
    new.participants = [] if author is None else [_as_owner(author)]
    new.our_account = side.account or (author.account if author is not None and author.side == "us" else None)
    new.published = post.told_at or people.time_of(post.id)
    new.generator, new.metrics = post.generator, post.metrics
    new.visibility = people.visibility(post.user, original.user)
    return new


def _as_owner(author: Party) -> Party:
    return Party(
        account=author.account, kind=author.kind, side=author.side, role="owner", name=author.name, handle=author.handle
    )


def visibility(post: Post) -> Visibility:
    """As its author's account says."""
    return people.visibility(post.user)
