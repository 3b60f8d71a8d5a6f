"""Posts and replies: written, hidden, deleted."""

from __future__ import annotations

from msgspec import UNSET, Raw, Struct

from commonline.connectors.threads.payload import GONE, MEDIA, Child, Id, Media, Pointer
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import link_spans, one_line, tidy
from commonline.schemas.records import (
    Attachment,
    AttachmentKind,
    Change,
    Object,
    Party,
    Reference,
    Role,
    Thread,
    Visibility,
)

CONNECTOR = "threads"
SHOWN = frozenset({"NOT_HUSHED", "UNHUSHED"})
HIDDEN = frozenset({"HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"})
KINDS: dict[str, AttachmentKind] = {"IMAGE": "image", "VIDEO": "video", "AUDIO": "audio"}
WEB = ("https://", "http://")


class Part(Struct, frozen=True):
    """A post as told; our user name; and when a notification was sent."""

    raw: Raw
    ours: str
    at: int | None = None


def uri_of(post: Id, path: str = "id") -> str:
    """A post's id. Raises `MalformedPayloadError` where it is empty."""
    if post is None or post == "":
        raise MalformedPayloadError("the id is empty", path)
    return native(CONNECTOR, "media", post)


def account(username: str) -> str:
    """Somebody: of others Threads tells the user name alone, which they can change."""
    return native(CONNECTOR, "user", username.lower())


def person(part: Part, username: str | None, role: Role, *, owned: bool = False) -> Party | None:
    """Somebody by user name. We are known by ours, and by what is told of our own posts only: who owns them."""
    name = one_line(username)
    if name is None:
        return None
    party = Party(account=account(name), kind="person", side="customer", role=role, name=name, handle=name)
    if owned or name.lower() == part.ours:
        party.kind, party.side = "organisation", "us"
    return party


def written(entry: Entry) -> list[Draft]:
    """A post or reply; of one that is hidden also that it is."""
    part: Part = entry.body
    told = MEDIA.decode(part.raw)
    uri = uri_of(told.id)
    owned = told.owner is not None and told.owner.id is not None
    actor = person(part, told.username, "author", owned=owned)
    root, parent = _id(told.root_post), _id(told.replied_to)
    text = tidy(told.text, []) if told.text is not None else None
    obj = Object(
        id=uri,
        type="Question" if told.poll_attachment is not None else "Note",
        url=_web(told.permalink),
        text=_with_options(told, text.text if text else None),
        spans=link_spans(text.text) if text else [],
        attachments=_attachments(told),
    )
    new = Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=root or parent or uri),
        channel="comment" if parent or root else "post",
        visibility=_visibility(told),
        actor=actor,
        our_account=account(part.ours),
        published=times.parse(told.timestamp) or part.at,
        tags=[tag] if (tag := one_line(told.topic_tag)) else [],
    )
    new.references = _references(told, parent)
    if entry.event == "mentions" and (actor is None or actor.side != "us"):
        new.participants = [Party(account=account(part.ours), kind="organisation", side="us", role="mentioned")]
    if told.reposted_post is not None and (original := _id(told.reposted_post)) is not None:
        return [_reposted(new, original)]
    return [new, _hidden(new, told)] if told.hide_status in HIDDEN else [new]


def _reposted(new: Draft, original: str) -> Draft:
    """Somebody shows another's post to their followers."""
    new.edge, new.type = new.object.id, "Announce"
    new.object = Object(id=original, type="Note")
    new.thread = Thread(id=original)
    new.references = []
    return new


def _hidden(new: Draft, told: Media) -> Draft:
    """That a reply was hidden below our post. Lists do not say when."""
    obj = Object(id=new.object.id, type="Note", url=new.object.url, author=new.actor)
    return Draft(
        event=new.event,
        type="Update",
        object=obj,
        thread=new.thread,
        channel=new.channel,
        visibility=new.visibility,
        revision=str(told.hide_status),
        our_account=new.our_account,
        direction="internal",
        changes=[Change(field="visibility", after="customer")],
    )


def deleted(entry: Entry) -> list[Draft]:
    """A post that is gone."""
    part: Part = entry.body
    told = GONE.decode(part.raw)
    uri = uri_of(told.id)
    return [
        Draft(
            event=entry.event,
            type="Delete",
            object=Object(id=uri, type="Note", author=person(part, told.username, "author")),
            thread=Thread(id=uri),
            channel="post",
            visibility="public",
            our_account=account(part.ours),
            published=times.parse(told.deleted_at) or part.at,
        )
    ]


def _visibility(told: Media) -> Visibility:
    if told.hide_status is UNSET or told.hide_status in SHOWN:
        return "public"
    return "customer" if told.hide_status in HIDDEN else "restricted"


def _id(pointer: Pointer | None) -> str | None:
    return uri_of(pointer.id) if pointer is not None and pointer.id else None


def _references(told: Media, parent: str | None) -> list[Reference]:
    found = [Reference(kind="reply", id=parent, author=_author(told.replied_to))] if parent else []
    root = _id(told.root_post)
    if root is not None and root != parent:
        found.append(Reference(kind="parent", id=root, author=_author(told.root_post)))
    if (quoted := _id(told.quoted_post)) is not None:
        found.append(Reference(kind="quote", id=quoted))
    return found


def _author(pointer: Pointer | None) -> str | None:
    name = one_line(pointer.username) if pointer is not None else None
    return account(name) if name else None


def _with_options(told: Media, text: str | None) -> str | None:
    poll = told.poll_attachment
    if poll is None:
        return text
    options = [one_line(one) for one in (poll.option_a, poll.option_b, poll.option_c, poll.option_d)]
    return "\n".join([text or "", *(f"- {option}" for option in options if option)]).strip()


def _attachments(told: Media) -> list[Attachment]:
    """Pictures and films by id: their addresses are signed and end."""
    children = told.children.data if told.children is not None else []
    found = [_medium(child) for child in children]
    if not found and told.media_type in KINDS:
        found.append(_medium(Child(told.id, told.media_type, told.media_url, told.alt_text)))
    if url := _web(told.gif_url):
        found.append(Attachment(kind="image", url=url.partition("?")[0]))
    if url := _web(told.link_attachment_url):
        found.append(Attachment(kind="link", url=url))
    return found


def _medium(child: Child) -> Attachment:
    native_id = str(child.id) if child.id is not None else None
    return Attachment(kind=KINDS.get(child.media_type or "", "file"), id=native_id, name=one_line(child.alt_text))


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(WEB) else None
