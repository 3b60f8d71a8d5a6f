"""Ticket events. Every record of a ticket holds the whole ticket: feeds keep an object's newest record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from commonline.connectors.zendesk import crosslinks
from commonline.connectors.zendesk.desk import NOBODY, SYSTEM, Desk, Users, desk_of, party, present
from commonline.connectors.zendesk.payload import TICKET_EVENT, Event, Id, Ticket, TicketEvent, text_id
from commonline.connectors.zendesk.values import lowered, micros, plain, scalar, state_of, version, words
from commonline.kit import text as texts
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping, Ignored
from commonline.schemas.records import (
    ActivityType,
    Change,
    Container,
    Direction,
    Object,
    Party,
    Reference,
    Side,
    Thread,
    Visibility,
)

PREFIX = "zen:event-type:"
RAISED_BY_MACHINES = frozenset({"api", "web_service", "any_channel", "ticket_sharing", *crosslinks.FACEBOOK})
"""Ways by which a ticket in somebody's name is their question, although an agent's login wrote it."""
FIELD_LIMIT = 100
"""Custom fields that are kept of one ticket."""


class Scene(Struct, gc=False):
    """A ticket at a moment, by webhook or by API."""

    desk: Desk
    ticket: Ticket
    users: Users = NOBODY
    asked: Party | UnsetType | None = UNSET

    @property
    def visibility(self) -> Visibility:
        """A ticket without a public comment is internal; where nothing is told, customers see it."""
        public = self.ticket.is_public
        if public is None:
            return "restricted"
        return "internal" if public is False else "customer"

    def thread(self) -> Thread:
        """The ticket as a thread, in the queue of its group."""
        ticket = self.ticket
        queue = text_id(ticket.group_id)
        return Thread(
            id=self.desk.uri("ticket", ticket.id),
            title=plain(ticket.subject),
            state=state_of(ticket.status),
            container=Container(id=self.desk.uri("group", queue), kind="queue") if queue else None,
        )

    def requester(self) -> Party | None:
        """Whose question it is; with the social account it came from, if they opened it themselves."""
        if self.asked is UNSET:
            self.asked = self._requester()
        return self.asked

    def _requester(self) -> Party | None:
        ticket = self.ticket
        side: Side = "unknown" if ticket.is_public is False else "customer"
        if text_id(ticket.requester_id) == text_id(ticket.assignee_id):
            side = "us"
        found = party(self.desk, ticket.requester_id, "requester", side=side, users=self.users)
        if found is None or ticket.via is None or ticket.via.source is None:
            return found
        if text_id(ticket.submitter_id) not in (None, text_id(ticket.requester_id)):
            return found
        found.claims = [*found.claims, *crosslinks.social_claims(ticket.via)]
        found.handle = crosslinks.social_handle(ticket.via)
        return found

    def assignee(self) -> Party | None:
        """The agent who has it."""
        return party(self.desk, self.ticket.assignee_id, "assignee", side="us", users=self.users)

    def actor(self, user_id: Id) -> Party | None:
        """Whoever did it. Only requesters, and agents and rules of ours, can change a ticket."""
        if text_id(user_id) is not None and text_id(user_id) == text_id(self.ticket.requester_id):
            return self.requester()
        return party(self.desk, user_id, "agent", side="us", users=self.users)

    def author(self) -> Party | None:
        """Who wrote the ticket: often the requester, else somebody of whom nothing more is told."""
        ticket = self.ticket
        author = text_id(ticket.submitter_id) or text_id(ticket.requester_id)
        if author == text_id(ticket.requester_id):
            return self.requester()
        side: Side = "us" if author == text_id(ticket.assignee_id) else "unknown"
        return party(self.desk, author, "author", side=side, users=self.users)

    def object(self) -> Object:
        """The whole ticket."""
        ticket = self.ticket
        text = ticket.description
        told = texts.tidy(text, texts.link_spans(text)) if text is not None else None
        return Object(
            id=self.desk.uri("ticket", ticket.id),
            type="Ticket",
            version=version(ticket.updated_at),
            url=self.desk.page("ticket", ticket.id),
            title=plain(ticket.subject),
            text=told.text if told else None,
            created=micros(ticket.created_at),
            spans=told.spans if told else [],
        )

    def via(self) -> str | None:
        """How the ticket came in, in small letters."""
        return lowered(self.ticket.via.channel) if self.ticket.via else None

    def fields(self) -> dict[str, str]:
        """What the desk keeps about a ticket, in small letters, and its own fields by number."""
        ticket = self.ticket
        rating = ticket.satisfaction_rating
        told = {
            "status": ticket.status.lower() if ticket.status else None,
            "priority": ticket.priority.lower() if ticket.priority else None,
            "type": ticket.type.lower() if ticket.type else None,
            "via": self.via(),
            "custom_status": text_id(ticket.custom_status or ticket.custom_status_id),
            "form": text_id(ticket.form_id or ticket.ticket_form_id),
            "brand": text_id(ticket.brand_id),
            "organization": text_id(ticket.organization_id),
            "external_id": text_id(ticket.external_id),
            "satisfaction": lowered(rating.score) if rating else None,
        }
        for custom in (ticket.custom_fields or [])[:FIELD_LIMIT]:
            told[f"custom_field.{text_id(custom.id)}"] = scalar(custom.value)
        return {name: value for name, value in told.items() if value}


def compose(
    scene: Scene,
    event: str,
    verb: ActivityType,
    *,
    actor: Party | None,
    others: list[Party | None] | None = None,
    direction: Direction | None = None,
    published: int | None = None,
    references: list[Reference] | None = None,
    **told: Any,
) -> Draft:
    """A fact about a whole ticket."""
    people = present(scene.requester(), scene.assignee(), *(others or []))
    return Draft(
        event=event,
        type=verb,
        object=scene.object(),
        thread=scene.thread(),
        channel="ticket",
        visibility=scene.visibility,
        actor=actor,
        participants=[one for one in people if actor is None or one.account != actor.account],
        our_account=scene.desk.account,
        references=[*crosslinks.ticket_references(scene.desk, scene.ticket), *(references or [])],
        direction=direction,
        automated=actor is not None and actor.kind == "application",
        published=published,
        tags=words(scene.ticket.tags),
        fields=scene.fields(),
        **told,
    )


def opened(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """``ticket.created``: by the requester, or by an agent or rule in their name."""
    ticket = scene.ticket
    author = text_id(ticket.submitter_id) or text_id(ticket.actor_id) or text_id(ticket.requester_id)
    actor = scene.actor(author)
    published = micros(ticket.created_at) or micros(envelope.time)
    direction: Direction = "inbound"
    if scene.visibility != "customer" and (actor is None or actor.side != "customer"):
        direction = "internal"
    elif actor is not None and actor.side == "us" and scene.via() not in RAISED_BY_MACHINES:
        direction = "outbound"
    return [compose(scene, entry.event, "Create", actor=actor, direction=direction, published=published)]


def changed(
    entry: Entry,
    envelope: TicketEvent,
    scene: Scene,
    changes: list[Change],
    *,
    verb: ActivityType = "Update",
    **told: Any,
) -> list[Draft]:
    """A fact about a ticket other than its opening: by the requester, or among us."""
    actor = scene.actor(scene.ticket.actor_id)
    direction: Direction = "inbound" if actor is not None and actor.side == "customer" else "internal"
    published = micros(envelope.time) or micros(scene.ticket.updated_at)
    draft = compose(
        scene,
        entry.event,
        verb,
        actor=actor,
        direction=direction,
        published=published,
        changes=changes,
        **told,
    )
    draft.revision = version(scene.ticket.updated_at) or version(envelope.time) or ""
    if actor is None or actor.account != scene.desk.uri("user", text_id(scene.ticket.submitter_id) or SYSTEM):
        draft.object.author = scene.author()
    return [draft]


Handler = Callable[[Entry, TicketEvent, Scene], list[Draft] | Ignored]


def event(handler: Handler) -> EventMapping:
    """Read the body of a ticket event and hand it to its mapping."""

    def read(entry: Entry) -> list[Draft] | Ignored:
        envelope = TICKET_EVENT.decode(entry.body)
        return handler(entry, envelope, Scene(desk_of(entry, envelope.account_id), envelope.detail))

    return read


def field_changed(field: str, *, small: bool = False, kind: str | None = None) -> Handler:
    """``current`` and ``previous`` of one property; `small`: a native word, `kind`: an id."""

    def handle(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
        def shown(value: Any) -> str | None:
            if kind is not None:
                native_id = text_id(scalar(value))
                return scene.desk.uri(kind, native_id) if native_id else None
            return lowered(value) if small else scalar(value)

        told = envelope.event
        change = Change(field=field, before=shown(told.previous), after=shown(told.current))
        return changed(entry, envelope, scene, [change])

    return handle


def text_changed(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """The opening text is another now. It stands in the object; the old one is not repeated."""
    return changed(entry, envelope, scene, [Change(field="body")])


def custom_field_changed(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """A field that the account made itself."""
    return changed(entry, envelope, scene, [custom_change(envelope.event)])


def custom_change(told: Event) -> Change:
    """The change of a custom field, by its title."""
    info = told.custom_field or told.field
    name = (info.title or text_id(info.id)) if info else None
    return Change(field=f"x.{name or 'custom_field'}", before=scalar(told.previous), after=scalar(told.current))
