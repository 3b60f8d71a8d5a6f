"""Change events, outbound messages and queried records to activities.

Identity: a record's creation is one fact by every way. A change by an event carries what changed; a record that was
queried, or that stood in an outbound message, is a snapshot of a version: `LastModifiedDate` is the version by all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from commonline.connectors.salesforce import records, soap
from commonline.connectors.salesforce.organisation import Organisation, line, moment
from commonline.connectors.salesforce.payload import CHANGE, HEADER, VALUES, Header, Record, Values
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.draft import Draft
from commonline.kit.mapping import Entry, EventMapping
from commonline.schemas.records import Change, Delivery, Object, Thread

FIELDS = {"Status": "status", "StageName": "stage", "OwnerId": "assignee", "Subject": "title", "Name": "title"}
FIELDS |= {"Description": "body", "CommentBody": "body", "IsPublished": "visibility", "Priority": "priority"}
SYSTEM = frozenset({"LastModifiedDate", "LastModifiedById", "SystemModstamp", "CreatedDate", "CreatedById"})
CHANGES = frozenset({"CREATE", "UPDATE", "DELETE", "UNDELETE"})
CLIENT = ";client="
_UNTOLD = "*"


def entries(delivery: Delivery, settings: Mapping[str, Any]) -> list[Entry]:
    """A change event has an entry for each of its records, an outbound message one for each notification."""
    body = delivery.body or b""
    if "xml" in delivery.content_type:
        organisation, found = soap.read(body)
        return [_entry(n, "message", organisation, one, delivery, settings) for n, one in enumerate(found)]
    told = VALUES.decode(body)
    attributes = told.get("attributes")
    if isinstance(attributes, dict):
        return [_entry(0, "record", "", _queried(told, attributes), delivery, settings)]
    if "payload" not in told:
        return [Entry(0, "object", None, "", delivery, settings)]
    payload = CHANGE.decode(body).payload
    if HEADER not in payload:
        return [_entry(0, "record", "", _platform(payload, delivery), delivery, settings)]
    try:
        header = msgspec.convert(payload[HEADER], Header)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise MalformedPayloadError(message, f"payload.{HEADER}.{place.strip('`$.')}") from None
    fields = {name: value for name, value in payload.items() if name != HEADER}
    event = _event_of(header.change)
    found = [Record(header.entity, one, fields, header) for one in header.records or [_UNTOLD]]
    return [_entry(n, event, "", one, delivery, settings) for n, one in enumerate(found)]


def _event_of(change: str) -> str:
    """``change``, ``gap`` or ``overflow``; a type of change that is not known has a name of its own."""
    if change == "GAP_OVERFLOW":
        return "overflow"
    known = change.removeprefix("GAP_") in CHANGES
    return f"change.{change.lower()}" if not known else "gap" if change.startswith("GAP_") else "change"


def _entry(
    index: int, event: str, organisation: str, record: Record, delivery: Delivery, settings: Mapping[str, Any]
) -> Entry:
    path = (
        f"payload.{HEADER}.recordIds[{index}]" if record.header else f"Notification[{index}]" if record.message else ""
    )
    return Entry(index, event, (organisation, record), path, delivery, settings)


def _queried(told: Values, attributes: Values) -> Record:
    number, entity = told.get("Id"), attributes.get("type")
    if not isinstance(number, str) or not isinstance(entity, str) or not number or not entity:
        raise MalformedPayloadError("its type or id is missing", "attributes.type")
    return Record(entity, number, {name: value for name, value in told.items() if name != "attributes"})


def _platform(payload: Values, delivery: Delivery) -> Record:
    """An event of one's own (``Order_Event__e``): a fact by itself, known by its place on the channel."""
    channel = delivery.headers.get("salesforce-channel", "")
    replay = delivery.headers.get("salesforce-replay")
    at = line(payload.get("CreatedDate")) or ""
    return Record(channel.rpartition("/")[2] or "event", f"{replay or at}", payload)


