"""Drafts of what calendar parts say: an invitation, its change or cancellation, an answer to it."""

from __future__ import annotations

from commonline.kit.draft import Draft
from commonline.kit.mail import invitations, people
from commonline.kit.mail.headers import mid
from commonline.kit.mail.invitations import Attendee, Event
from commonline.kit.mail.mail import Mail
from commonline.kit.mail.threads import root_of
from commonline.kit.text import tidy
from commonline.schemas.records import ActivityType, Change, Object, Party, Reference, Thread

ANSWERS: dict[str, ActivityType] = {"accepted": "Accept", "declined": "Reject", "tentative": "Accept"}
MOST_ATTENDEES = 50


def drafts(mail: Mail) -> list[Draft]:
    """The facts of all calendar parts; the same event twice in one mail is one."""
    events = {event.id: event for data in mail.parts.calendars for event in invitations.read(data)}
    return [draft for event in events.values() for draft in _facts(mail, event)]


def _facts(mail: Mail, event: Event) -> list[Draft]:
    revision = f"{event.sequence}/{event.stamp or ''}"
    if event.method == "reply":
        return [_answer(mail, event, one) for one in event.attendees if one.answer in ANSWERS]
    draft = _base(mail, event, revision)
    attendees = [_party(one, "member") for one in event.attendees[:MOST_ATTENDEES]]
    draft.participants = attendees
    if event.method == "cancel":
        draft.type = "Update"
        draft.changes = [Change(field="status", after="cancelled")]
    elif event.method == "request" and event.sequence == 0:
        draft.type = "Invite"
        draft.edge = f"{event.id}/invite/{mail.url_key}"
        draft.revision = ""
    elif event.method == "publish" and event.sequence == 0:
        draft.type, draft.revision = "Create", ""
    else:
        draft.type = "Update"
    return [draft]


def _base(mail: Mail, event: Event, revision: str) -> Draft:
    host = _party(event.organizer, "host") if event.organizer else None
    end = event.end if event.end is None or event.start is None or event.end >= event.start else None
    root = root_of(mail.headers, mail.message_id)
    return Draft(
        event=f"calendar:{event.method[:40]}",
        type="Other",
        object=Object(
            id=event.id,
            type="Event",
            version=str(event.sequence),
            title=event.title and tidy(event.title, []).text,
            start_time=event.start,
            end_time=end,
            author=host,
        ),
        thread=Thread(id=mid(root) if root else mail.id, title=event.title, container=mail.container),
        channel="calendar",
        visibility=mail.visibility,
        revision=revision,
        actor=host or mail.people.actor,
        our_account=mail.our_account,
        references=[Reference(kind="attachment_of", id=mail.id)],
        automated=mail.reason is not None,
        published=mail.published,
        clock=mail.clock,
        fields={"location": tidy(event.place, []).text} if event.place else {},
    )


def _answer(mail: Mail, event: Event, attendee: Attendee) -> Draft:
    draft = _base(mail, event, f"{event.sequence}/{event.stamp or ''}")
    draft.type = ANSWERS[attendee.answer]
    draft.actor = _party(attendee, "author")
    draft.edge = f"{event.id}/answer/{draft.actor.account or mail.url_key}"
    draft.revision = f"{draft.revision}/{attendee.answer}"
    if attendee.answer == "tentative":
        draft.fields = {**draft.fields, "tentative": "yes"}
    draft.participants = [_party(event.organizer, "host")] if event.organizer else []
    return draft


def _party(attendee: Attendee, role: str) -> Party:
    name = attendee.name and tidy(attendee.name, []).text
    same = name is not None and name.lower() == attendee.address.lower()
    return Party(account=people.account(attendee.address), role=role, name=None if same else name)  # type: ignore[arg-type]
