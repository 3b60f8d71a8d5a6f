"""Subscriptions in the database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from commonline.errors import ConfigurationError
from commonline.gateway.outbound.filters import Filter
from commonline.gateway.outbound.signing import new_secret
from commonline.gateway.outbound.tables import deliveries, replays, webhooks
from commonline.gateway.store.tables import WHOLE, feeds
from commonline.gateway.viewer import FeedName

FOREVER = (1 << 62) - 1


@dataclass(frozen=True, slots=True)
class Subscription:
    """A receiver of a department's feed. `secrets`: each with the time until which it signs, the present one first."""

    id: str
    feed: FeedName
    url: str
    description: str
    filter: Filter
    secrets: tuple[tuple[str, int], ...]
    state: str
    reason: str | None
    made: int
    made_by: str
    next_offset: int | None

    def keys(self, now: int) -> list[str]:
        """The secrets that sign at a moment."""
        return [key for key, until in self.secrets if until > now]


def _of(row: Any) -> Subscription:
    return Subscription(
        id=row["id"],
        feed=FeedName(row["workspace"], row["department"]),
        url=row["url"],
        description=row["description"],
        filter=Filter.model_validate_json(row["filter"]),
        secrets=tuple((key, until) for key, until in json.loads(row["secrets"])),
        state=row["state"],
        reason=row["reason"],
        made=row["made"],
        made_by=row["made_by"],
        next_offset=row["next_offset"],
    )


def check_feed(connection: Connection, feed: FeedName) -> None:
    """Refuse a feed that the gateway has not met. Raises `ConfigurationError` with those that there are."""
    c = feeds.c
    asked = select(c.workspace, c.department).where(c.department != WHOLE).order_by(c.workspace, c.department)
    there = [FeedName(*row) for row in connection.execute(asked)]
    if feed not in there:
        raise ConfigurationError(f"there is no feed {feed}; there are: {', '.join(map(str, there)) or 'none yet'}")


def add(
    connection: Connection, feed: FeedName, url: str, wanted: Filter, *, description: str, by: str, now: int
) -> Subscription:
    """A new subscription, of what comes from now on. Raises `ConfigurationError` for a feed that is not there."""
    check_feed(connection, feed)
    identifier = uuid4().hex
    values = {
        "id": identifier,
        "workspace": feed.workspace,
        "department": feed.department,
        "url": url,
        "description": description,
        "filter": wanted.model_dump_json(),
        "secrets": json.dumps([[new_secret(), FOREVER]]),
        "state": "active",
        "made": now,
        "made_by": by,
    }
    connection.execute(insert(webhooks).values(values))
    found = one(connection, identifier)
    assert found is not None
    return found


def every(connection: Connection, feed: FeedName | None = None) -> list[Subscription]:
    """All subscriptions, or those of a feed, oldest first."""
    asked = select(webhooks).order_by(webhooks.c.made, webhooks.c.id)
    if feed is not None:
        asked = asked.where(webhooks.c.workspace == feed.workspace, webhooks.c.department == feed.department)
    return [_of(row) for row in connection.execute(asked).mappings()]


def one(connection: Connection, identifier: str) -> Subscription | None:
    """A subscription by its id."""
    row = connection.execute(select(webhooks).where(webhooks.c.id == identifier)).mappings().first()
    return None if row is None else _of(row)


def change(connection: Connection, identifier: str, **values: Any) -> None:
    """Set columns of a subscription."""
    connection.execute(update(webhooks).where(webhooks.c.id == identifier).values(values))


def rotate(connection: Connection, found: Subscription, *, now: int, overlap_us: int) -> str:
    """A new secret; those before sign beside it for the overlap."""
    key = new_secret()
    kept: Sequence[tuple[str, int]] = [
        (old, min(until, now + overlap_us)) for old, until in found.secrets if until > now and overlap_us > 0
    ]
    change(connection, found.id, secrets=json.dumps([[key, FOREVER], *kept]))
    return key


def remove(connection: Connection, identifier: str) -> None:
    """Forget a subscription, with all that was to be sent to it."""
    for table in (deliveries, replays):
        connection.execute(delete(table).where(table.c.webhook == identifier))
    connection.execute(delete(webhooks).where(webhooks.c.id == identifier))
