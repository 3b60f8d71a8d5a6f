"""Where else a ticket belongs: the social post it was raised from, the ticket it follows, its problem."""

from __future__ import annotations

from commonline.connectors.zendesk.desk import Desk
from commonline.connectors.zendesk.payload import Comment, Id, Ticket, Via, text_id
from commonline.kit import accounts
from commonline.schemas.records import Claim, Reference

FACEBOOK = frozenset({"facebook", "facebook_post", "facebook_message"})
NOT_IN_URIS = frozenset(' <>"{}|\\^`')
"""RFC 3986 has no place for these."""
_OURS = ("facebook", "instagram", "x", "mastodon", "slack", "hubspot", "webhook")
_SCHEMES = frozenset(("http", "https", "at", "mid", *_OURS))


def external_uri(external_id: Id) -> str | None:
    """A ticket's external id, where the integration that raised it wrote a URI there.

    A permalink (``https://…``) or the URI of an object of ours (``facebook:…``) is taken; order numbers
    and the like are not references.
    """
    text = text_id(external_id)
    if text is None or ":" not in text or not text.isprintable() or any(c in NOT_IN_URIS for c in text):
        return None
    scheme, _, rest = text.partition(":")
    return text if scheme in _SCHEMES and rest.strip("/") else None


def ticket_references(desk: Desk, ticket: Ticket) -> list[Reference]:
    """References that a ticket carries in itself."""
    references: list[Reference] = []
    external = external_uri(ticket.external_id)
    if external:
        references.append(Reference(kind="thread", id=external))
    followed = _followed(ticket.via)
    if followed:
        references.append(Reference(kind="thread", id=desk.uri("ticket", followed)))
    problem = text_id(ticket.problem_id)
    if problem:
        references.append(Reference(kind="related", id=desk.uri("ticket", problem)))
    return references


def comment_references(desk: Desk, ticket_id: str, comment: Comment) -> list[Reference]:
    """A comment belongs to its ticket; one from Facebook tells its Graph id."""
    references = [Reference(kind="parent", id=desk.uri("ticket", ticket_id))]
    graph, page = text_id(comment.graph_object_id), _page(comment.via)
    if graph and page:
        kind = "post" if graph.partition("_")[0] == page else "comment"
        references.append(Reference(kind="thread", id=accounts.native("facebook", page, kind, graph)))
    return references


def social_claims(via: Via | None) -> list[Claim]:
    """The page-scoped Facebook account that a ticket or comment came from: Facebook itself proved it."""
    if via is None or via.source is None or via.channel not in FACEBOOK:
        return []
    page = _page(via)
    person = text_id(via.source.from_.facebook_id) if via.source.from_ else None
    if page is None or person is None:
        return []
    kind = "psid" if via.source.rel == "message" or via.channel == "facebook_message" else "user"
    return accounts.claim(accounts.native("facebook", page, kind, person), "verified")


def social_handle(via: Via | None) -> str | None:
    """The X name of whoever wrote: shown, never an account."""
    if via is None or via.source is None or via.source.from_ is None or via.channel not in ("twitter", "twitter_dm"):
        return None
    return (via.source.from_.username or "").lstrip("@") or None


def _page(via: Via | None) -> str | None:
    return text_id(via.source.to.facebook_id) if via and via.source and via.source.to else None


def _followed(via: Via | None) -> str | None:
    if via is None or via.source is None or via.source.rel != "follow_up" or via.source.from_ is None:
        return None
    return text_id(via.source.from_.ticket_id)
