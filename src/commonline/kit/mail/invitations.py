"""Calendar parts of mails (RFC 5546, iMIP RFC 6047): invitations, answers, cancellations."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
from icalendar import Calendar

from commonline.kit import accounts, times

LARGEST = 256 * 1024
MOST_EVENTS = 20


class Attendee(msgspec.Struct, frozen=True, gc=False):
    """Someone who is asked. `answer` is PARTSTAT in lower case."""

    address: str
    name: str | None
    answer: str


class Event(msgspec.Struct, frozen=True, gc=False):
    """One VEVENT. `method` in lower case; times in microseconds."""

    id: str
    method: str
    sequence: int
    stamp: int | None
    title: str | None
    place: str | None
    start: int | None
    end: int | None
    organizer: Attendee | None
    attendees: list[Attendee]


def read(data: bytes) -> list[Event]:
    """The events of a calendar part; empty if it is none that can be read (the mail says the rest)."""
    if len(data) > LARGEST:
        return []
    try:
        calendar = Calendar.from_ical(data)
        method = str(calendar.get("METHOD", "publish")).lower()
        events = [_event(event, method) for event in calendar.walk("VEVENT")[:MOST_EVENTS]]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError):
        return []
    return [event for event in events if event is not None]


def _event(event: Any, method: str) -> Event | None:
    uid = str(event.get("UID", "")).strip()
    if not uid:
        return None
    recurrence = _moment(event.get("RECURRENCE-ID"))
    parts = (uid[:500],) if recurrence is None else (uid[:500], str(recurrence))
    sequence = str(event.get("SEQUENCE", 0))
    attendees = event.get("ATTENDEE", [])
    people = [_attendee(one) for one in (attendees if isinstance(attendees, list) else [attendees])]
    return Event(
        id=accounts.native("ical", *parts),
        method=method,
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
        stamp=_moment(event.get("DTSTAMP")),
        title=_text(event.get("SUMMARY")),
        place=_text(event.get("LOCATION")),
        start=_moment(event.get("DTSTART")),
        end=_moment(event.get("DTEND")),
        organizer=_attendee(event["ORGANIZER"]) if "ORGANIZER" in event else None,
        attendees=[one for one in people if one is not None],
    )


def _attendee(value: Any) -> Attendee | None:
    address = str(value).strip()
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if "@" not in address:
        return None
    parameters = getattr(value, "params", {})
    return Attendee(address, _text(parameters.get("CN")), str(parameters.get("PARTSTAT", "")).lower())


def _text(value: Any) -> str | None:
    text = " ".join(str(value).split()) if value is not None else ""
    return text[:1000] or None


def _moment(value: Any) -> int | None:
    moment = getattr(value, "dt", None)
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if not isinstance(moment, datetime):
        return None
    micros = times.to_micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return micros if times.EARLIEST <= micros <= times.LATEST else None
