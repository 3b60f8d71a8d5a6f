"""Zendesk event webhooks, and HubSpot's (an array of events)."""

from __future__ import annotations

import json
from typing import Any

from commonline.demo.scene import Post
from commonline.demo.world import Day

DESK = "acme-zendesk"
CRM = "acme-hubspot"
AGENT = "900100"
TITLE = "Kettle Two leaks at the base"


def _event(day: Day, moment: int, kind: str, subject: str, detail: dict[str, Any], event: dict[str, Any]) -> Post:
    sequence = {"meta": {"sequence": {"id": f"{day.began:X}{moment:04X}", "position": 1, "total": 1}}}
    body = {
        "account_id": day.account_id,
        "detail": detail,
        "event": event | sequence,
        "id": f"5f0c{moment:04d}-77aa-4d0e-9b1c-{day.began:012d}",
        "subject": subject,
        "time": day.iso(moment).replace("Z", ".418203917Z"),
        "type": f"zen:event-type:{kind}",
        "zendesk_event_version": "2022-11-06",
    }
    return Post(DESK, json.dumps(body).encode())


def _ticket(day: Day, moment: int, actor: str, status: str = "OPEN") -> dict[str, Any]:
    return {
        "actor_id": actor,
        "assignee_id": AGENT,
        "brand_id": "33",
        "created_at": day.iso(3),
        "custom_status": "51",
        "description": f"Ana wrote on our page: {day.permalink}\nKettle Two leaks at the base.",
        "external_id": None,
        "form_id": "12",
        "group_id": "4100",
        "id": day.ticket,
        "is_public": True,
        "organization_id": None,
        "priority": "HIGH",
        "requester_id": day.ana.zendesk,
        "status": status,
        "subject": TITLE,
        "submitter_id": AGENT,
        "tags": ["kettle_two", "leak"],
        "type": "PROBLEM",
        "via": {"channel": "web"},
        "updated_at": day.iso(moment),
    }


def _on_ticket(day: Day, moment: int, kind: str, actor: str, event: dict[str, Any], status: str = "OPEN") -> Post:
    return _event(day, moment, f"ticket.{kind}", f"zen:ticket:{day.ticket}", _ticket(day, moment, actor, status), event)


def ticket_created(day: Day) -> Post:
    """An agent opens a ticket for Ana and quotes her post."""
    return _on_ticket(day, 3, "created", AGENT, {})


def _comment(day: Day, moment: int, body: str, *, public: bool) -> Post:
    author = {"id": AGENT, "is_staff": True, "name": "Sam Support"}
    comment = {"id": f"8{day.began % 10_000_000}{moment:02d}", "body": body, "author": author, "is_public": public}
    return _on_ticket(day, moment, "comment_added", AGENT, {"comment": comment})


def note(day: Day) -> Post:
    """For colleagues only."""
    return _comment(
        day,
        8,
        "Third replacement for Ms Silva. Batch 7 again, see quality. Goodwill up to 100 EUR is fine.",
        public=False,
    )


def reply(day: Day) -> Post:
    """The answer that Ana gets."""
    text = "Dear Ms Silva, a courier brings a new kettle tomorrow. Please do not use the old one. Sam from Acme Kettles"
    return _comment(day, 19, text, public=True)


def solved(day: Day) -> Post:
    """The ticket is solved."""
    return _on_ticket(day, 23, "status_changed", AGENT, {"current": "SOLVED", "previous": "OPEN"}, "SOLVED")


def identity(day: Day) -> Post:
    """Ana confirmed her address."""
    user = {
        "created_at": day.iso(3),
        "email": day.ana.mail,
        "external_id": None,
        "default_group_id": None,
        "id": day.ana.zendesk,
        "organization_id": None,
        "role": "end-user",
        "updated_at": day.iso(4),
    }
    told = {
        "identity": {"id": f"41{day.began}", "type": "email", "value": day.ana.mail, "primary": True, "verified": True}
    }
    return _event(day, 4, "user.identity_created", f"zen:user:{day.ana.zendesk}", user, told)


def _crm(day: Day, number: int, name: str, value: str) -> Post:
    change = {
        "eventId": day.began * 10 + number,
        "subscriptionId": 2201000 + number,
        "portalId": day.portal,
        "appId": 3310042,
        "occurredAt": day.second(number) * 1000 + 4,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": 351,
        "propertyName": name,
        "propertyValue": value,
        "changeSource": "CRM_UI",
        "sourceId": "userId:50549138",
    }
    return Post(CRM, json.dumps([change]).encode())


def crm_address(day: Day) -> Post:
    """Sales enters Ana's address: now CRM and desk know the same person."""
    return _crm(day, 5, "email", day.ana.mail)


def crm_stage(day: Day) -> Post:
    """Sales notes that this customer is at risk."""
    return _crm(day, 21, "hs_lead_status", "AT_RISK")
