"""``/v1/webhooks``: who is called with what a feed says. For administrators; for others there is no such page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from sqlalchemy import Connection, insert

from commonline.clock import now_us
from commonline.gateway.api.asked import USUAL, Administrator, Cursor, Limit, Zone, moment_of
from commonline.gateway.api.problem import NotFoundError, problems
from commonline.gateway.api.told import told
from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.destination import Allowed
from commonline.gateway.outbound.models import (
    Call,
    CallDetail,
    Change,
    Count,
    Identifier,
    NewWebhook,
    Range,
    Rotation,
    Tested,
    Webhook,
    WithSecret,
)
from commonline.gateway.outbound.ping import ping
from commonline.gateway.outbound.queue import Delivery
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.outbound.tables import replays
from commonline.gateway.queries.page import Ask, Page, cursor
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
Position = Annotated[int, Path(ge=1, lt=1 << 53)]


def writing(request: Request) -> Iterator[Connection]:
    """A transaction that writes."""
    store: Store = request.app.state.store
    with store.writing() as connection:
        yield connection


def allowed(request: Request) -> Allowed:
    """Which inner hosts may be called."""
    found: Allowed = getattr(request.app.state, "webhooks_allowed", Allowed())
    return found


# Committed before the answer is sent: who is told that it was made finds it.
Writing = Annotated[Connection, Depends(writing, scope="function")]
Permitted = Annotated[Allowed, Depends(allowed)]


def known(identifier: Identifier, database: Writing) -> Subscription:
    """The subscription that a path names."""
    found = subscriptions.one(database, identifier)
    if found is None:
        raise NotFoundError("webhook")
    return found


Known = Annotated[Subscription, Depends(known)]


@router.post("", status_code=201, response_model=WithSecret, responses=problems(401, 404, 422))
def create_webhook(
    request: Request, new: NewWebhook, who: Administrator, database: Writing, permitted: Permitted, zone: Zone
) -> Response:
    """Subscribe. The answer has the secret, once."""
    permitted.check(new.url)
    feed = FeedName(new.workspace, new.department)
    found = subscriptions.add(
        database, feed, new.url, new.filter, description=new.description, by=who.name, now=now_us()
    )
    answer = told(request, who, zone, WithSecret(webhook=_webhook(database, found), secret=found.secrets[0][0]))
    answer.status_code = 201
    return answer


@router.get("", response_model=Page[Webhook], responses=problems(401, 404, 422))
def list_webhooks(request: Request, who: Administrator, database: Writing, zone: Zone) -> Response:
    """All subscriptions, oldest first."""
    found = tuple(_webhook(database, one) for one in subscriptions.every(database))
    return told(request, who, zone, Page[Webhook](items=found))


@router.get("/{identifier}", response_model=Webhook, responses=problems(401, 404, 422))
def get_webhook(request: Request, who: Administrator, database: Writing, zone: Zone, found: Known) -> Response:
    """One subscription."""
    return told(request, who, zone, _webhook(database, found))


@router.patch("/{identifier}", response_model=Webhook, responses=problems(401, 404, 422))
def change_webhook(
    request: Request,
    change: Change,
    who: Administrator,
    database: Writing,
    permitted: Permitted,
    zone: Zone,
    found: Known,
) -> Response:
    """Change a subscription."""
    values = change.model_dump(exclude_none=True, exclude={"filter"})
    if change.url is not None:
        permitted.check(change.url)
    if change.filter is not None:
        values["filter"] = change.filter.model_dump_json()
    if change.state is not None:
        values["reason"] = None
    if values:
        subscriptions.change(database, found.id, **values)
    return told(request, who, zone, _webhook(database, subscriptions.one(database, found.id) or found))


@router.delete("/{identifier}", status_code=204, responses=problems(401, 404, 422))
def delete_webhook(who: Administrator, database: Writing, found: Known) -> None:  # noqa: ARG001
    """End a subscription. What was still to be sent is forgotten."""
    subscriptions.remove(database, found.id)


@router.post("/{identifier}/rotate", response_model=WithSecret, responses=problems(401, 404, 422))
def rotate_secret(
    request: Request, rotation: Rotation, who: Administrator, database: Writing, zone: Zone, found: Known
) -> Response:
    """A new secret. Until the overlap ends calls carry signatures by the old one as well."""
    key = subscriptions.rotate(database, found, now=now_us(), overlap_us=rotation.overlap_s * 1_000_000)
    return told(request, who, zone, WithSecret(webhook=_webhook(database, found), secret=key))


@router.post("/{identifier}/test", response_model=Tested, responses=problems(401, 404, 422))
def test_webhook(request: Request, who: Administrator, permitted: Permitted, identifier: Identifier) -> Tested:
    """Send a call of type ``ping`` now, and tell what came of it. It is not tried again."""
    del who
    store: Store = request.app.state.store
    with store.reading() as connection:
        found = subscriptions.one(connection, identifier)
    if found is None:
        raise NotFoundError("webhook")
    outcome = ping(found, permitted)
    return Tested(delivered=outcome.good, status=outcome.status, error=outcome.error, seconds=round(outcome.took_s, 3))


@router.get("/{identifier}/deliveries", response_model=Page[Call], responses=problems(401, 404, 422))
def list_deliveries(
    request: Request,
    who: Administrator,
    database: Writing,
    zone: Zone,
    found: Known,
    *,
    state: Annotated[
        Literal["pending", "delivered", "dead"] | None, Query(description="dead: the dead letters.")
    ] = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Response:
    """Calls, newest first. Delivered ones are kept for seven days."""
    ask = Ask.of(limit, cursor, int)
    before = ask.after[0] if ask.after else None
    rows = queue.listed(database, found.id, state, before, limit + 1)
    return told(request, who, zone, Page[Call](items=tuple(map(_call, rows[:limit])), next=_next(rows, limit)))


@router.get("/{identifier}/deliveries/{position}", response_model=CallDetail, responses=problems(401, 404, 422))
def get_delivery(
    request: Request, who: Administrator, database: Writing, zone: Zone, found: Known, position: Position
) -> Response:
    """One call with its body."""
    row = queue.one(database, found.id, position)
    if row is None:
        raise NotFoundError("delivery")
    return told(request, who, zone, CallDetail(**dict(_call(row)), body=row.body))


@router.post("/{identifier}/deliveries/{position}/replay", response_model=Count, responses=problems(401, 404, 422))
def replay_delivery(who: Administrator, database: Writing, found: Known, position: Position) -> Count:
    """Send a dead letter once more."""
    del who
    count = queue.again(database, found.id, position, now_us())
    if not count:
        raise NotFoundError("dead letter")
    return Count(count=count)


@router.post("/{identifier}/dead-letters/replay", response_model=Count, responses=problems(401, 404, 422))
def replay_dead_letters(who: Administrator, database: Writing, found: Known) -> Count:
    """Send all dead letters once more."""
    del who
    return Count(count=queue.again(database, found.id, None, now_us()))


@router.post("/{identifier}/replay", status_code=202, responses=problems(401, 404, 422))
def replay_range(wanted: Range, who: Administrator, database: Writing, found: Known) -> Response:
    """Send again what the feed said in a time; it is read from the log. Calls have the webhook-id that they had."""
    del who
    since, until = moment_of("since", wanted.since), moment_of("until", wanted.until)
    assert since is not None
    assert until is not None
    if not 0 <= since < until:
        raise HTTPException(422, "body.until: give a time after since")
    values = {"id": uuid4().hex, "webhook": found.id, "since": since, "until": until, "made": now_us()}
    database.execute(insert(replays).values(values))
    return Response(status_code=202)


def _webhook(database: Connection, found: Subscription) -> Webhook:
    counts = queue.counts(database, found.id)
    return Webhook(
        id=found.id,
        workspace=found.feed.workspace,
        department=found.feed.department,
        url=found.url,
        description=found.description,
        filter=found.filter,
        state=found.state,  # type: ignore[arg-type]
        reason=found.reason,
        made=found.made,  # type: ignore[arg-type]
        made_by=found.made_by,
        pending=counts.get("pending", 0),
        dead=counts.get("dead", 0),
    )


def _call(row: Delivery) -> Call:
    return Call.model_validate(row)


def _next(rows: list[Delivery], limit: int) -> str | None:
    return cursor(rows[limit - 1].position) if len(rows) > limit else None
