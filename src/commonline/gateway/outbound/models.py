"""What the API of webhooks takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from commonline.gateway.outbound.filters import Filter
from commonline.schemas.model import Model, Time

Url = Annotated[str, Field(max_length=2000, examples=["https://crm.example/hooks/commonline"])]
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Identifier = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
DAY_S = 86_400


class NewWebhook(Model):
    """A subscription to a department's feed, from now on."""

    workspace: Text
    """Whose conversations."""
    department: Text
    """Whose feed: its redaction holds for the calls."""
    url: Url
    """Where to. https, and no inner address, unless the configuration names the host."""
    description: Text = ""
    """For people."""
    filter: Filter = Filter()
    """What is wanted of it."""


class Change(Model):
    """What is to be different. What is left out stays."""

    url: Url | None = None
    description: Text | None = None
    filter: Filter | None = None
    state: Literal["active", "paused"] | None = None
    """paused: what comes is kept and sent later. active: also takes back a disabling."""


class Webhook(Model):
    """A subscription."""

    id: Identifier
    workspace: str
    department: str
    url: str
    description: str
    filter: Filter
    state: Literal["active", "paused", "disabled"]
    """disabled: the receiver answered 410 Gone."""
    reason: str | None
    """Why it is disabled."""
    made: Time
    made_by: str
    pending: int
    """Calls that wait to be made."""
    dead: int
    """Calls that were given up."""


class WithSecret(Model):
    """A secret. It is shown here and never again."""

    webhook: Webhook
    secret: str
    """whsec_…: give it to the receiver, which verifies by Standard Webhooks."""


class Rotation(Model):
    """How long the secrets before sign beside the new one."""

    overlap_s: Annotated[int, Field(ge=0, le=30 * DAY_S)] = DAY_S


class Tested(Model):
    """What a call of type ping brought, just now."""

    delivered: bool
    status: int | None
    error: str | None
    seconds: float


class Range(Model):
    """Records that the line learned from `since` until before `until`."""

    since: datetime
    until: datetime


class Call(Model):
    """A call that was made, or is to be."""

    position: int
    id: str
    """webhook-id: the same for every attempt."""
    type: str
    conversation: str
    state: Literal["pending", "delivered", "dead"]
    attempts: int
    made: Time
    due: Time
    finished: Time | None
    status: int | None
    error: str | None


class CallDetail(Call):
    """A call with its body."""

    body: str


class Count(Model):
    """How many."""

    count: int
