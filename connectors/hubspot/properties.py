"""Properties of CRM objects: what their values mean for title, text, state, consent and people's addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.hubspot.portal import address
from commonline.kit import accounts
from commonline.kit.text import tidy
from commonline.schemas.records import Change, Claim, ThreadState

MAIL = frozenset({"email", "work_email", "hs_additional_emails"})
PHONE = frozenset({"phone", "mobilephone", "hs_whatsapp_phone_number"})
ADDRESSES = MAIL | PHONE
TITLE = {"ticket": "subject", "deal": "dealname", "company": "name", "product": "name", "line_item": "name"}
TEXT = {"ticket": "content", "deal": "description", "company": "description", "product": "description"}
NAMES: dict[str, str] = {
    "subject": "title",
    "dealname": "title",
    "content": "body",
    "hs_pipeline_stage": "stage",
    "dealstage": "stage",
    "hs_pipeline": "x.pipeline",
    "pipeline": "x.pipeline",
    "hs_ticket_priority": "priority",
    "hs_priority": "priority",
    "hubspot_owner_id": "owner",
    "hubspot_team_id": "group",
    "amount": "amount",
    "closedate": "due",
    "hs_task_status": "status",
    "hs_lead_status": "status",
}
"""Names of changes that mean the same in every desk; all other properties are ``x.<name>``."""
STAGE = "hs_pipeline_stage"
OPT_OUT = "hs_email_optout"
"""Also with a subscription's number behind it."""
VALUE_LIMIT = 4000


class Told(msgspec.Struct, gc=False):
    """What a property, or all of them together, tell."""

    title: str | None = None
    text: str | None = None
    state: ThreadState = "unknown"
    claims: list[Claim] = []
    changes: list[Change] = []


def tell(kind: str, name: str, value: Any, settings: Mapping[str, Any]) -> Told:
    """What one new value means. An empty value is one that was taken away."""
    told = Told()
    text = as_text(value)
    if name.startswith(OPT_OUT):
        purpose = name.removeprefix(OPT_OUT).strip("_")
        field = f"consent.email.{purpose}" if purpose else "consent.email"
        told.changes = [Change(field=field, after="denied" if text == "true" else "granted")]
        return told
    told.changes = [Change(field=_field(kind, name), after=text[:VALUE_LIMIT] if text else None)]
    if name == TITLE.get(kind):
        told.title = text
    elif name == TEXT.get(kind):
        told.text = text or ""
    elif kind == "ticket" and name == STAGE:
        told.state = ticket_state(text, settings)
    elif kind == "contact":
        told.claims = claims_of(name, text, settings.get("region"))
    return told


def _field(kind: str, name: str) -> str:
    if name == TITLE.get(kind):
        return "title"
    if name == TEXT.get(kind):
        return "body"
    return NAMES.get(name, f"x.{name}")


def as_text(value: Any) -> str | None:
    """A property's value as plain text; None for an empty one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return tidy(value, []).text or None if isinstance(value, str) else None


def claims_of(name: str, text: str | None, region: str | None) -> list[Claim]:
    """The addresses of a contact that a property holds: staff or an import entered them."""
    if text is None or name not in ADDRESSES:
        return []
    claims: list[Claim] = []
    for one in text.split(";") if name in MAIL else [text]:
        if ("@" in one) == (name in MAIL):
            claims += accounts.claim(address(one.strip(), region), "entered")
    return claims


def ticket_state(stage: str | None, settings: Mapping[str, Any]) -> ThreadState:
    """What a stage of a ticket's pipeline means; the configuration knows which stages end it."""
    if stage is None:
        return "unknown"
    return "closed" if stage in {str(one) for one in settings.get("closed_stages") or ()} else "open"
