"""What Greenhouse sends, as far as it is read: no custom fields, no pay, no addresses, schools and answers.

https://developers.greenhouse.io/webhooks.html
"""

from __future__ import annotations

from msgspec import Raw, Struct
from msgspec.json import Decoder


class Value(Struct, gc=False):
    """A mail address or telephone number."""

    value: str | None = None


class User(Struct, gc=False):
    """Somebody of ours."""

    id: int | None = None
    name: str | None = None
    email: str | None = None


class Candidate(Struct, gc=False):
    """Somebody who applies, or is asked to."""

    id: int | None = None
    first_name: str | None = None
    last_name: str | None = None
    url: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    phone_numbers: list[Value] | None = None
    email_addresses: list[Value] | None = None
    recruiter: User | None = None
    coordinator: User | None = None
    tags: list[str] | None = None
    new_candidate_id: int | None = None


class Named(Struct, gc=False):
    """A stage, a job, a reason, a source."""

    id: int | None = None
    name: str | None = None
    public_name: str | None = None


class Offer(Struct, gc=False):
    """When it was answered, and when the work begins."""

    id: int | None = None
    application_id: int | None = None
    status: str | None = None
    offer_status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    sent_at: str | None = None
    sent_on: str | None = None
    resolved_at: str | None = None
    starts_at: str | None = None
    version: int | None = None


class Application(Struct, gc=False):
    """One application of one candidate."""

    id: int | None = None
    status: str | None = None
    prospect: bool | None = None
    applied_at: str | None = None
    rejected_at: str | None = None
    last_activity_at: str | None = None
    url: str | None = None
    source: Named | None = None
    credited_to: User | None = None
    rejection_reason: Named | None = None
    current_stage: Named | None = None
    candidate: Candidate | None = None
    job: Named | None = None
    jobs: list[Named] | None = None
    offer: Offer | None = None


class Payload(Struct, gc=False):
    """What the event is about. Offers stand in it without a name."""

    application: Application | None = None
    candidate: Candidate | None = None
    person: Candidate | None = None


class Hook(Struct, gc=False):
    """A call."""

    action: str | None = None
    payload: Raw = Raw()


HOOK = Decoder(Hook)
PAYLOAD = Decoder(Payload)
APPLICATION = Decoder(Application)
OFFER = Decoder(Offer)
