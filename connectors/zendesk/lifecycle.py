"""Ticket events that are more than one property: tags, people, merges, deletion, spam, problems."""

from __future__ import annotations

from commonline.connectors.zendesk.desk import Desk, group, party, present
from commonline.connectors.zendesk.payload import TicketEvent, text_id
from commonline.connectors.zendesk.tickets import Handler, Scene, changed
from commonline.connectors.zendesk.values import scalar, words
from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Change, Party, Reference, Role


def joined(items: list[str]) -> str | None:
    """Several values in one change."""
    return ", ".join(items) or None


def tags_changed(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """`before` holds the tags that went, `after` those that came; the activity's `tags` are all of now."""
    told = envelope.event
    change = Change(field="tags", before=joined(words(told.tags_removed)), after=joined(words(told.tags_added)))
    return changed(entry, envelope, scene, [change])


def people_changed(field: str, role: Role) -> Handler:
    """Copies and followers that came and went."""

    def handle(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
        came, went = words(envelope.event.users_added), words(envelope.event.users_removed)
        change = Change(field=field, before=accounts_of(scene.desk, went), after=accounts_of(scene.desk, came))
        drafts = changed(entry, envelope, scene, [change])
        people: list[Party] = drafts[0].participants
        drafts[0].participants = present(*people, *[party(scene.desk, user, role) for user in came])
        return drafts

    return handle


def accounts_of(desk: Desk, users: list[str]) -> str | None:
    """Users as a list of accounts, in one text."""
    return joined([desk.uri("user", user) for user in users])


def group_changed(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """The ticket went to another group's queue."""
    told = envelope.event
    before = group(scene.desk, scalar(told.previous), "owner")
    after = group(scene.desk, scalar(told.current), "owner")
    change = Change(field="group", before=before.account if before else None, after=after.account if after else None)
    drafts = changed(entry, envelope, scene, [change])
    drafts[0].participants = present(*drafts[0].participants, after)
    return drafts


def merged(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """This ticket was merged into another, which goes on."""
    target = text_id(envelope.event.target_ticket_id)
    if target is None:
        raise MalformedPayloadError("a merge names no ticket that it goes into", "event.target_ticket_id")
    uri = scene.desk.uri("ticket", target)
    reference = Reference(kind="merged_into", id=uri)
    drafts = changed(entry, envelope, scene, [Change(field="x.merged_into", after=uri)], references=[reference])
    drafts[0].thread.state = "closed"
    return drafts


def problem_changed(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """The ticket is an incident of another problem now. A problem has many customers: it joins nothing."""
    before, after = text_id(scalar(envelope.event.previous)), text_id(scalar(envelope.event.current))
    desk = scene.desk
    change = Change(
        field="x.problem",
        before=desk.uri("ticket", before) if before else None,
        after=desk.uri("ticket", after) if after else None,
    )
    scene.ticket.problem_id = after
    return changed(entry, envelope, scene, [change])


def deleted(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """Deleted, for thirty days restorable, or for good: the text goes."""
    drafts = changed(entry, envelope, scene, [], verb="Delete")
    return [without_content(draft) for draft in drafts]


def without_content(draft: Draft) -> Draft:
    """A Delete tells no text, title or people."""
    draft.object.text = draft.object.title = draft.thread.title = None
    draft.object.spans = []
    draft.participants = []
    draft.tags = []
    draft.thread.state = "closed"
    draft.fields = {}
    return draft


def restored(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """Taken back from the deleted ones: the whole ticket is told again."""
    return changed(entry, envelope, scene, [], verb="Undo", undoes="Delete")


def marked_as_spam(entry: Entry, envelope: TicketEvent, scene: Scene) -> list[Draft]:
    """An agent called it spam. Zendesk deletes the ticket too, and tells that by an event of its own."""
    edge = scene.desk.uri("ticket", scene.ticket.id, "flag", "spam")
    return changed(entry, envelope, scene, [], verb="Flag", edge=edge)
