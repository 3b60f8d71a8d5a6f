"""Messenger beyond messages: opt-ins, referrals, hand-overs, account linking, feedback, forms, policy."""

from __future__ import annotations

from typing import Any

import msgspec

from commonline.connectors.facebook.messenger import draft, opened, referral_fields, turn
from commonline.connectors.facebook.messenger_payload import (
    AccountLinking,
    Optin,
    PolicyEnforcement,
    Referral,
    ResponseFeedback,
    Screens,
    ThreadControl,
)
from commonline.connectors.facebook.pages import CONNECTOR, MessengerPart, Page
from commonline.connectors.facebook.payload import Id, id_text
from commonline.kit import accounts, times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry
from commonline.kit.text import tidy
from commonline.schemas.records import Change, Claim, Object, Party, Thread

STOPPED = "STOP_NOTIFICATIONS"
SCALES = {"csat": 5.0, "nps": 10.0, "ces": 7.0}
"""Greatest answer of Meta's kinds of question (customer feedback template)."""


def referral(entry: Entry) -> list[Draft]:
    """Somebody came back into the thread by a link, an advertisement or a plugin; nothing was said yet."""
    told: Referral = entry.body.told
    now = turn(entry.body)
    new = draft(now, entry.event, Object(id=now.page.uri("referral", now.key, str(now.at)), type="Other"))
    new.type = "View"
    new.fields.update(referral_fields(told))
    return [new]


def optin(entry: Entry) -> list[Draft]:
    """Consent to be written to, given or withdrawn. Its token is a secret and stays behind."""
    part: MessengerPart = entry.body
    told: Optin = part.told
    guest = id_text(told.user_ref)
    # The checkbox plugin: who it was comes with the person's first message (`prior_message`).
    now = opened(part, "user_ref", guest) if guest is not None else turn(part)
    purpose = told.type or "messages"
    stopped = told.notification_messages_status == STOPPED
    uri = now.page.uri("optin", now.key, purpose)
    new = draft(now, entry.event, Object(id=uri, type="Consent", title=told.title or told.topic or None))
    new.type = "Reject" if stopped else "Accept"
    new.revision = _version(now.at)
    new.changes = [Change(field=f"consent.{purpose}", after="denied" if stopped else "granted")]
    values = {"ref": told.ref, "payload": told.payload, "frequency": told.notification_messages_frequency}
    new.fields.update({name: value for name, value in values.items() if value})
    return [new]


def handover(entry: Entry) -> list[Draft]:
    """Another app holds the thread now, or wants to. The person of the thread sees nothing of it."""
    part: MessengerPart = entry.body
    now = turn(part)
    new = draft(now, entry.event, Object(id=now.thread.id, type="Other"))
    new.type, new.direction, new.visibility = "Move", "internal", "internal"
    new.revision = _version(now.at)
    new.participants = [msgspec.structs.replace(now.other, role="subject")]
    if part.field == "app_roles":
        new.type, new.actor = "Update", None
        roles: dict[str, list[str]] = part.told
        new.changes = [
            Change(field=f"x.app_roles.{app}", after=" ".join(sorted(r))) for app, r in sorted(roles.items())
        ]
        return [new]
    told: ThreadControl = part.told
    before, after = id_text(told.previous_owner_app_id), id_text(told.new_owner_app_id)
    if part.field == "request_thread_control":
        wanted = told.requested_owner_app_id
        new.type, new.actor = "Offer", _app(wanted)
        new.changes = [Change(field="x.requested_owner", after=id_text(wanted))]
    else:
        taken = part.field == "take_thread_control"
        new.actor = _app(told.new_owner_app_id if taken else told.previous_owner_app_id)
        new.changes = [Change(field="owner", before=before, after=after)]
    if told.metadata:
        new.fields["metadata"] = told.metadata
    return [new]


def _app(native_id: Id | None) -> Party | None:
    text = id_text(native_id)
    if text is None:
        return None
    account = accounts.native(CONNECTOR, "app", text)
    return Party(account=account, kind="application", side="us", role="author")


