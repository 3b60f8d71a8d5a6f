"""Rows of Dataverse, from a webhook's execution context and from the Web API, in one form.

https://learn.microsoft.com/power-apps/developer/data-platform/understand-the-data-context
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Raw, Struct, field
from msgspec.json import Decoder

from commonline.errors import MalformedPayloadError
from commonline.kit import times

FORMATTED = "@OData.Community.Display.V1.FormattedValue"
LOOKUP = "@Microsoft.Dynamics.CRM.lookuplogicalname"
_DATE = re.compile(r"/Date\((-?\d{1,16})(?:[+-]\d{4})?\)/\Z", re.ASCII)
_REFERENCE = re.compile(r"_(\w{1,100})_value\Z", re.ASCII)
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", re.ASCII)


class Reference(Struct, frozen=True, gc=False):
    """Another row that a column names."""

    table: str
    id: str
    name: str | None = None


class Row(Struct, gc=False):
    """A row as far as it is told. `shown` are values as people read them (choices, currencies)."""

    table: str
    id: str
    values: dict[str, Any] = {}
    references: dict[str, Reference] = {}
    shown: dict[str, str] = {}


class Pair(Struct, gc=False):
    """An entry of a dictionary, as .NET writes it."""

    key: str
    value: Any = None


class Context(Struct, gc=False, rename="pascal"):
    """A webhook's body (RemoteExecutionContext)."""

    message_name: str
    primary_entity_name: str
    primary_entity_id: str
    input_parameters: list[Pair] = []
    post_entity_images: list[Pair] = []
    initiating_user_id: str | None = None
    operation_id: str | None = None
    operation_created_on: str | None = None
    depth: int = 1


class Change(Struct, gc=False):
    """A row of change tracking that is gone."""

    id: str | None = None
    reason: str | None = None
    context: str = field(name="@odata.context", default="")


CONTEXT = Decoder(Context)
KEYS = Decoder(dict[str, Raw])
VALUES = Decoder(dict[str, Any])


def guid(text: Any) -> str | None:
    """An id in its one spelling; None for anything else."""
    return text.strip("{}").lower() if isinstance(text, str) and _GUID.match(text.strip("{}")) else None


def date(value: Any) -> int | None:
    """``/Date(1696…)/`` or ISO 8601."""
    if isinstance(value, str) and (found := _DATE.match(value)):
        return times.parse(int(found[1]))
    return times.parse(value) if isinstance(value, (str, int)) else None


def from_context(context: Context) -> Row:
    """What the call says of the row: the target's columns, over those of the image after it.

    Raises `MalformedPayloadError` without an id.
    """
    number = guid(context.primary_entity_id)
    if number is None:
        raise MalformedPayloadError("is no id", "PrimaryEntityId")
    row = Row(context.primary_entity_name, number)
    images = [pair.value for pair in context.post_entity_images]
    targets = [pair.value for pair in context.input_parameters if pair.key == "Target"]
    for entity in (*images, *targets):
        if isinstance(entity, dict):
            _take(row, entity)
    return row


def changed(context: Context) -> list[str]:
    """The columns that the call sets."""
    target = next((pair.value for pair in context.input_parameters if pair.key == "Target"), None)
    told = target.get("Attributes") if isinstance(target, dict) else None
    return [str(one.get("key")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _take(row: Row, entity: dict[str, Any]) -> None:
    for name, value in _pairs(entity.get("Attributes")):
        plain = value
        if isinstance(value, dict):
            kind = str(value.get("__type", "")).partition(":")[0]
            number = guid(value.get("Id"))
            if kind == "EntityReference" and number:
                told = value.get("Name")
                name_ = told if isinstance(told, str) else None
                row.references[name] = Reference(str(value.get("LogicalName", "")), number, name_)
                continue
            plain = value.get("Value")
        row.values[name] = plain if not isinstance(plain, (dict, list)) else None
    row.shown.update({name: value for name, value in _pairs(entity.get("FormattedValues")) if isinstance(value, str)})


def _pairs(told: Any) -> list[tuple[str, Any]]:
    if not isinstance(told, list):
        return []
    return [(one["key"], one.get("value")) for one in told if isinstance(one, dict) and isinstance(one.get("key"), str)]


def from_api(table: str, told: dict[str, Any]) -> Row:
    """A row of the Web API. Raises `MalformedPayloadError` without an id."""
    number = guid(told.get(f"{table}id")) or guid(told.get("activityid"))
    if number is None:
        raise MalformedPayloadError("is missing", f"{table}id")
    row = Row(table, number)
    for name, value in told.items():
        if name.endswith(FORMATTED):
            key = name.removesuffix(FORMATTED)
            found = _REFERENCE.match(key)
            row.shown[found[1] if found else key] = str(value)
        elif "@" in name:
            continue
        elif found := _REFERENCE.match(name):
            other = guid(value)
            if other:
                kind = str(told.get(name + LOOKUP, ""))
                shown = told.get(name + FORMATTED)
                row.references[found[1]] = Reference(kind, other, shown if isinstance(shown, str) else None)
        elif not isinstance(value, (dict, list)):
            row.values[name] = value
    return row
