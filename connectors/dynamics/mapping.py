"""Webhooks and change tracking to activities. A row's creation and its end are one fact by both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commonline.connectors.dynamics import rows
from commonline.connectors.dynamics.payload import (
    CONTEXT,
    KEYS,
    VALUES,
    Context,
    Reference,
    Row,
    changed,
    date,
    from_api,
    from_context,
    guid,
)
from commonline.connectors.dynamics.rows import Place, line
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Change, Delivery

TABLE = "dynamics-table"
"""Header of a polled row: the table's logical name."""
FIELDS = {"statuscode": "status", "ownerid": "assignee", "title": "title", "subject": "title", "description": "body"}
SYSTEM = frozenset({"modifiedon", "modifiedby", "createdon", "createdby", "versionnumber", "modifiedonbehalfby"})


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """One row."""
    body = delivery.body or b""
    if delivery.transport == "poll":
        told = VALUES.decode(body)
        event = "deleted" if "reason" in told and "$deletedEntity" in str(told.get("@odata.context")) else "snapshot"
        return [Entry(0, event, told, "", delivery, settings)]
    keys = KEYS.decode(body)
    if "MessageName" not in keys:
        return [Entry(0, "object", None, "", delivery, settings)]
    context = CONTEXT.decode(body)
    return [Entry(0, context.message_name, context, "", delivery, settings)]


def _place(entry: Entry) -> Place:
    region = entry.settings.get("region")
    return Place(str(entry.settings["organisation"]), str(region) if region else None)


def executed(entry: Entry) -> list[Draft]:
    """A row was created, changed or deleted, by whom the call says."""
    context: Context = entry.body
    place, row = _place(entry), from_context(context)
    new = rows.about(place, row, context.message_name.lower())
    at = date(context.operation_created_on)
    user = guid(context.initiating_user_id)
    by = place.party(Reference("systemuser", user), "author") if user else None
    if row.table != "email" or new.actor is None:
        new.actor = by
    if context.message_name == "Create":
        new.published = new.published or at
        return [new]
    new.published = at or date(row.values.get("modifiedon"))
    if context.message_name == "Delete":
        return [_gone(new)]
    new.type = "Update"
    new.revision = new.object.version or context.operation_id or str(new.published)
    new.changes = _changes(row, changed(context))
    if "description" not in changed(context) and row.table not in ("annotation",):
        new.object.text, new.object.spans = None, []
    return [new]


def _gone(new: Draft) -> Draft:
    new.type, new.revision = "Delete", ""
    new.object.text, new.object.title, new.object.version, new.object.spans = None, None, None, []
    return new


def _changes(row: Row, names: list[str]) -> list[Change]:
    told = []
    for name in names[:60]:
        if name in SYSTEM or name == f"{row.table}id":
            continue
        reference = row.references.get(name)
        value = (reference.name or reference.id) if reference else row.shown.get(name) or row.values.get(name)
        after = line(value)
        told.append(Change(field=FIELDS.get(name, f"x.{name}"), after=after[:300] if after else None))
    return told


def snapshot(entry: Entry) -> list[Draft]:
    """A row as it is now: created, if nothing has changed it since."""
    table = entry.delivery.headers.get(TABLE)
    if not table:
        raise MalformedPayloadError("the table is not told", TABLE)
    place, row = _place(entry), from_api(table, entry.body)
    new = rows.about(place, row, "snapshot")
    created, version = date(row.values.get("createdon")), new.object.version
    if version is None or (created is not None and int(version) - created < 2 * times.SECOND):
        return [new]
    new.type, new.published, new.revision = "Update", int(version), version
    if row.table not in ("email", "annotation"):
        new.actor = place.party(row.references.get("modifiedby"), "author")
    return [new]


def deleted(entry: Entry) -> list[Draft]:
    """A row is gone."""
    table, number = entry.delivery.headers.get(TABLE), guid(entry.body.get("id"))
    if not table or number is None:
        raise MalformedPayloadError("is no id", "id")
    return [_gone(rows.about(_place(entry), Row(table, number), "deleted"))]


EVENTS: dict[str, EventMapping] = {
    **dict.fromkeys(("Create", "Update", "Delete", "SetState", "Assign"), executed),
    "snapshot": snapshot,
    "deleted": deleted,
}
