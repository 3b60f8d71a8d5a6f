"""What can be said of a moment in the past, and since when that is all."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from commonline.gateway.queries.models import AsOf
from commonline.gateway.store.tables import FOREVER, feeds
from commonline.schemas.model import moment


def as_of(connection: Connection, numbers: Iterable[int], at: int) -> AsOf:
    """Whether an answer from these feeds, about a moment, is all that could be seen then."""
    asked = select(feeds.c.exact_since, feeds.c.known).where(feeds.c.id.in_(list(numbers)))
    found = [tuple(row) for row in connection.execute(asked)]
    since = max((known if exact == FOREVER else exact for exact, known in found), default=0)
    unsettled = any(exact == FOREVER for exact, _ in found)
    return AsOf(at=moment(at), exact=at >= since and not unsettled, exact_since=moment(since) if since else None)
