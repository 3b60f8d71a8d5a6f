"""User and organization events: who somebody is, by which addresses, and in which organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from commonline.connectors.zendesk.desk import Desk, desk_of, identity_account, side_of, user_claims
from commonline.connectors.zendesk.payload import (
    ORGANIZATION_EVENT,
    USER_EVENT,
    Identity,
    Organization,
    OrganizationEvent,
    User,
    UserEvent,
    text_id,
)
from commonline.connectors.zendesk.tickets import custom_change
from commonline.connectors.zendesk.values import lowered, micros, plain, scalar, version
from commonline.errors import MalformedPayloadError
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import ActivityType, Change, Claim, Object, Party, Thread

UserHandler = Callable[[Entry, UserEvent, Desk], list[Draft]]
OrganizationHandler = Callable[[Entry, OrganizationEvent, Desk], list[Draft]]


def user_event(handler: UserHandler) -> EventMapping:
    """Read the body of a user event and hand it to its mapping."""

    def read(entry: Entry) -> list[Draft]:
        envelope = USER_EVENT.decode(entry.body)
        return handler(entry, envelope, desk_of(entry, envelope.account_id))

    return read


def organization_event(handler: OrganizationHandler) -> EventMapping:
    """Read the body of an organization event and hand it to its mapping."""

    def read(entry: Entry) -> list[Draft]:
        envelope = ORGANIZATION_EVENT.decode(entry.body)
        return handler(entry, envelope, desk_of(entry, envelope.account_id))

    return read


def record(
    entry: Entry,
    desk: Desk,
    kind: str,
    detail: User | Organization,
    *,
    verb: ActivityType,
    changes: list[Change],
    moment: str | None,
) -> Draft:
    """A fact about a user or organization. Zendesk does not say who made it. CRM records are internal."""
    uri = desk.uri(kind, detail.id)
    told = version(detail.updated_at) or version(moment)
    return Draft(
        event=entry.event,
        type=verb,
        object=Object(
            id=uri,
            type="Person" if kind == "user" else "Organization",
            version=told,
            url=desk.page(kind, detail.id),
            title=plain(detail.name),
            created=micros(detail.created_at),
        ),
        thread=Thread(id=uri, title=plain(detail.name)),
        channel="crm",
        visibility="internal",
        revision="" if verb == "Create" else (told or ""),
        our_account=desk.account,
        direction="internal",
        published=micros(moment) or micros(detail.updated_at),
        changes=changes,
    )


def person(
    entry: Entry,
    envelope: UserEvent,
    desk: Desk,
    verb: ActivityType,
    *,
    change: Change | None = None,
    claims: list[Claim] | None = None,
) -> Draft:
    """A fact about a user, who is its subject."""
    user = envelope.detail
    changes = [change] if change else []
    draft = record(entry, desk, "user", user, verb=verb, changes=changes, moment=envelope.time)
    draft.participants = [
        Party(
            account=draft.object.id,
            kind="person",
            side=side_of(user.role),
            role="subject",
            name=plain(user.name),
            claims=strongest([*user_claims(desk, user), *(claims or [])]),
        )
    ]
    external = text_id(user.external_id)
    told = {"role": lowered(user.role), "external_id": external}
    draft.fields = {name: value for name, value in told.items() if value}
    return draft


def strongest(claims: list[Claim]) -> list[Claim]:
    """Each claim once, by whoever vouches best."""
    best: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        known = best.get((claim.relation, claim.account))
        if known is None or claim.trust == "verified":
            best[claim.relation, claim.account] = claim
    return list(best.values())


def created(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """``user.created``"""
    return [person(entry, envelope, desk, "Create")]


def removed(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """``user.deleted``: nothing of the person is told any more."""
    draft = person(entry, envelope, desk, "Delete")
    draft.participants[0].claims = []
    draft.participants[0].name = None
    draft.object.title = draft.thread.title = None
    return [draft]


def property_changed(field: str) -> UserHandler:
    """``current`` and ``previous`` of one property of a user."""

    def handle(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
        told = envelope.event
        change = Change(field=field, before=scalar(told.previous), after=scalar(told.current))
        if field == "name":
            envelope.detail.name = change.after
        return [person(entry, envelope, desk, "Update", change=change)]

    return handle


def own_field_changed(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """A field that the account made itself."""
    return [person(entry, envelope, desk, "Update", change=custom_change(envelope.event))]


def tags_changed(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """Tags of a user that came and went."""
    return [person(entry, envelope, desk, "Update", change=tags_change(envelope))]


def tags_change(envelope: UserEvent | OrganizationEvent) -> Change:
    """`before` holds the tags that went, `after` those that came."""
    told = envelope.event
    before = scalar(told.removed.tags) if told.removed else None
    return Change(field="tags", before=before, after=scalar(told.added.tags) if told.added else None)


def identity_changed(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """An address or number was added, changed or removed; it stands in `identity`, or in `current`."""
    told = envelope.event
    now = told.identity or _identity(told.current, "event.current")
    before = _identity(told.previous, "event.previous")
    if now is None and before is None:
        raise MalformedPayloadError("the event tells no identity", "event.identity")
    gone = entry.event.endswith("identity_deleted")
    if gone:
        now, before = None, now or before
    kind = next((one.type for one in (now, before) if one and one.type), "identity")
    change = Change(
        field="phone" if kind == "phone_number" else kind.lower(),
        before=before.value if before else None,
        after=now.value if now else None,
    )
    claims = _claims(desk, now, "same_as") + _claims(desk, None if gone else before, "formerly")
    draft = person(entry, envelope, desk, "Update", change=change, claims=claims)
    if gone and before is not None:
        account = identity_account(desk, before)
        subject = draft.participants[0]
        subject.claims = [claim for claim in subject.claims if claim.account != account]
    return [draft]


def _identity(value: Any, path: str) -> Identity | None:
    if value is None:
        return None
    try:
        return msgspec.convert(value, Identity)
    except msgspec.ValidationError as error:
        raise MalformedPayloadError(str(error), path) from error


def _claims(desk: Desk, identity: Identity | None, relation: Any) -> list[Claim]:
    account = identity_account(desk, identity) if identity else None
    if account is None or identity is None:
        return []
    return [Claim(relation=relation, account=account, trust="verified" if identity.verified else "entered")]


def merged(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
    """This user was merged into another, who goes on."""
    target = text_id(envelope.event.user.id) if envelope.event.user else None
    if target is None:
        raise MalformedPayloadError("a merge names no user that it goes into", "event.user.id")
    uri = desk.uri("user", target)
    claim = Claim(relation="merged_into", account=uri, trust="verified")
    return [person(entry, envelope, desk, "Update", change=Change(field="x.merged_into", after=uri), claims=[claim])]


def membership(kind: str, verb: ActivityType) -> UserHandler:
    """A user joined or left an organization or a group of agents."""

    def handle(entry: Entry, envelope: UserEvent, desk: Desk) -> list[Draft]:
        pointer = envelope.event.organization if kind == "organization" else envelope.event.group
        native_id = text_id(pointer.id) if pointer else None
        if native_id is None:
            raise MalformedPayloadError(f"the event names no {kind}", f"event.{kind}.id")
        draft = person(entry, envelope, desk, verb)
        draft.edge = desk.uri("user", envelope.detail.id, "member", kind, native_id)
        draft.object = Object(
            id=desk.uri(kind, native_id),
            type="Organization" if kind == "organization" else "Group",
            url=desk.page(kind, native_id) if kind == "organization" else None,
        )
        subject = draft.participants[0]
        its_account = desk.uri("organization", native_id)
        if kind == "organization" and verb == "Leave":
            subject.claims = [claim for claim in subject.claims if claim.account != its_account]
        draft.actor, draft.participants = subject, []
        subject.role = "member"
        return [draft]

    return handle


def organization(
    entry: Entry, envelope: OrganizationEvent, desk: Desk, verb: ActivityType, *, change: Change | None = None
) -> Draft:
    """A fact about an organization."""
    changes = [change] if change else []
    return record(entry, desk, "organization", envelope.detail, verb=verb, changes=changes, moment=envelope.time)


def organization_created(entry: Entry, envelope: OrganizationEvent, desk: Desk) -> list[Draft]:
    """``organization.created``"""
    return [organization(entry, envelope, desk, "Create")]


def organization_removed(entry: Entry, envelope: OrganizationEvent, desk: Desk) -> list[Draft]:
    """``organization.deleted``"""
    draft = organization(entry, envelope, desk, "Delete")
    draft.object.title = draft.thread.title = None
    return [draft]


def organization_changed(change_of: Callable[[OrganizationEvent], Change]) -> OrganizationHandler:
    """One property of an organization."""

    def handle(entry: Entry, envelope: OrganizationEvent, desk: Desk) -> list[Draft]:
        change = change_of(envelope)
        if change.field == "name":
            envelope.detail.name = change.after or envelope.detail.name
        return [organization(entry, envelope, desk, "Update", change=change)]

    return handle


def organization_property(field: str) -> OrganizationHandler:
    """``current`` and ``previous`` of one property of an organization."""
    return organization_changed(
        lambda told: Change(field=field, before=scalar(told.event.previous), after=scalar(told.event.current))
    )
