"""The log that normalize is measured on: Zendesk's event webhooks for comments, 1.2 KB of JSON, every one different.

The peers' job J1 maps events of the same kind and size (``ticket.comment_added``) into ten fields; here a connector
works: mapping, text, accounts, visibility, every field of the contract. Either ``webhook``, whose mapping is *declared*
in the configuration (`MAPPING`: the ten fields of J1 and what else the event tells of them), or ``zendesk``, whose
mapping is code of its own. 1,000 tickets are open at a time, seven comments in each, a third of them internal notes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from commonline.configuration.load import load
from commonline.kit import deliver
from commonline.kit.instance import Instance, instances
from commonline.schemas.records import Delivery

SECRET = "bench-secret"
SECRET_VARIABLE = "BENCH_SIGNING_SECRET"
WORDS = tuple(
    """printer order late refund broken love hate thanks help why never again delivery phone app crash password reset
    angry great""".split()  # noqa: SIM905 - prose
)
TAGS = ("billing", "vip", "sales", "solved", "test", "new-tag", "emea", "bug")


Connector = Literal["webhook", "zendesk"]
SETTINGS: dict[Connector, str] = {
    "zendesk": f'subdomain = "acme{{0}}"\nsigning_secret = {{{{env = "{SECRET_VARIABLE}"}}}}',
    "webhook": f"""\
secret = {{{{env = "{SECRET_VARIABLE}"}}}}
delivery_id_header = "x-zendesk-webhook-invocation-id"
headers = ["x-zendesk-account-id", "x-zendesk-webhook-id"]
[sources.desk{{0}}.signature]
scheme = "hmac-base64"
header = "x-zendesk-webhook-signature"
content = "{{{{timestamp}}}}{{{{body}}}}"
timestamp_header = "x-zendesk-webhook-signature-timestamp"
timestamp_format = "iso"
[sources.desk{{0}}.mapping]
system = "acme{{0}}"
kind = "comment"
thread_kind = "ticket"
event = "type"
id = "event.comment.id"
title = "detail.subject"
text = "event.comment.body"
published = "time"
channel = "ticket"
visibility = "event.comment.is_public && 'customer' || 'internal'"
thread = "detail.id"
thread_title = "detail.subject"
thread_state = "detail.status == 'SOLVED' && 'closed' || 'open'"
tags = "detail.tags"
participants = [{{{{id = "detail.requester_id", role = "requester"}}}}]
[sources.desk{{0}}.mapping.actor]
id = "event.comment.author.id"
name = "event.comment.author.name"
kind = "person"
side = "event.comment.author.is_staff && 'us' || 'customer'"
[sources.desk{{0}}.mapping.fields]
priority = "detail.priority"
""",
}
"""A source's settings beside connector and workspace; {0} is its number."""


def configuration(sources: int, workspaces: int = 1, connector: Connector = "zendesk") -> str:
    """``commonline.toml`` with so many desks, spread over the workspaces."""
    lines = ['[commonline]\nlisten = "127.0.0.1:0"\ndurability = "process"']
    lines += [f"[workspaces.{workspace(number)}]" for number in range(workspaces)]
    for number in range(sources):
        home = workspace(number % workspaces)
        lines.append(f'[sources.desk{number}]\nconnector = "{connector}"\nworkspace = "{home}"')
        lines.append(SETTINGS[connector].format(number))
    return "\n".join(lines) + "\n"


def workspace(number: int) -> str:
    """Name of a workspace; the first is `acme`."""
    return "acme" if number == 0 else f"acme{number}"


def bodies(count: int, first: int = 0, seed: int = 7) -> Iterator[bytes]:
    """Bodies of webhooks as Zendesk documents them; their comments are numbered from `first` + 1."""
    chance = random.Random(seed)
    for number in range(first, first + count):
        ticket = number // 7 // 1000 * 1000 + chance.randrange(1000) + 1
        user = ticket * 3 + chance.randrange(4)
        texts = [" ".join(chance.choices(WORDS, k=size)) for size in (25, 30)]
        yield msgspec.json.encode(_event(number, ticket, user, texts, chance.sample(TAGS, 2)))


def _event(number: int, ticket: int, user: int, texts: list[str], tags: list[str]) -> dict[str, object]:
    moment = f"2026-05-08T12:{number // 60 % 60:02}:{number % 60:02}.{number % 1_000_000:06}Z"
    return {
        "type": "zen:event-type:ticket.comment_added",
        "account_id": 12514403,
        "id": f"cbe4028c-7239-495d-b020-{number:012x}",
        "time": moment,
        "zendesk_event_version": "2022-06-20",
        "subject": f"zen:ticket:{ticket}",
        "detail": {
            "actor_id": str(user),
            "assignee_id": "8447388090494",
            "brand_id": "8447346621310",
            "created_at": "2026-05-08T12:28:00Z",
            "custom_status": "8447320465790",
            "description": texts[0],
            "external_id": None,
            "form_id": "8646151517822",
            "group_id": "8447320466430",
            "id": str(ticket),
            "is_public": True,
            "organization_id": "8447346622462",
            "priority": "LOW",
            "requester_id": str(user),
            "status": "OPEN",
            "subject": f"Order {ticket}",
            "submitter_id": "8447388090494",
            "tags": tags,
            "type": "TASK",
            "updated_at": moment,
            "via": {"channel": "web_service"},
        },
        "event": {"comment": _comment(number, user, texts[1])},
    }


def _comment(number: int, user: int, text: str) -> dict[str, object]:
    author = {"id": str(user), "is_staff": False, "name": f"User {user}"}
    return {"author": author, "body": text, "id": str(number + 1), "is_public": bool(number % 3)}


def desks(file: Path) -> list[Instance]:
    """The sources of a configuration file."""
    os.environ.setdefault(SECRET_VARIABLE, SECRET)
    return list(instances(load(file), file.parent).values())


def deliveries(count: int, desks: list[Instance]) -> Iterator[Delivery]:
    """What connect would write for so many webhooks, to the desks in turn."""
    for number, body in enumerate(bodies(count)):
        yield deliver.delivery(
            desks[number % len(desks)],
            body,
            received=1_790_000_000_000_000 + number * 1000,
            transport="webhook",
            authentication="signature",
            content_type="application/json",
            headers={"x-zendesk-account-id": "12514403", "x-zendesk-webhook-id": "01K0WEBHOOK"},
            request="POST /in/desk",
            vendor_id=f"01K0INVOCATION{number:012}",
        )
