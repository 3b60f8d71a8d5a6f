"""What requests have in common: who looks, at which connection, in which zone, which page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, HTTPException, Query
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from commonline.gateway.operations import Operations
from commonline.gateway.queries import persons
from commonline.gateway.queries.filters import Filter
from commonline.gateway.queries.page import LARGEST, USUAL
from commonline.gateway.store.engine import Store
from commonline.gateway.store.visible import Sight
from commonline.gateway.viewer import Viewer
from commonline.schemas.model import microseconds
from commonline.schemas.records import Channel, Direction, Visibility

Access = Callable[[HTTPConnection], Viewer]
"""Finds out who asks. Raises `HTTPException` 401 for nobody."""


def loopback_only(connection: HTTPConnection) -> Viewer:
    """Whoever sits at this machine is its administrator; others are nobody."""
    host = connection.client.host if connection.client else ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise HTTPException(401, "only this machine may ask: configure access for others")
    return Viewer("loopback", administrator=True)


def viewer(connection: HTTPConnection) -> Viewer:
    """Who asks, by the access that the application was made with."""
    access: Access = connection.app.state.access
    return access(connection)


def administrator(found: Annotated[Viewer, Depends(viewer)]) -> Viewer:
    """Who asks, if it is an administrator; for others such a page does not exist."""
    if not found.administrator:
        raise HTTPException(404, "there is no such page")
    return found


def database(connection: HTTPConnection) -> Iterator[Connection]:
    """A transaction that reads."""
    store: Store = connection.app.state.store
    with store.reading() as found:
        yield found


def writing(connection: HTTPConnection) -> Store:
    """The database, for what is written on behalf of who asks."""
    store: Store = connection.app.state.store
    return store


def operations(connection: HTTPConnection) -> Operations:
    """What is asked of the log itself."""
    found: Operations | None = getattr(connection.app.state, "operations", None)
    if found is None:
        raise HTTPException(503, "this process has no log to ask")
    return found


def zone(
    name: Annotated[
        str | None,
        Query(alias="zone", description="IANA zone of the times in the answer.", examples=["Europe/Berlin"]),
    ] = None,
) -> ZoneInfo | None:
    """The zone that is asked for."""
    if name is None:
        return None
    if name not in _ZONES:
        raise HTTPException(422, "query.zone: give an IANA name such as Europe/Berlin")
    return ZoneInfo(name)


_ZONES = available_timezones()
Name = Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


def sight(
    found: Annotated[Viewer, Depends(viewer)],
    workspace: Annotated[Name | None, Query(description="Only this workspace.", examples=["acme"])] = None,
    department: Annotated[
        Name | None,
        Query(description="See through this department's feed.", examples=["service"]),
    ] = None,
) -> Sight:
    """What is looked at."""
    return Sight(found, workspace, department)


def moment_of(name: str, value: datetime | None) -> int | None:
    """A time of a request in microseconds. Raises 422 when it has no zone."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise HTTPException(422, f"query.{name}: a time needs its zone, such as 2026-01-31T09:00:00Z")
    return microseconds(value)


def narrowed(
    found: Annotated[Sight, Depends(sight)],
    connection: Annotated[Connection, Depends(database)],
    *,
    person: Annotated[UUID | None, Query(description="With an entry by, to or about this person.")] = None,
    visibility: Annotated[Visibility | None, Query(description="With an entry of this visibility.")] = None,
    source: Annotated[Name | None, Query(description="With an entry from this source.")] = None,
    channel: Annotated[Channel | None, Query(description="With an entry in this kind of place.")] = None,
    direction: Annotated[Direction | None, Query(description="With an entry that went this way.")] = None,
    since: Annotated[datetime | None, Query(description="With an entry at this time or later.")] = None,
    until: Annotated[datetime | None, Query(description="With an entry before this time.")] = None,
    text: Annotated[
        Name | None,
        Query(description="With an entry that has all these words, the last perhaps begun.", examples=["kettle leak"]),
    ] = None,
) -> Filter:
    """What is asked of entries: all of it must hold for one and the same."""
    return Filter(
        persons=persons.same_person(connection, found, str(person)) if person is not None else (),
        visibility=visibility,
        source=source,
        channel=channel,
        direction=direction,
        since=moment_of("since", since),
        until=moment_of("until", until),
        text=text,
    )


Asking = Annotated[Viewer, Depends(viewer)]
Administrator = Annotated[Viewer, Depends(administrator)]
Database = Annotated[Connection, Depends(database)]
Writing = Annotated[Store, Depends(writing)]
Log = Annotated[Operations, Depends(operations)]
Zone = Annotated[ZoneInfo | None, Depends(zone)]
Looking = Annotated[Sight, Depends(sight)]
Narrowed = Annotated[Filter, Depends(narrowed)]
__all__ = ["LARGEST", "USUAL"]
Limit = Annotated[int, Query(ge=1, le=LARGEST, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]
AtMoment = Annotated[
    datetime | None,
    Query(description="What was known, and could be seen, at this moment.", examples=["2026-01-31T09:00:00Z"]),
]