def policy(entry: Entry) -> list[Draft]:
    """Meta warns the page, blocks or unblocks its messaging."""
    part: MessengerPart = entry.body
    told: PolicyEnforcement = part.told
    page: Page = part.page
    at = times.parse(part.messaging.timestamp) or part.at
    undone = told.action == "unblock"
    warning = told.action not in ("block", "unblock")
    obj = page.as_object()
    obj.text = tidy(told.reason, []).text if told.reason else None
    return [
        Draft(
            event=entry.event,
            type="Undo" if undone else "Flag" if warning else "Block",
            undoes="Block" if undone else None,
            edge=f"{page.account}/policy",
            revision=_version(at),
            object=obj,
            thread=Thread(id=page.account, container=page.container),
            our_account=page.account,
            direction="inbound",
            channel="alert",
            visibility="internal",
            automated=True,
            published=at,
            fields={"action": told.action},
        )
    ]


def linking(entry: Entry) -> list[Draft]:
    """The person tied their account with the page's own shop or service to Messenger, or untied it."""
    told: AccountLinking = entry.body.told
    now = turn(entry.body)
    new = draft(now, entry.event, Object(id=now.other.account or now.thread.id, type="Profile"))
    new.type = "Update"
    new.revision = _version(now.at)
    new.changes = [Change(field="x.account_linking", after=told.status)]
    return [new]


def response_feedback(entry: Entry) -> list[Draft]:
    """Thumbs up or down on one of the page's answers."""
    told: ResponseFeedback = entry.body.told
    now = turn(entry.body)
    uri = now.page.uri("message", told.mid)
    new = draft(now, entry.event, Object(id=uri, type="Note"))
    new.type = "Like" if told.feedback.lower().startswith("good") else "Dislike"
    new.edge = f"{uri}/feedback/{accounts.quoted(now.key)}"
    new.revision = _version(now.at)
    new.reaction = told.feedback
    return [new]


def feedback(entry: Entry) -> list[Draft]:
    """The answers to a feedback form: score and free text."""
    told: Screens = entry.body.told
    now = turn(entry.body)
    lines: list[str] = []
    obj = Object(id=now.page.uri("feedback", now.key, str(now.at)), type="Review")
    new = draft(now, entry.event, obj)
    for screen in told.feedback_screens or ():
        for question in _values(screen.get("questions")):
            kind, answer = str(question.get("type", "")).strip(), question.get("payload")
            if kind in SCALES and isinstance(answer, str) and answer.isdigit():
                new.metrics = {"rating": float(answer), "rating_max": SCALES[kind]}
                new.fields["scale"] = kind
            elif isinstance(answer, str) and answer:
                lines.append(answer)
            more = question.get("follow_up")
            if isinstance(more, dict) and isinstance(more.get("payload"), str):
                lines.append(more["payload"])
    obj.text = tidy("\n".join(lines), []).text
    new.channel = "review"
    return [new]


def information(entry: Entry) -> list[Draft]:
    """A form that the person filled in: its lines, and the addresses in it as what they say of themselves."""
    told: Screens = entry.body.told
    now = turn(entry.body)
    obj = Object(id=now.page.uri("form", now.key, str(now.at)), type="Form")
    new = draft(now, entry.event, obj)
    lines: list[str] = []
    claims: list[Claim] = []
    region = entry.settings.get("region")
    for screen in told.screens or ():
        for answer in _values(screen.get("responses")):
            key, value = answer.get("key"), answer.get("value")
            if isinstance(key, str) and isinstance(value, str) and value:
                lines.append(f"{key}: {value}")
                new.fields[key] = value
                if "mail" in key.lower():
                    claims += accounts.claim(accounts.mailto(value), "asserted")
                elif "phone" in key.lower():
                    claims += accounts.claim(accounts.tel(value, region), "asserted")
    obj.text = tidy("\n".join(lines), []).text
    now.other.claims = claims
    new.channel = "form"
    return [new]


def _values(value: Any) -> list[dict[str, Any]]:
    """The objects of an array, or of an object by name."""
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def _version(at: int | None) -> str:
    return "" if at is None else str(at)
