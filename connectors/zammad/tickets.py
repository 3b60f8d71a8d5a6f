"""Tickets and their articles, as webhooks and lists tell them alike."""

from __future__ import annotations

from commonline.connectors.zammad.desk import CHANNELS, Desk, file, named, others, visibility
from commonline.connectors.zammad.payload import Article, Call, Ticket
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mail.headers import message_ids, mid
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import link_spans, one_line, render_html, tidy
from commonline.schemas.records import Direction, Object, Party, Reference

TICKET, ARTICLE = "ticket.snapshot", "article.snapshot"
SETTLED_US = 10 * times.SECOND
"""An article that is touched so soon after it was written was not edited: Zammad notes how it was sent."""
MOST_REFERENCES = 5
DIRECTIONS: dict[str, Direction] = {"customer": "inbound", "us": "outbound"}


def told(entry: Entry) -> list[Draft] | Ignored:
    """A ticket as it is now, and the articles that came with it."""
    call: Call = entry.body
    ticket = call.ticket or Ticket()
    desk = Desk(entry)
    articles = ticket.articles or ([call.article] if call.article is not None and call.article.id is not None else [])
    found = _ticket(desk, ticket, polled=call.article is None and ticket.articles is not None)
    for article in articles:
        found += _article(desk, ticket, article)
    return found


def _ticket(desk: Desk, ticket: Ticket, *, polled: bool) -> list[Draft]:
    """That it was opened, and how it stands. What was changed, and by whom, neither path tells.

    A webhook repeats the ticket with every article: it was opened with the first one.
    """
    created, updated = times.parse(ticket.created_at), times.parse(ticket.updated_at)
    first = _about(desk, ticket)
    first.published = created
    first.actor = desk.customer(ticket, "author")
    first.direction = "inbound" if first.actor is not None else None
    if updated is None or created is None or updated == created:
        return [first]
    now = _about(desk, ticket)
    now.type, now.published, now.object.created = "Update", updated, created
    now.revision = now.object.version = str(updated)
    return [first, now] if polled or ticket.article_count == 1 else [now]


def _about(desk: Desk, ticket: Ticket) -> Draft:
    thread = desk.thread(ticket)
    people = [desk.customer(ticket, "requester"), desk.person(ticket.owner, ticket.owner_id, "assignee", "us")]
    tags = ticket.tags.split(",") if isinstance(ticket.tags, str) else ticket.tags or []
    number = str(ticket.number) if ticket.number is not None else None
    facts = {"number": number, "state": named(ticket.state), "priority": named(ticket.priority)}
    return Draft(
        event=TICKET,
        type="Create",
        object=Object(id=thread.id, type="Ticket", title=thread.title, url=desk.page(ticket)),
        thread=thread,
        channel="ticket",
        visibility="customer",
        participants=[party for party in people if party is not None],
        tags=[tag for one in tags if (tag := one_line(one))],
        fields={name: line for name, value in facts.items() if (line := one_line(value))},
    )


def _article(desk: Desk, ticket: Ticket, article: Article) -> list[Draft]:
    """That it was written; and, if it was touched later, how it is now."""
    first = _written(desk, ticket, article)
    updated = times.parse(article.updated_at)
    if updated is None or first.published is None or updated - first.published < SETTLED_US:
        return [first]
    now = _written(desk, ticket, article)
    now.type, now.published, now.object.created = "Update", updated, first.published
    now.revision = now.object.version = str(updated)
    now.object.author, now.actor = now.actor, None
    return [first, now]


def _written(desk: Desk, ticket: Ticket, article: Article) -> Draft:
    obj = Object(
        id=desk.uri("article", article.id), type="Note", title=one_line(article.subject), url=desk.page(ticket)
    )
    if article.body is not None and (article.content_type or "").startswith("text/html"):
        plain = render_html(article.body)
        obj.text, obj.spans, obj.markup = plain.text, plain.spans, "text/html"
    elif article.body is not None:
        plain = tidy(article.body, link_spans(article.body))
        obj.text, obj.spans = plain.text, plain.spans
    obj.attachments = [file(one) for one in article.attachments or []]
    actor, shown = desk.speaker(article), visibility(article)
    return Draft(
        event=ARTICLE,
        type="Create",
        object=obj,
        thread=desk.thread(ticket),
        channel=CHANNELS.get(named(article.type), "ticket"),
        visibility=shown,
        actor=actor,
        participants=_people(desk, ticket, article, actor) if shown == "customer" else [],
        references=_references(article),
        direction="internal" if shown != "customer" else DIRECTIONS.get(actor.side if actor is not None else ""),
        automated=actor is not None and actor.kind == "application",
        published=times.parse(article.created_at),
    )


def _people(desk: Desk, ticket: Ticket, article: Article, actor: Party | None) -> list[Party]:
    customer = desk.customer(ticket, "requester")
    found = [customer] if customer is not None and (actor is None or customer.account != actor.account) else []
    known = {party.account for party in (*found, *([actor] if actor is not None else []))}
    known |= {claim.account for party in (*found, *([actor] if actor is not None else [])) for claim in party.claims}
    return [*found, *others(article, known)]


def _references(article: Article) -> list[Reference]:
    """The mail that an article is, and those that it answers: the same mails may come by a mailbox too."""
    found = [Reference(kind="related", id=mid(one)) for one in message_ids(article.message_id or "")[:1]]
    answered = message_ids(article.in_reply_to or "")[:MOST_REFERENCES]
    return [*found, *(Reference(kind="reply", id=mid(one)) for one in answered)]
