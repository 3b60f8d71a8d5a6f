"""Employees to activities: what the webhook says, which is little, and what the API then tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from commonline.connectors.bamboohr.payload import (
    EMPLOYEE,
    EMPLOYEES,
    EVENT,
    KEYS,
    VALUES,
    Employee,
    Event,
    EventData,
    allowed,
    named,
)
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.accounts import claim, mailto, native
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.kit.text import one_line
from commonline.schemas.records import Change, Delivery, Object, Party, Thread

CONNECTOR = "bamboohr"
ACTION, CHANGED = "bamboohr-action", "bamboohr-changed"
FORM = "application/x-www-form-urlencoded"
_VERBS = {"created": "created", "inserted": "created", "updated": "updated", "deleted": "deleted"}
_OF_THE_PARTY = frozenset({"first_name", "last_name", "name", "preferred_name", "work_email"})
MOST_FIELDS = 1000


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """The employees of a body: of an event one, of fields several, of the API one."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        return [Entry(0, "employee.snapshot", VALUES.decode(body), "", delivery, settings)]
    if delivery.content_type.startswith(FORM):
        event = _form(body)
        return [Entry(0, event.type, event, "", delivery, settings)]
    keys = KEYS.decode(body)
    if "employees" in keys:
        parts = enumerate(EMPLOYEES.decode(body).employees)
        return [_employee(n, raw, delivery, settings) for n, raw in parts]
    if "type" not in keys:
        return [Entry(0, "object", None, "", delivery, settings)]
    event = EVENT.decode(body)
    return [Entry(0, event.type, event, "", delivery, settings)]


def _employee(index: int, raw: msgspec.Raw, delivery: Delivery, settings: Mapping[str, Any]) -> Entry:
    path = f"employees[{index}]"
    try:
        told = EMPLOYEE.decode(raw)
    except msgspec.ValidationError as error:
        return Entry(index, "fields", MalformedPayloadError(str(error)), path, delivery, settings)
    verb = _VERBS.get(told.action.lower(), told.action.lower())
    return Entry(index, f"fields.{verb}", told, path, delivery, settings)


def _form(body: bytes) -> Event:
    """``type=employee.updated&data[employeeId]=67890&data[changedFields][0]=firstName``"""
    try:
        pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise MalformedPayloadError(f"a form of more than {MOST_FIELDS} fields") from None
    told = dict(pairs)
    if "type" not in told or "data[employeeId]" not in told:
        raise MalformedPayloadError("type or employee is missing", "data[employeeId]")
    changed = [value for name, value in pairs if name.startswith("data[changedFields]")]
    return Event(told["type"], EventData(told["data[employeeId]"], changed), told.get("timestamp"))


def event_told(entry: Entry) -> list[Draft]:
    """Somebody came, left, or something about them changed: what, only the API says."""
    event: Event = entry.body
    new = _about(entry, str(event.data.employee), {})
    new.published = times.parse(event.timestamp)
    verb = event.type.rpartition(".")[2]
    if verb == "created":
        new.thin = True
    elif verb == "deleted":
        new.type = "Delete"
    else:
        new.type, new.revision = "Update", f"told/{new.published}"
        changed = named(event.data.changed)
        new.fields = {"changed": ", ".join(changed)} if changed else {}
    return [new]


def fields_told(entry: Entry) -> list[Draft]:
    """The same with the values that the webhook was made to send."""
    told: Employee = entry.body
    values = allowed(told.fields)
    new = _about(entry, str(told.id), values)
    new.published = times.parse(told.timestamp)
    if entry.event == "fields.deleted":
        new.type = "Delete"
        return [new]
    new.fields = _shown(values)
    if entry.event == "fields.updated":
        changed = named(told.changed)
        new.type, new.revision = "Update", f"told/{new.published}"
        new.changes = [Change(field=f"x.{name}", after=one_line(values.get(name))) for name in changed]
    return [new]


def snapshot(entry: Entry) -> list[Draft]:
    """An employee as the API has them now, with what the list of changes said of them."""
    headers = entry.delivery.headers
    values = allowed(entry.body)
    number = entry.body.get("id")
    if not isinstance(number, (str, int)):
        raise MalformedPayloadError("the id is missing", "id")
    new = _about(entry, str(number), values)
    new.published = times.parse(headers.get(CHANGED))
    new.object.version = str(new.published) if new.published is not None else None
    action = _VERBS.get(headers.get(ACTION, "").lower(), "updated")
    if action == "deleted":
        new.type, new.object.version = "Delete", None
        return [new]
    new.fields = _shown(values)
    if action == "updated":
        new.type, new.revision = "Update", str(new.published)
    return [new]


def _shown(values: dict[str, str]) -> dict[str, str]:
    """Values beside those that the person's own record holds; a date that is not set is told as zeros."""
    told = {name: one_line(value) for name, value in values.items() if name not in _OF_THE_PARTY}
    return {name: value for name, value in told.items() if value and not value.startswith("0000-")}


def _about(entry: Entry, number: str, values: dict[str, str]) -> Draft:
    company = str(entry.settings["company"])
    account = native(CONNECTOR, company, "employee", number)
    first = values.get("preferred_name") or values.get("first_name") or ""
    name = one_line(values.get("name") or f"{first} {values.get('last_name', '')}")
    subject = Party(account=account, kind="person", side="us", role="subject", name=name)
    subject.claims = claim(mailto(values.get("work_email")), "entered")
    return Draft(
        event=entry.event,
        type="Create",
        object=Object(id=account, type="Person", title=name),
        thread=Thread(id=account, title=name),
        channel="employee",
        visibility="restricted",
        participants=[subject],
        direction="internal",
    )


EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(("employee.created", "employee.updated", "employee.deleted"), event_told),
    **dict.fromkeys(("fields.created", "fields.updated", "fields.deleted"), fields_told),
    "employee.snapshot": snapshot,
}
