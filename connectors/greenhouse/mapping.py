"""Applications and candidates to activities. Everything is `restricted`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.greenhouse.payload import (
    APPLICATION,
    HOOK,
    OFFER,
    PAYLOAD,
    Application,
    Candidate,
    Named,
    Offer,
    User,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native, tel
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Claim, Container, Delivery, Object, Party, Reference, Role, Thread

CONNECTOR = "greenhouse"
STATES = {"hire_candidate": "hired", "reject_candidate": "rejected"}
CLOSED = frozenset({"hired", "rejected", "converted"})
_HTTPS = "https://"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The one event of a call."""
    hook = HOOK.decode(delivery.body or b"")
    return [Entry(0, hook.action or "object", bytes(hook.payload), "payload", delivery, settings)]


class Place:
    """Whose Greenhouse it is."""

    def __init__(self, entry: Entry) -> None:
        self._organisation = str(entry.settings["organisation"])
        region = entry.settings.get("region")
        self._region = str(region) if region else None

    def uri(self, kind: str, number: int) -> str:
        """``greenhouse:acme/application/46194062``"""
        return native(CONNECTOR, self._organisation, kind, number)

    def candidate(self, one: Candidate | None, role: Role) -> Party | None:
        """Somebody who applies; addresses are as they wrote them."""
        if one is None or one.id is None:
            return None
        name = one_line(f"{one.first_name or ''} {one.last_name or ''}")
        mails = (mailto(told.value) for told in one.email_addresses or [])
        phones = (tel(told.value, self._region) for told in one.phone_numbers or [])
        claims = [proof for account in dict.fromkeys([*mails, *phones]) for proof in claim(account, "asserted")]
        account = self.uri("candidate", one.id)
        return Party(account=account, kind="person", side="other", role=role, name=name, claims=claims)

    def staff(self, one: Candidate | None) -> list[Party]:
        """Recruiter and coordinator, each once."""
        users = {told.id: told for told in (one.recruiter, one.coordinator) if told and told.id} if one else {}
        return [self._user(number, told) for number, told in users.items() if number is not None]

    def _user(self, number: int, told: User) -> Party:
        account = self.uri("user", number)
        claims = claim(mailto(told.email), "entered")
        return Party(account=account, kind="person", side="us", role="agent", name=one_line(told.name), claims=claims)

    def job(self, told: Application) -> Container | None:
        """The job that somebody applies for."""
        jobs = [*(told.jobs or []), told.job]
        first = next((one for one in jobs if one is not None and one.id is not None), None)
        if first is None or first.id is None:
            return None
        return Container(id=self.uri("job", first.id), name=one_line(first.name), kind="job")


def application(entry: Entry) -> list[Draft]:
    """An application came, moved, was decided, or is gone."""
    told = PAYLOAD.decode(entry.body).application
    if told is None and entry.event == "delete_application":
        told = APPLICATION.decode(entry.body)
    if told is None or told.id is None:
        raise MalformedPayloadError("the application or its id is missing", "application.id")
    place = Place(entry)
    person = place.candidate(told.candidate, "subject")
    new = _about(entry, place, told, person)
    if entry.event in ("new_candidate_application", "new_prospect_application"):
        new.published = times.parse(told.applied_at)
        if person is not None and not told.prospect and entry.event == "new_candidate_application":
            new.actor = _as_author(person)
            new.participants = place.staff(told.candidate)
            new.direction = "inbound"
        return [new]
    if entry.event == "delete_application":
        new.type = "Delete"
        return [new]
    new.published = _moment(entry.event, told)
    new.type, new.revision = "Update", f"{entry.event}/{new.published}"
    new.object.version = str(new.published) if new.published is not None else None
    new.changes = _changes(entry.event, told)
    return [new]


def _as_author(person: Party) -> Party:
    person.role = "author"
    return person


def _about(entry: Entry, place: Place, told: Application, person: Party | None) -> Draft:
    job = place.job(told)
    account = place.uri("application", told.id or 0)
    names = [job.name if job else None, person.name if person else None]
    title = ": ".join(name for name in names if name) or None
    status = STATES.get(entry.event, told.status or "")
    facts = {
        "stage": _name(told.current_stage),
        "status": one_line(status),
        "source": _name(told.source),
        "rejection_reason": _name(told.rejection_reason),
        "starts_at": one_line(told.offer.starts_at) if told.offer else None,
    }
    obj = Object(id=account, type="Employment", title=title, created=times.parse(told.applied_at))
    obj.url = told.url.replace(" ", "") if told.url and told.url.startswith(_HTTPS) else None
    return Draft(
        event=entry.event,
        type="Create",
        object=obj,
        thread=Thread(id=account, title=title, state="closed" if status in CLOSED else "open", container=job),
        channel="employee",
        visibility="restricted",
        participants=[one for one in (person, *place.staff(told.candidate)) if one is not None],
        direction="internal",
        tags=[tag for one in (told.candidate.tags or [] if told.candidate else []) if (tag := one_line(one))],
        fields={name: value for name, value in facts.items() if value},
    )


