"""What Pipedrive sends, as far as it is mapped: webhooks of both versions, and records as the API gives them.

https://pipedrive.readme.io/docs/guide-for-webhooks-v2
https://pipedrive.readme.io/docs/guide-for-webhooks
https://developers.pipedrive.com/docs/api/v1
Version 1 has the record in `current` and all of its former self in `previous`; version 2 in `data`, and in `previous`
only what changed. Ids are numbers or texts.
"""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

Id = int | str | None


class Inner(Struct, gc=False):
    """Another record, written out in place of its id."""

    id: Id = None
    value: Id = None
    name: str | None = None
    title: str | None = None


Ref = Inner | int | str | None


class Address(Struct, gc=False):
    """One mail address or telephone number of a person."""

    value: str | None = None
    primary: bool | None = None


class Amount(Struct, gc=False):
    """What a lead may be worth."""

    amount: float | None = None
    currency: str | None = None


class Record(Struct, gc=False):
    """Any record: every kind has some of these."""

    id: Id = None
    title: str | None = None
    name: str | None = None
    subject: str | None = None
    content: str | None = None
    note: str | None = None
    public_description: str | None = None
    type: str | None = None
    status: str | None = None
    done: bool | int | None = None
    value: float | Amount | None = None
    currency: str | None = None
    stage_id: Id = None
    pipeline_id: Id = None
    lost_reason: str | None = None
    owner_id: Ref = None
    owner_name: str | None = None
    user_id: Ref = None
    creator_user_id: Ref = None
    person_id: Ref = None
    person_name: str | None = None
    person: Inner | None = None
    org_id: Ref = None
    org_name: str | None = None
    organization_id: Ref = None
    organization: Inner | None = None
    deal_id: Ref = None
    deal_title: str | None = None
    deal: Inner | None = None
    lead_id: Ref = None
    email: list[Address] | str | None = None
    emails: list[Address] | None = None
    phone: list[Address] | str | None = None
    phones: list[Address] | None = None
    due_date: str | None = None
    due_time: str | None = None
    duration: str | None = None
    visible_to: Id = None
    add_time: str | None = None
    update_time: str | None = None


class Meta(Struct, gc=False):
    """What was done, by whom, to which record."""

    action: str | None = None
    object: str | None = None
    entity: str | None = None
    entity_id: Id = None
    id: Id = None
    company_id: Id = None
    user_id: Id = None
    host: str | None = None
    timestamp: int | str | None = None
    timestamp_micro: int | None = None
    merged_to_id: Id = None


class Call(Struct, gc=False):
    """A webhook's body."""

    meta: Meta | None = None
    current: Raw = Raw(b"null")
    data: Raw = Raw(b"null")
    previous: Raw = Raw(b"null")


class Told(Struct, gc=False):
    """A part of a delivery: the record's JSON, its former self, and what was done to it (None: it was polled)."""

    kind: str
    raw: bytes
    before: dict[str, Any] = field(default_factory=dict)
    meta: Meta | None = None


CALL = Decoder(Call)
RECORD = Decoder(Record)
PLAIN = Decoder(dict[str, Any] | None)
