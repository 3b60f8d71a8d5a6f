"""CRM objects with all their facts: as the search answers them, and as a workflow's webhook action posts them.

A snapshot does not say what changed. One that is as old as its object is the Create; a later one is an
Update whose version is the time of the last change, so that it takes its place among the property changes
told by webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.hubspot.crm import required, version
from commonline.connectors.hubspot.payload import Record, Workflow
from commonline.connectors.hubspot.portal import CHANNELS, TYPES, Portal, address, contact, portal
from commonline.connectors.hubspot.properties import (
    MAIL,
    PHONE,
    STAGE,
    TEXT,
    TITLE,
    as_text,
    claims_of,
    ticket_state,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.schemas.records import Claim, Object, Party

SETTLED_US = 60_000_000
"""HubSpot computes properties of a new object for some seconds: changes so soon belong to its creation."""
MODIFIED = ("lastmodifieddate", "hs_lastmodifieddate")
FIELDS = frozenset(
    {
        "amount",
        "closedate",
        "dealstage",
        "domain",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
        "jobtitle",
        "lifecyclestage",
        "pipeline",
        "source_type",
    }
)
"""Properties that are carried as fields; whatever else there is stays in the delivery."""
EVENTS_BY_KIND = {"contact": "contacts", "company": "companies", "deal": "deals", "ticket": "tickets"}
"""Kinds that are searched, and what the API calls them."""
_RECORD = msgspec.json.Decoder(Record)


class Snapshot(msgspec.Struct, gc=False):
    """One object at one time, from either way."""

    where: Portal
    kind: str
    id: str
    values: dict[str, str]
    created: int | None
    updated: int | None
    archived: bool = False
    claims: list[Claim] = []


def searched(entry: Entry) -> list[Draft]:
    """A search result; its kind stands in the event's name (``crm.contacts``)."""
    told = _RECORD.decode(entry.body)
    plural = entry.event.partition(".")[2]
    kind = next(kind for kind, name in EVENTS_BY_KIND.items() if name == plural)
    values = {name: text for name, value in told.properties.items() if (text := as_text(value)) is not None}
    snapshot = Snapshot(
        where=portal(entry.settings.get("portal_id")),
        kind=kind,
        id=required(told.id, "id"),
        values=values,
        created=times.parse(told.created_at),
        updated=times.parse(told.updated_at),
        archived=told.archived,
    )
    return [_draft(entry, snapshot)]


def from_workflow(entry: Entry) -> list[Draft]:
    """What a workflow posted about an object that went through it."""
    told: Workflow = entry.body
    where = portal(told.portal_id or told.contact_portal)
    kind, native_id = workflow_object(told)
    values = {n: text for n, p in told.properties.items() if (text := as_text(p.value)) is not None}
    modified = [at for name in MODIFIED if (at := times.parse(values.get(name))) is not None]
    snapshot = Snapshot(
        where=where,
        kind=kind,
        id=native_id,
        values=values,
        created=times.parse(values.get("createdate")),
        updated=max(modified, default=None),
        claims=_identities(told, entry.settings.get("region")),
    )
    return [_draft(entry, snapshot)]


def workflow_object(told: Workflow) -> tuple[str, str]:
    """Kind and id of a workflow's object. Raises `MalformedPayloadError` if neither is told."""
    for kind, value in (("contact", told.vid), ("company", told.company_id), ("deal", told.deal_id)):
        if value is not None:
            return kind, required(value, f"{kind} id")
    if told.object_id is not None and told.object_type:
        return told.object_type.lower(), required(told.object_id, "objectId")
    raise MalformedPayloadError("the object has no vid, companyId, dealId or objectId with objectType", "vid")


def _identities(told: Workflow, region: str | None) -> list[Claim]:
    claims: list[Claim] = []
    for profile in told.profiles or ():
        for one in profile.identities or ():
            if one.type in ("EMAIL", "PHONE"):
                claims += accounts.claim(address(one.value, region), "entered")
    return claims


def _draft(entry: Entry, now: Snapshot) -> Draft:
    values, kind, where = now.values, now.kind, now.where
    title = _name(values) if kind == "contact" else values.get(TITLE.get(kind, ""))
    later = now.updated is not None and now.created is not None and now.updated - now.created > SETTLED_US
    update = later or now.created is None
    at = now.updated if update else now.created
    uri = where.uri(kind, now.id)
    draft = Draft(
        event=entry.event,
        type="Delete" if now.archived else "Update" if update else "Create",
        revision=version(now.updated) if update or now.archived else "",
        object=Object(
            id=uri,
            type=TYPES.get(kind, "Record"),
            version=version(now.updated) or None,
            url=where.url(kind, now.id),
            title=title,
            text=None if now.archived else values.get(TEXT.get(kind, "")),
            created=now.created if update else None,
        ),
        thread=where.thread(uri, title),
        channel=CHANNELS.get(kind, "crm"),
        visibility="internal",
        participants=_participants(now, title, entry.settings),
        direction="internal",
        published=at,
        fields={name: value for name, value in values.items() if name in FIELDS},
    )
    if kind == "ticket":
        draft.thread.state = ticket_state(values.get(STAGE), entry.settings)
    return draft


def _participants(now: Snapshot, title: str | None, settings: Mapping[str, Any]) -> list[Party]:
    parties: list[Party] = []
    if now.kind == "contact":
        claims = {claim.account: claim for claim in now.claims}
        for name in (*sorted(MAIL), *sorted(PHONE)):
            for claim in claims_of(name, now.values.get(name), settings.get("region")):
                claims.setdefault(claim.account, claim)
        parties.append(contact(now.where.uri("contact", now.id), list(claims.values()), title))
    owner = now.values.get("hubspot_owner_id")
    if owner:
        parties.append(Party(account=now.where.uri("owner", owner), kind="person", side="us", role="owner"))
    return parties


def _name(values: Mapping[str, str]) -> str | None:
    return " ".join(part for part in (values.get("firstname"), values.get("lastname")) if part) or None
