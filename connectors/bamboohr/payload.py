"""Employees as BambooHR tells them, and which of their fields may be read at all."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

ALLOWED = {
    "firstname": "first_name",
    "lastname": "last_name",
    "displayname": "name",
    "preferredname": "preferred_name",
    "jobtitle": "job_title",
    "department": "department",
    "division": "division",
    "location": "location",
    "status": "status",
    "employmentstatus": "employment_status",
    "hiredate": "hire_date",
    "terminationdate": "termination_date",
    "workemail": "work_email",
    "supervisor": "supervisor",
    "reportingto": "supervisor",
    "reportsto": "supervisor",
}
"""Names of fields, in the API's spelling or the web page's, and what they are called here. No other is ever told."""
ASKED = (
    "firstName,lastName,displayName,preferredName,jobTitle,department,division,location,status,hireDate,"
    "terminationDate,workEmail,supervisor"
)
"""What the API is asked for."""
_PLAIN = re.compile(r"[^a-z]")


class EventData(Struct, gc=False):
    """Who, and which fields changed."""

    employee: str | int = field(name="employeeId")
    changed: list[str] = field(name="changedFields", default_factory=list)


class Event(Struct, gc=False):
    """An event-based webhook."""

    type: str
    data: EventData
    timestamp: str | int | None = None


class Employee(Struct, gc=False):
    """One of a field-based webhook."""

    id: str | int
    action: str = ""
    timestamp: str | int | None = None
    changed: list[str] = field(name="changedFields", default_factory=list)
    fields: dict[str, Any] = {}


class Employees(Struct, gc=False):
    """A field-based webhook."""

    employees: list[Raw]


class Change(Struct, gc=False):
    """One of the list of changed employees."""

    id: str
    action: str
    changed: str = field(name="lastChanged")


class Changes(Struct, gc=False):
    """``GET /v1/employees/changed``."""

    employees: dict[str, Change] | list[Change] = {}
    latest: str | None = None


EVENT = Decoder(Event)
EMPLOYEE = Decoder(Employee)
EMPLOYEES = Decoder(Employees)
CHANGES = Decoder(Changes)
VALUES = Decoder(dict[str, Any])
KEYS = Decoder(dict[str, Raw])


def allowed(told: dict[str, Any]) -> dict[str, str]:
    """The values that may be told, by their names here. A field-based webhook wraps them: ``{"value": …}``."""
    found: dict[str, str] = {}
    for name, value in told.items():
        known = ALLOWED.get(_PLAIN.sub("", name.lower()))
        plain = value.get("value") if isinstance(value, dict) else value
        if known and isinstance(plain, (str, int)) and not isinstance(plain, bool) and str(plain).strip():
            found[known] = str(plain)
    return found


def named(fields: list[str]) -> list[str]:
    """The changed fields that may be told; the others are counted by nobody."""
    return [known for name in fields if (known := ALLOWED.get(_PLAIN.sub("", name.lower())))]