def _moment(event: str, told: Application) -> int | None:
    """When it happened: an event has no time of its own."""
    offer = told.offer.resolved_at if told.offer else None
    named = {"hire_candidate": offer, "reject_candidate": told.rejected_at}.get(event)
    return times.parse(named or told.last_activity_at or offer or told.applied_at)


def _changes(event: str, told: Application) -> list[Change]:
    if event == "candidate_stage_change":
        return [Change(field="stage", after=_name(told.current_stage))]
    state = STATES.get(event) or ("active" if event in ("unhire_candidate", "unreject_candidate") else told.status)
    return [Change(field="status", after=one_line(state))] if state else []


def _name(one: Named | None) -> str | None:
    return one_line(one.name or one.public_name) if one else None


def candidate(entry: Entry) -> list[Draft]:
    """A candidate changed, is another one, or is gone."""
    payload = PAYLOAD.decode(entry.body)
    told = payload.candidate or payload.person
    place = Place(entry)
    person = place.candidate(told, "subject")
    if told is None or person is None or person.account is None:
        raise MalformedPayloadError("the candidate or its id is missing", "person.id")
    at = times.parse(told.updated_at)
    new = Draft(
        event=entry.event,
        type="Update",
        object=Object(id=person.account, type="Person", title=person.name),
        thread=Thread(id=person.account, title=person.name),
        channel="employee",
        visibility="restricted",
        participants=[person, *place.staff(told)],
        direction="internal",
        published=at,
        revision=f"{entry.event}/{at}",
    )
    if entry.event in ("delete_candidate", "candidate_anonymized"):
        new.type, new.revision, new.object.title, new.thread.title = "Delete", entry.event, None, None
        person.claims, person.name = [], None
    elif entry.event == "merge_candidate":
        if told.new_candidate_id is None:
            raise MalformedPayloadError("whom the candidate was merged into is missing", "person.new_candidate_id")
        other = place.uri("candidate", told.new_candidate_id)
        new.revision = f"merge/{told.new_candidate_id}"
        new.references = [Reference(kind="merged_into", id=other)]
        person.claims = [Claim(relation="merged_into", account=other, trust="verified")]
    return [new]


def offer(entry: Entry) -> list[Draft]:
    """An offer, in its application's thread: that there is one and how it stands, never what it says."""
    told: Offer = OFFER.decode(entry.body)
    if told.id is None:
        raise MalformedPayloadError("the offer's id is missing", "id")
    place = Place(entry)
    account = place.uri("offer", told.id)
    thread = place.uri("application", told.application_id) if told.application_id is not None else account
    status = one_line(told.offer_status or told.status)
    at = times.parse(told.updated_at or told.resolved_at or told.sent_on or told.sent_at or told.created_at)
    new = Draft(
        event=entry.event,
        type="Create" if entry.event == "offer_created" else "Update",
        object=Object(id=account, type="Document", title="Offer", created=times.parse(told.created_at)),
        thread=Thread(id=thread),
        channel="employee",
        visibility="restricted",
        direction="internal",
        published=times.parse(told.created_at) if entry.event == "offer_created" else at,
        fields={"starts_at": one_line(told.starts_at) or ""} if one_line(told.starts_at) else {},
    )
    if entry.event == "offer_deleted":
        new.type = "Delete"
    elif new.type == "Update":
        new.revision = f"{entry.event}/{told.version or ''}/{at}"
        state = "approved" if entry.event == "offer_approved" else status
        new.changes = [Change(field="status", after=state)] if state else []
    return [new]


_APPLICATIONS = (
    *("new_candidate_application", "new_prospect_application", "application_updated", "candidate_stage_change"),
    *("hire_candidate", "unhire_candidate", "reject_candidate", "unreject_candidate", "delete_application"),
)
EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(_APPLICATIONS, application),
    **dict.fromkeys(("update_candidate", "candidate_anonymized", "delete_candidate", "merge_candidate"), candidate),
    **dict.fromkeys(("offer_created", "offer_updated", "offer_approved", "offer_deleted"), offer),
}