def change(entry: Entry) -> list[Draft]:
    """A record was created, changed, deleted or brought back."""
    told, record = entry.body
    place, header = Organisation(entry, told), record.header
    new = records.about(header.change.lower(), place, record)
    if header.change == "CREATE":
        records.first_told(record, new)
    _committed(entry, place, header, new)
    verb = header.change
    if verb == "CREATE":
        new.revision = ""
        return [new]
    if verb in ("DELETE", "UNDELETE"):
        new.type = "Delete" if verb == "DELETE" else "Undo"
        new.undoes = "Delete" if verb == "UNDELETE" else None
        _emptied(new, new.published)
        return [new]
    new.type = "Update"
    new.changes = _changes(header, record.fields)
    if "Description" not in header.changed and record.entity not in ("CaseComment", "EmailMessage"):
        new.object.text = "" if "Description" in header.nulled else None
    return [new]


def _emptied(new: Draft, at: int | None) -> None:
    """A record that is gone, or back: events tell the millisecond, queries the second."""
    new.object.text, new.object.title, new.object.version, new.object.spans = None, None, None, []
    new.revision = str(at // times.SECOND) if at is not None else new.revision


def _changes(header: Header, fields: Values) -> list[Change]:
    names = [name for name in dict.fromkeys([*header.changed, *header.nulled]) if name not in SYSTEM]
    told = []
    for name in names[:60]:
        after = None if name in header.nulled else line(fields.get(name))
        told.append(Change(field=FIELDS.get(name, f"x.{name}"), after=(after or "")[:300] or None))
    return told


def _committed(entry: Entry, place: Organisation, header: Header, new: Draft) -> None:
    """When, by whom, and whether it was us."""
    at = times.parse(header.at)
    new.published = (new.published or at) if header.change == "CREATE" else at
    new.revision = f"{header.transaction}/{header.sequence}" if header.transaction else str(at)
    new.participants = [one for one in new.participants if one.role != "agent"]
    by = place.user(header.user, "author" if new.actor is None else "agent")
    if by is not None and new.actor is None:
        new.actor = by
    elif by is not None and new.direction == "inbound":
        new.participants.append(by)
    client = header.origin.partition(CLIENT)[2].strip()
    if client:
        new.generator = client[:120]
        if client == entry.settings.get("own_client"):
            new.client_ref = header.transaction or None
            new.direction = "outbound"


def gap(entry: Entry) -> list[Draft]:
    """Something happened to a record, and what is not told: it is read from the API."""
    told, record = entry.body
    place, header = Organisation(entry, told), record.header
    if record.id.endswith(_UNTOLD):
        return overflow(entry)
    new = records.about(header.change.lower(), place, record)
    _committed(entry, place, header, new)
    verb = header.change.removeprefix("GAP_")
    new.type = {"DELETE": "Delete", "UNDELETE": "Undo"}.get(verb, "Update")  # type: ignore[assignment]
    new.undoes = "Delete" if verb == "UNDELETE" else None
    if verb == "CREATE":
        new.type, new.thin, new.revision = "Create", True, ""
    return [new]


def overflow(entry: Entry) -> list[Draft]:
    """So much happened to records of a kind that Salesforce did not write it down: they are read again."""
    told, record = entry.body
    place, header = Organisation(entry, told), record.header
    at = times.parse(header.at)
    account = place.uri(header.entity, "overflow")
    return [
        Draft(
            event=f"{header.entity}.{header.change.lower()}",
            type="Update",
            object=Object(id=account, type="Alert", title=f"{header.entity}: changes were not written down"[:200]),
            thread=Thread(id=account),
            channel="alert",
            visibility="restricted",
            revision=f"{header.transaction}/{header.sequence}",
            published=at,
            automated=True,
        )
    ]


def snapshot(entry: Entry) -> list[Draft]:
    """A record as it is now: created, if nothing has changed it since."""
    told, record = entry.body
    place = Organisation(entry, told)
    new = records.about("message" if record.message else "snapshot", place, record)
    if record.fields.get("IsDeleted") is True:
        new.type = "Delete"
        _emptied(new, moment(record.fields, "SystemModstamp"))
        return [new]
    created, version = moment(record.fields, "CreatedDate"), new.object.version
    fresh = version is not None and created is not None and int(version) - created < 2 * times.SECOND
    if fresh or (version is None and record.message is None):
        records.first_told(record, new)
        return [new]
    new.type = "Update"
    new.published = int(version) if version is not None else None
    new.revision = version or f"message/{record.message}"
    return [new]


EVENTS: dict[str, EventMapping] = {
    "change": change,
    "gap": gap,
    "overflow": overflow,
    "message": snapshot,
    "record": snapshot,
}
