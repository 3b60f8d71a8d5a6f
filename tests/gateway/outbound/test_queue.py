"""The queue in the database: order, claims, dead letters, replays."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.filters import Filter
from commonline.gateway.outbound.queue import Delivery
from commonline.gateway.outbound.schedule import Outcome, Verdict
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.store.engine import Store
from commonline.schemas.models import FeedActivity
from tests.client.published import KETTLE, MUG, shown
from tests.gateway.outbound.receiver import there

LEASE = 100


def subscribe(store: Store, wanted: Filter | None = None) -> Subscription:
    with store.writing() as connection:
        feed = there(connection)
        url = "https://crm.example/"
        return subscriptions.add(connection, feed, url, wanted or Filter(), description="", by="root", now=1)


def put(store: Store, found: Subscription, seqs: Iterable[int], conversation: str = KETTLE) -> int:
    records = [FeedActivity.from_record(shown(seq, conversation=conversation)) for seq in seqs]
    with store.writing() as connection:
        return queue.put(connection, found, records, now=10)


def ready(store: Store, now: int = 10) -> list[Delivery]:
    with store.reading() as connection:
        return queue.ready(connection, now)


def settle(store: Store, delivery: Delivery, verdict: Verdict, status: int = 500) -> None:
    with store.writing() as connection:
        assert queue.claim(connection, delivery, 10, LEASE)
        queue.settle(connection, delivery, verdict, Outcome(status, "told"), 20)


def test_each_conversation_in_its_order_and_none_waits_for_another(store: Store) -> None:
    found = subscribe(store)
    put(store, found, [1, 2])
    put(store, found, [3, 4], MUG)
    first, other = ready(store)
    assert (first.conversation, other.conversation) == (KETTLE, MUG)
    settle(store, first, Verdict("pending", due=1000))
    settle(store, other, Verdict("delivered"), 200)
    (following,) = ready(store)
    assert (following.conversation, following.position) == (MUG, other.position + 1)
    assert [one.position for one in ready(store, 1000)] == [following.position, first.position]


def test_a_delivery_is_claimed_once_until_its_lease_ends(store: Store) -> None:
    put(store, subscribe(store), [1])
    (delivery,) = ready(store)
    with store.writing() as connection:
        assert queue.claim(connection, delivery, 10, LEASE)
        assert not queue.claim(connection, delivery, 10, LEASE)
    assert ready(store, 10 + LEASE - 1) == []
    (again,) = ready(store, 10 + LEASE)
    assert (again.id, again.attempts, again.first) == (delivery.id, 0, 10)


def test_what_is_given_up_is_a_dead_letter_and_the_next_goes_on(store: Store) -> None:
    found = subscribe(store)
    put(store, found, [1, 2])
    settle(store, ready(store)[0], Verdict("dead"))
    (following,) = ready(store)
    settle(store, following, Verdict("delivered"), 200)
    with store.writing() as connection:
        (dead,) = queue.listed(connection, found.id, "dead", None, 10)
        assert (dead.status, dead.error, dead.attempts) == (500, "told", 1)
        assert queue.totals(connection) == {"dead": 1}
        assert queue.again(connection, found.id, None, 30) == 1
    (again,) = ready(store, 30)
    assert (again.id, again.attempts, again.first) == (dead.id, 0, None)


def test_a_receiver_that_is_gone_is_not_called_again(store: Store) -> None:
    found = subscribe(store)
    put(store, found, [1, 2])
    settle(store, ready(store)[0], Verdict("gone"), 410)
    assert ready(store) == []
    with store.writing() as connection:
        now = subscriptions.one(connection, found.id)
        assert now is not None
        assert (now.state, now.reason) == ("disabled", "the receiver answered 410 Gone")
        subscriptions.change(connection, found.id, state="active")
    assert len(ready(store)) == 1


def test_a_record_is_put_once_in_a_round(store: Store) -> None:
    found = subscribe(store, Filter(visibilities=("public",)))
    assert put(store, found, [1, 2]) == 2
    assert put(store, found, [2, 3]) == 1
    records = [FeedActivity.from_record(shown(2))]
    with store.writing() as connection:
        assert queue.put(connection, found, records, now=11, round_="replay") == 1
        both = [one for one in queue.listed(connection, found.id, None, None, 10) if '"seq":2,' in one.body]
    assert len({one.id for one in both}) == 1 < len(both)


@pytest.mark.parametrize(("overlap", "still"), [(0, 1), (50, 2)])
def test_rotation_keeps_the_old_secret_for_the_overlap(store: Store, overlap: int, still: int) -> None:
    found = subscribe(store)
    with store.writing() as connection:
        key = subscriptions.rotate(connection, found, now=100, overlap_us=overlap)
        now = subscriptions.one(connection, found.id)
    assert now is not None
    assert now.keys(120)[0] == key
    assert len(now.keys(120)) == still
    assert now.keys(150) == [key]


def test_what_was_delivered_is_forgotten_in_time(store: Store) -> None:
    found = subscribe(store)
    put(store, found, [1])
    settle(store, ready(store)[0], Verdict("delivered"), 200)
    with store.writing() as connection:
        assert queue.prune(connection, 20 + queue.KEPT_US) == 0
        assert queue.prune(connection, 21 + queue.KEPT_US) == 1
