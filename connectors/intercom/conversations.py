"""Conversations and tickets: what is said in them, noted beside them, and what becomes of them."""

from __future__ import annotations

from commonline.connectors.intercom.desk import Desk, Told, channel, first_message, native_id, title
from commonline.connectors.intercom.payload import CONVERSATION, PART, Conversation, File, Id, Part, Who
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.attachments import attached
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, Ignored
from commonline.kit.text import one_line, render_html
from commonline.schemas.records import Change, Direction, Object, Reference, Visibility

SNAPSHOT = "snapshot"
OPENING = frozenset({"conversation.user.created", "conversation.admin.single.created", "ticket.created"})
SAID = frozenset(
    {
        *("comment", "quick_reply", "message", "open", "close", "assignment", "snoozed", "unsnoozed"),
        *("assign_and_reopen", "assign_and_unsnooze", "reopen", "merge"),
    }
)
"""Parts whose text the customer sees."""
NOTED = frozenset({"note", "note_and_reopen", "note_and_close", "note_and_snooze", "note_and_unsnooze"})
DIRECTIONS: dict[str, Direction] = {"customer": "inbound", "us": "outbound"}
STATE_OF = {
    **dict.fromkeys(("close", "note_and_close"), "closed"),
    **dict.fromkeys(("snoozed", "note_and_snooze"), "snoozed"),
    **dict.fromkeys(("open", "reopen", "unsnoozed", "timer_unsnooze", "note_and_unsnooze"), "open"),
    **dict.fromkeys(("note_and_reopen", "assign_and_reopen", "assign_and_unsnooze"), "open"),
}
CUSTOMER = "Customer"
"""The category of tickets that customers see; back-office and tracker tickets are the company's own."""
BULK = frozenset({"automated", "campaigns_initiated", "operator_initiated"})


def conversation(entry: Entry) -> list[Draft] | Ignored:
    """A conversation: its first message where it is new, else the parts that the topic is about."""
    told: Told = entry.body
    one = CONVERSATION.decode(told.item)
    return _Mapped(entry, one, ticket=False).drafts()


def ticket(entry: Entry) -> list[Draft] | Ignored:
    """A ticket, in the same way."""
    told: Told = entry.body
    one = CONVERSATION.decode(told.item)
    return _Mapped(entry, one, ticket=True).drafts()


def deleted(entry: Entry) -> list[Draft]:
    """A conversation is gone with all that was said in it."""
    told: Told = entry.body
    one = CONVERSATION.decode(told.item)
    new = _Mapped(entry, one, ticket=False).about()
    new.type, new.published = "Delete", times.parse(told.created_at)
    return [new]


def redacted(entry: Entry) -> list[Draft]:
    """A part is blanked out: what was said in it is gone."""
    told: Told = entry.body
    part = PART.decode(told.item)
    inside = part.conversation_parts.conversation_parts if part.conversation_parts else None
    number = part.conversation.id if part.conversation is not None else part.conversation_id
    if inside is not None:
        # The conversation itself is sent, with the part in it.
        mapped = _Mapped(entry, CONVERSATION.decode(told.item), ticket=False)
        return [mapped.gone(one.id, one.part_type, times.parse(one.updated_at)) for one in inside]
    if number is None:
        raise MalformedPayloadError("the conversation is missing", "conversation_id")
    mapped = _Mapped(entry, Conversation(id=number), ticket=False)
    return [mapped.gone(part.id, part.part_type, times.parse(part.updated_at or told.created_at))]


