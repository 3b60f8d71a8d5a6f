"""What polling brings: pages of the incremental ticket export, and pages of a ticket's comments."""

from __future__ import annotations

from msgspec import Raw, Struct

from commonline.connectors.zendesk.comments import REDACTED, Remark, redaction, written
from commonline.connectors.zendesk.desk import Users, by_id, desk_of, party
from commonline.connectors.zendesk.lifecycle import without_content
from commonline.connectors.zendesk.payload import API_PAGE, COMMENT, TICKET, text_id
from commonline.connectors.zendesk.tickets import Scene, compose
from commonline.connectors.zendesk.values import micros, version
from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Delivery, Direction

SNAPSHOT = "ticket.snapshot"
COMMENT_EVENT = "ticket.comment"
_TICKETS = "/api/v2/tickets/"
_DELETED = frozenset({"deleted", "scrubbed"})


class Part(Struct, frozen=True):
    """One ticket or comment of a page."""

    raw: Raw
    users: Users
    ticket_id: str = ""


def entries(delivery: Delivery, settings: dict[str, object]) -> list[Entry]:
    """The tickets, or the comments, of a page. Whose comments they are only the request's path says."""
    page = API_PAGE.decode(delivery.body or b"")
    users = by_id(page.users)
    if page.tickets is not None:
        return [
            Entry(index, SNAPSHOT, Part(raw, users), f"tickets[{index}]", delivery, settings)
            for index, raw in enumerate(page.tickets)
        ]
    if page.comments is None:
        raise MalformedPayloadError("an answer of the API with neither tickets nor comments")
    ticket_id = ticket_of(delivery.request)
    return [
        Entry(index, COMMENT_EVENT, Part(raw, users, ticket_id), f"comments[{index}]", delivery, settings)
        for index, raw in enumerate(page.comments)
    ]


def ticket_of(request: str | None) -> str:
    """The ticket's id in ``GET /api/v2/tickets/35436/comments.json?…``. Raises `MalformedPayloadError`."""
    path = (request or "").partition(_TICKETS)[2]
    ticket_id = path.partition("/")[0]
    if not ticket_id.isdigit():
        raise MalformedPayloadError(
            "the request's path does not name the ticket that these comments belong to", "request"
        )
    return ticket_id


def snapshot(entry: Entry) -> list[Draft]:
    """A ticket as it is now. What changed, and who changed it, a snapshot cannot know (contract §5.1)."""
    part: Part = entry.body
    ticket = TICKET.decode(part.raw)
    scene = Scene(desk_of(entry), ticket, part.users)
    fresh = ticket.created_at is not None and ticket.created_at == ticket.updated_at
    by_requester = text_id(ticket.submitter_id) == text_id(ticket.requester_id)
    direction: Direction = "inbound" if fresh and by_requester else "internal"
    copies = [party(scene.desk, user, "cc", users=part.users) for user in ticket.email_cc_ids or []]
    followers = [party(scene.desk, user, "follower", side="us", users=part.users) for user in ticket.follower_ids or []]
    draft = compose(
        scene,
        entry.event,
        "Update",
        actor=None,
        others=[*copies, *followers],
        direction=direction,
        published=micros(ticket.updated_at),
    )
    draft.revision = version(ticket.updated_at) or ""
    draft.object.author = scene.author()
    if (ticket.status or "").lower() in _DELETED:
        draft.type = "Delete"
        return [without_content(draft)]
    return [draft]


def comment(entry: Entry) -> list[Draft]:
    """A comment as the API tells it: the same fact, by the same id, as ``ticket.comment_added``."""
    part: Part = entry.body
    told = COMMENT.decode(part.raw)
    remark = Remark(desk_of(entry), part.ticket_id, told, users=part.users)
    draft = written(remark, entry.event, micros(told.created_at))
    if told.body is None or REDACTED not in told.body:
        return [draft]
    later = written(remark, entry.event, None)
    later.type = "Update"
    later.revision = redaction(told.body)
    later.changes = [Change(field="body")]
    return [draft, later]
