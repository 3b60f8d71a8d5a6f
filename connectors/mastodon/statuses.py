"""Statuses: written, edited, boosted, deleted.

A status that was edited before it was told is two facts: that it was written, and its newest version. Both have the
ids that the stream's `update` and `status.update` give them, so what was told before is not told again.
"""

from __future__ import annotations

from functools import lru_cache

from commonline.connectors.mastodon.content import attachments, poll_metrics, text_of
from commonline.connectors.mastodon.payload import TEXT, Account, Id, Quote, Status, id_text, required
from commonline.connectors.mastodon.server import (
    Server,
    account_uri,
    mention_account,
    mentioned,
    one_line,
    ours,
    party,
    self_of,
    web,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import quoted
from commonline.kit.draft import Draft
from commonline.kit.place import TIGHTNESS
from commonline.schemas.records import Channel, Object, Party, Reference, Role, Thread, Visibility

VISIBILITIES: dict[str, Visibility] = {
    "public": "public",
    "unlisted": "public",
    "private": "customer",
    "direct": "customer",
}
"""What the server may show to all, and what only to followers or to those who are named. Anything else: restricted."""
MOST_MENTIONS = 100


@lru_cache(maxsize=4096)
def micros(text: str | None) -> int | None:
    """Microseconds since 1970 in UTC."""
    return times.from_text(text) if text else None


def told(server: Server, status: Status, event: str, own: frozenset[str] = frozenset()) -> list[Draft]:
    """A status as it is now: boosted, or written and perhaps edited since."""
    if status.reblog is not None:
        return [boost(server, status, status.reblog, event, own)]
    written = compose(server, status, event, own)
    if micros(status.edited_at) is None:
        return [written]
    return [written, edited(server, status, event, own)]


def edited(server: Server, status: Status, event: str, own: frozenset[str] = frozenset()) -> Draft:
    """The newest version. Without a time of its own (a poll that got votes) it is the version of now."""
    draft = compose(server, status, event, own)
    draft.type = "Update"
    draft.published = micros(status.edited_at)
    draft.object.created = micros(status.created_at)
    draft.revision = draft.object.version or ""
    return draft


def compose(server: Server, status: Status, event: str, own: frozenset[str]) -> Draft:
    """The draft of a status as it was written."""
    obj = the_object(server, status)
    channel: Channel = "post"
    if status.visibility == "direct":
        channel = "direct_message"
    elif id_text(status.in_reply_to_id):
        channel = "comment"
    actor = ours(party(server, status.account), own)
    participants = [ours(one, own) for one in _mentions(server, status)]
    return Draft(
        event=event,
        type="Create",
        object=obj,
        thread=the_thread(server, status, obj),
        channel=channel,
        visibility=visibility(status),
        actor=actor,
        participants=participants,
        our_account=self_of(own) if any(one.side == "us" for one in (actor, *participants)) else None,
        references=references(server, status),
        automated=bool(status.account.bot),
        generator=one_line(status.application.name) if status.application else None,
        published=micros(status.created_at),
        tags=[name for tag in status.tags or () if (name := one_line(tag.name))],
        metrics=metrics(status),
        fields=fields(status, obj),
    )


def boost(server: Server, status: Status, original: Status, event: str, own: frozenset[str]) -> Draft:
    """Somebody shows another's status to their followers."""
    draft = announce(server, status.account, original, event, own)
    draft.visibility = max(visibility(status), draft.visibility, key=TIGHTNESS.__getitem__)
    draft.published = micros(status.created_at)
    return draft


def announce(server: Server, who: Account, original: Status, event: str, own: frozenset[str]) -> Draft:
    """The boost of `original`, with what was boosted. Whom that names and answers is a fact of its own.

    The edge is what and who: the boost's own id is told by the home timeline only, not by notifications.
    """
    draft = compose(server, original, event, own)
    author = draft.actor
    draft.type = "Announce"
    draft.edge = f"{draft.object.id}/announce/{quoted(required(who.id, 'account.id'))}"
    draft.our_account = author.account if author is not None and author.side == "us" else None
    draft.participants, draft.references = [], []
    draft.object.created = draft.published
    draft.object.author = author
    draft.actor = ours(party(server, who), own)
    draft.automated = bool(who.bot)
    draft.generator = None
    draft.published = None
    draft.metrics = {**draft.metrics, **followers(who)}
    return draft


def followers(who: Account) -> dict[str, float]:
    """How many people somebody reaches."""
    return {} if who.followers_count is None else {"actor_followers": float(who.followers_count)}


def deleted(server: Server, native_id: str, event: str) -> Draft:
    """All that a delete tells is the server's id: nothing of who could see it, so it travels nowhere by itself."""
    uri = server.uri("status", native_id)
    return Draft(
        event=event,
        type="Delete",
        object=Object(id=uri, type="Note"),
        thread=Thread(id=uri),
        channel="post",
        visibility="restricted",
    )


def deleted_id(payload: bytes) -> str:
    """The bare id of a delete: as text in a frame's text, or as a number. Raises `MalformedPayloadError`."""
    text = payload.strip()
    if text.startswith(b'"'):
        text = TEXT.decode(text).encode().strip()
    if not text or len(text) > 100 or not text.isalnum():
        raise MalformedPayloadError("no id of a status")
    return text.decode()


def the_object(server: Server, status: Status) -> Object:
    """What was written."""
    text = text_of(server, status)
    edit = micros(status.edited_at)
    poll = status.poll
    uri = web(status.uri)
    return Object(
        id=server.uri("status", required(status.id, "id")),
        type="Question" if poll is not None else "Note",
        version=None if edit is None else str(edit),
        url=web(status.url) or uri,
        title=one_line(status.spoiler_text),
        text=text.text if status.content is not None else None,
        markup="text/html",
        language=status.language or None,
        end_time=_later(micros(poll.expires_at), status) if poll is not None else None,
        spans=text.spans if status.content is not None else [],
        attachments=attachments(status),
    )


def _later(end: int | None, status: Status) -> int | None:
    began = micros(status.created_at)
    return end if end is not None and began is not None and end >= began else None


def the_thread(server: Server, status: Status, obj: Object) -> Thread:
    """The nearest known ancestor: only the parent is told (contract §5.7)."""
    parent = id_text(status.in_reply_to_id)
    if parent:
        return Thread(id=server.uri("status", parent), container=server.container)
    return Thread(id=obj.id, title=obj.title, container=server.container)


def references(server: Server, status: Status) -> list[Reference]:
    """What it answers, and what it quotes."""
    found: list[Reference] = []
    parent = id_text(status.in_reply_to_id)
    if parent:
        author = _author_by_id(server, status, status.in_reply_to_account_id)
        found.append(Reference(kind="reply", id=server.uri("status", parent), author=author))
    if status.quote is not None and (other := _quoted(server, status.quote)) is not None:
        found.append(other)
    return found


def _quoted(server: Server, quote: Quote) -> Reference | None:
    whole = quote.quoted_status
    native_id = id_text(whole.id if whole is not None else quote.quoted_status_id)
    if native_id is None:
        return None
    author = account_uri(server, whole.account) if whole is not None and whole.account is not None else None
    return Reference(kind="quote", id=server.uri("status", native_id), author=author)


def _author_by_id(server: Server, status: Status, account: Id | None) -> str | None:
    native_id = id_text(account)
    if native_id is None:
        return None
    if native_id == id_text(status.account.id):
        return account_uri(server, status.account)
    for mention in status.mentions or ():
        if id_text(mention.id) == native_id:
            return mention_account(server, mention)
    return server.uri("account", native_id)


def _mentions(server: Server, status: Status) -> list[Party]:
    role: Role = "to" if status.visibility == "direct" else "mentioned"
    named = [mentioned(server, mention, role) for mention in (status.mentions or ())[:MOST_MENTIONS]]
    return [someone for someone in named if someone.account or someone.name]


def visibility(status: Status) -> Visibility:
    """Never looser than the server's own word."""
    return VISIBILITIES.get(status.visibility or "", "restricted")


def metrics(status: Status) -> dict[str, float]:
    """Counts at the time of telling."""
    told = {
        "replies": status.replies_count,
        "shares": status.reblogs_count,
        "likes": status.favourites_count,
        "quotes": status.quotes_count,
    }
    found = {name: float(value) for name, value in told.items() if value is not None} | followers(status.account)
    return found | poll_metrics(status.poll) if status.poll is not None else found


def fields(status: Status, obj: Object) -> dict[str, str]:
    """The server's own words."""
    found: dict[str, str] = {}
    if status.visibility and status.visibility != "public":
        found["visibility"] = status.visibility
    if status.sensitive:
        found["sensitive"] = "true"
    uri = web(status.uri)
    if uri is not None and uri != obj.url:
        found["uri"] = uri
    return found
