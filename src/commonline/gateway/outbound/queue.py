"""What is to be sent: in the order of the feed for each conversation, claimed by one process at a time.

A claim is a lease: `due` of a delivery in work is when another process may try it. Whoever dies in the middle leaves
a delivery that is tried again, with the same webhook-id; an attempt that was cut short so is not held against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, exists, func, insert, select, update

from commonline.gateway.outbound import subscriptions
from commonline.gateway.outbound.filters import event_type, identifier, payload
from commonline.gateway.outbound.schedule import Outcome, Verdict
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.outbound.tables import deliveries, webhooks
from commonline.schemas.models import FeedActivity

KEPT_US = 7 * 24 * 3600 * 1_000_000
"""How long delivered ones are kept for lists and replays. Dead letters stay until they are replayed or dropped."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call that is to be made, or was."""

    position: int
    webhook: str
    id: str
    conversation: str
    type: str
    body: str
    state: str
    made: int
    due: int
    attempts: int
    first: int | None
    finished: int | None
    status: int | None
    error: str | None


_COLUMNS = [deliveries.c[name] for name in Delivery.__dataclass_fields__]


def _of(row: RowMapping) -> Delivery:
    return Delivery(**row)


def put(
    connection: Connection, found: Subscription, records: Iterable[FeedActivity], *, now: int, round_: str = ""
) -> int:
    """Records that the subscription wants, to be sent in this order; how many. One that stands there already is not
    put again."""
    rows = [
        {
            "webhook": found.id,
            "round": round_,
            "seq": record.seq,
            "id": identifier(found.id, record),
            "conversation": str(record.conversation),
            "type": event_type(record),
            "body": payload(record),
            "state": "pending",
            "made": now,
            "due": now,
            "attempts": 0,
        }
        for record in records
        if found.filter.wants(record)
    ]
    if not rows:
        return 0
    c = deliveries.c
    known = select(c.seq).where(c.webhook == found.id, c.round == round_, c.seq.in_([row["seq"] for row in rows]))
    there = set(connection.execute(known).scalars())
    fresh = {row["seq"]: row for row in rows if row["seq"] not in there}
    if fresh:
        connection.execute(insert(deliveries), list(fresh.values()))
    return len(fresh)


def ready(connection: Connection, now: int, most: int = 200) -> list[Delivery]:
    """Deliveries that may be tried now: of each conversation the first that is not finished."""
    c, earlier = deliveries.c, deliveries.alias("earlier")
    blocked = exists().where(
        earlier.c.webhook == c.webhook,
        earlier.c.conversation == c.conversation,
        earlier.c.state == "pending",
        earlier.c.position < c.position,
    )
    asked = (
        select(*_COLUMNS)
        .join(webhooks, and_(webhooks.c.id == c.webhook, webhooks.c.state == "active"))
        .where(c.state == "pending", c.due <= now, ~blocked)
        .order_by(c.due, c.position)
        .limit(most)
    )
    return [_of(row) for row in connection.execute(asked).mappings()]


def claim(connection: Connection, delivery: Delivery, now: int, lease_us: int) -> bool:
    """Whether this process may try it now, and no other for so long."""
    c = deliveries.c
    mine = update(deliveries).where(c.position == delivery.position, c.state == "pending", c.due == delivery.due)
    values = {"due": now + lease_us, "first": delivery.first or now}
    return connection.execute(mine.values(values)).rowcount == 1


def settle(connection: Connection, delivery: Delivery, verdict: Verdict, outcome: Outcome, now: int) -> None:
    """Write down what became of an attempt. A receiver that is gone disables its subscription."""
    values: dict[str, Any] = {"status": outcome.status, "error": outcome.error, "attempts": delivery.attempts + 1}
    if verdict.fate == "pending":
        values["due"] = verdict.due
    else:
        values |= {"state": "delivered" if verdict.fate == "delivered" else "dead", "finished": now}
    c = deliveries.c
    connection.execute(update(deliveries).where(c.position == delivery.position).values(values))
    if verdict.fate == "gone":
        reason = "the receiver answered 410 Gone"
        subscriptions.change(connection, delivery.webhook, state="disabled", reason=reason)


def listed(connection: Connection, webhook: str, state: str | None, before: int | None, most: int) -> list[Delivery]:
    """Deliveries of a subscription, newest first."""
    c = deliveries.c
    asked = select(*_COLUMNS).where(c.webhook == webhook)
    if state is not None:
        asked = asked.where(c.state == state)
    if before is not None:
        asked = asked.where(c.position < before)
    found = connection.execute(asked.order_by(c.position.desc()).limit(most)).mappings()
    return [_of(row) for row in found]


def counts(connection: Connection, webhook: str) -> dict[str, int]:
    """How many deliveries of a subscription are in each state."""
    c = deliveries.c
    asked = select(c.state, func.count()).where(c.webhook == webhook).group_by(c.state)
    return dict(connection.execute(asked).all())


def totals(connection: Connection) -> dict[str, int]:
    """How many deliveries of all subscriptions wait, and were given up."""
    c = deliveries.c
    asked = select(c.state, func.count()).where(c.state != "delivered").group_by(c.state)
    return dict(connection.execute(asked).all())


def one(connection: Connection, webhook: str, position: int) -> Delivery | None:
    """A delivery of a subscription."""
    c = deliveries.c
    found = connection.execute(select(*_COLUMNS).where(c.webhook == webhook, c.position == position)).mappings().first()
    return None if found is None else _of(found)


def again(connection: Connection, webhook: str, position: int | None, now: int) -> int:
    """Send a dead letter once more, or all of a subscription; how many. They get three more days."""
    c = deliveries.c
    which = update(deliveries).where(c.webhook == webhook, c.state == "dead")
    if position is not None:
        which = which.where(c.position == position)
    values = {"state": "pending", "due": now, "attempts": 0, "first": None, "finished": None}
    return connection.execute(which.values(values)).rowcount


def prune(connection: Connection, now: int) -> int:
    """Forget what was delivered long ago."""
    c = deliveries.c
    return connection.execute(delete(deliveries).where(c.state == "delivered", c.finished < now - KEPT_US)).rowcount