class _Mapped:
    """One conversation or ticket on its way to drafts."""

    def __init__(self, entry: Entry, one: Conversation, *, ticket: bool) -> None:
        self.told: Told = entry.body
        self.one, self.ticket = one, ticket
        self.desk = Desk(entry)
        self.thread = self.desk.thread(one, ticket=ticket)
        self.customers = self.desk.customers(one)
        self.url = one.links.conversation_web if one.links else None

    def drafts(self) -> list[Draft] | Ignored:
        snapshot = self.told.topic.endswith(SNAPSHOT)
        found: list[Draft] = []
        if snapshot or self.told.topic in OPENING:
            found += self._opened() if self.ticket else self._first()
        held = self.one.ticket_parts if self.ticket else self.one.conversation_parts
        parts = ((held.ticket_parts if self.ticket else held.conversation_parts) if held else None) or []
        for part in parts:
            found += self._part(part)
        found += self._rated()
        if self.told.topic == "conversation.priority.updated":
            found.append(self._changed("priority", self.one.priority))
        return found or Ignored("no-content")

    def about(self) -> Draft:
        """A change of the conversation or ticket, which travels as far as the thing itself."""
        tags = self.one.tags.tags if self.one.tags else None
        return Draft(
            event=self.told.topic,
            type="Update",
            object=Object(id=self.thread.id, type="Ticket" if self.ticket else "Other", title=self.thread.title),
            thread=self.thread,
            channel=channel(self.one, ticket=self.ticket),
            visibility=self._visibility("comment"),
            participants=list(self.customers),
            our_account=self.desk.account,
            tags=[name for tag in tags or [] if (name := one_line(tag.name))],
        )

    def gone(self, number: Id, kind: str | None, at: int | None) -> Draft:
        """A part that was blanked out."""
        new = self.about()
        new.type, new.visibility, new.published = "Delete", self._visibility(kind or ""), at
        new.object = Object(id=self.desk.uri("part", number), type="Note")
        return new

    def _first(self) -> list[Draft]:
        first = first_message(self.one)
        if first is None or first.id in (None, ""):
            return []
        new = self.about()
        new.object = Object(id=self.desk.uri("message", first.id), type="Note", title=title(first.subject))
        new.published = times.parse(self.one.created_at)
        self._say(new, first.body, first.author, first.attachments)
        new.automated = new.automated or first.delivered_as in BULK
        return [new]

    def _opened(self) -> list[Draft]:
        attributes = self.one.ticket_attributes or {}
        text = attributes.get("_default_description_")
        new = self.about()
        new.published = new.object.created = times.parse(self.one.created_at)
        self._say(new, text if isinstance(text, str) else None, self._customer(), None)
        known = {name: one for name, one in attributes.items() if isinstance(one, str) and not name.startswith("_")}
        new.fields = {f"attribute.{name}": one_line(one) or "" for name, one in known.items()}
        return [new]

    def _part(self, part: Part) -> list[Draft]:
        at, kind = times.parse(part.created_at), part.part_type or ""
        changes = self._changes(part)
        if part.redacted:
            return [self.gone(part.id, part.part_type, times.parse(part.updated_at) or at)]
        if part.body or part.attachments:
            new = self.about()
            new.type, new.changes = "Create", changes
            new.object = Object(id=self.desk.uri("part", part.id), type="Note")
            self._say(new, part.body, part.author, part.attachments)
            new.visibility = self._visibility(kind)
            if new.visibility != "customer":
                new.direction, new.participants = "internal", []
        elif changes:
            new = self.about()
            new.changes, new.revision = changes, f"part/{part.id}"
            new.actor = self.desk.party(part.author, "author")
            new.automated = new.actor is not None and new.actor.kind == "application"
        else:
            return []
        new.published = at
        if isinstance(part.assigned_to, Who) and (to := self.desk.party(part.assigned_to, "assignee")) is not None:
            new.participants = [*new.participants, to]
        return [new]

    def _visibility(self, kind: str) -> Visibility:
        if kind in SAID:
            return "customer" if not self.ticket or self.one.category == CUSTOMER else "internal"
        return "internal" if kind in NOTED else "restricted"

    def _changes(self, part: Part) -> list[Change]:
        found: list[Change] = []
        if (after := STATE_OF.get(part.part_type or "")) is not None:
            found.append(Change(field="status", after=after))
        if part.ticket_state and part.ticket_state != part.previous_ticket_state:
            found.append(Change(field="status", before=part.previous_ticket_state, after=part.ticket_state))
        if isinstance(part.assigned_to, Who) and part.assigned_to.id not in (None, ""):
            to = one_line(part.assigned_to.name) or str(part.assigned_to.id)
            found.append(Change(field="group" if part.assigned_to.type == "team" else "assignee", after=to))
        return found

    def _rated(self) -> list[Draft]:
        rating = self.one.conversation_rating
        if rating is None or rating.rating is None or not self.told.topic.endswith((SNAPSHOT, "rating.added")):
            return []
        new = self.about()
        at = times.parse(rating.created_at or self.told.created_at)
        new.type, new.published = "Create", at
        new.object = Object(id=self.desk.uri("rating", self.one.id), type="Review")
        self._say(new, rating.remark, self._customer(), None)
        new.metrics = {"rating": float(rating.rating), "rating_max": 5.0}
        new.references = [Reference(kind="target", id=self.thread.id)]
        return [new]

    def _customer(self) -> Who | None:
        """Whom the conversation is with, as the author of what has none of its own."""
        return Who(type="contact", id=native_id(self.customers[0])) if self.customers else None

    def _changed(self, field: str, after: str | None) -> Draft:
        new = self.about()
        new.published = times.parse(self.one.updated_at or self.told.created_at)
        new.revision = str(new.published)
        new.changes = [Change(field=field, after=one_line(after))]
        return new

    def _say(self, new: Draft, body: str | None, author: Who | None, files: list[File] | None) -> None:
        """Text, attachments, who said it to whom."""
        new.type = "Create"
        plain = render_html(body or "")
        new.object.text, new.object.spans, new.object.markup = plain.text, plain.spans, "text/html"
        new.object.url = new.object.url or self.url
        new.object.attachments = [attached(None, f.url, f.content_type, f.name, f.filesize) for f in files or []]
        known = {party.account: party for party in self.customers}
        actor = self.desk.party(author, "author")
        if actor is None:
            return
        others = [party for party in self.customers if party.account != actor.account]
        same = known.get(actor.account)
        if same is not None:
            actor.name, actor.claims = actor.name or same.name, same.claims
        new.actor, new.participants = actor, others
        new.automated = actor.kind == "application"
        new.direction = DIRECTIONS.get(actor.side)
