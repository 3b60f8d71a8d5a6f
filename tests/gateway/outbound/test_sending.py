"""Webhooks from a feed on the real broker to a receiver that fails in every way, and with the sender killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert

from commonline.clock import now_us
from commonline.gateway.outbound import queue, subscriptions
from commonline.gateway.outbound.filters import Filter
from commonline.gateway.outbound.subscriptions import Subscription
from commonline.gateway.outbound.tables import replays
from commonline.gateway.store.engine import Store
from commonline.ids import uuid5
from commonline.testing.kafka import KafkaUnderTest
from tests.client.published import Ground, shown
from tests.gateway.outbound.receiver import Answer, Receiver, receiving, there
from tests.gateway.outbound.worker import outbound

pytestmark = pytest.mark.broker
CONVERSATIONS = [uuid5("conversation", str(number)) for number in range(5)]


@pytest.fixture
def ground(kafka: KafkaUnderTest, prefix: str) -> Ground:
    return Ground(kafka, prefix).make()


@contextmanager
def subscribed(store: Store, wanted: Filter | None = None) -> Iterator[tuple[Receiver, Subscription]]:
    """A receiver, subscribed to the feed from now on."""
    with receiving(Receiver()) as receiver:
        with store.writing() as connection:
            found = subscriptions.add(
                connection, there(connection), receiver.url, wanted or Filter(), description="", by="root", now=now_us()
            )
        receiver.secret = found.secrets[0][0]
        yield receiver, found


@contextmanager
def sending(store: Store, ground: Ground) -> Iterator[None]:
    running = outbound(store, ground.kafka.settings, ground.prefix)
    running.start()
    try:
        yield
    finally:
        running.stop()


def in_order(receiver: Receiver) -> bool:
    """Whether the numbers of each conversation came in their order."""
    by_conversation: dict[str, list[int]] = defaultdict(list)
    seen = set()
    for identifier, body in receiver.taken:
        if identifier not in seen:
            seen.add(identifier)
            by_conversation[body["data"]["conversation"]].append(body["data"]["seq"])
    return all(found == sorted(found) for found in by_conversation.values())


def test_what_is_wanted_comes_once_in_order_from_now_on(store: Store, ground: Ground) -> None:
    ground.write([shown(1, "before anybody subscribed")])
    time.sleep(0.05)
    with subscribed(store, Filter(events=("activity",))) as (receiver, _), sending(store, ground):
        ground.write([shown(2, "two"), shown(3, event="left"), shown(4, "four")])
        ground.write([shown(5, "never happened")], commit=False)
        ground.write([shown(5, "five")])
        receiver.wait(lambda: len(receiver.taken) == 3)
        assert receiver.seqs() == [2, 4, 5]
        assert [body["data"]["item"]["object"]["text"] for _, body in receiver.taken] == ["two", "four", "five"]


def test_failures_are_tried_again_and_hold_up_their_own_conversation_alone(store: Store, ground: Ground) -> None:
    failing: list[Answer] = ["hang", "reset", 500, (429, {"retry-after": "1"}), 302]
    tried: Counter[int] = Counter()

    def behave(body: dict[str, Any]) -> Answer:
        seq = body["data"]["seq"]
        tried[seq] += 1
        return failing[seq - 1] if seq <= len(failing) and tried[seq] == 1 else 200

    with subscribed(store) as (receiver, _), sending(store, ground):
        receiver.behave = behave
        ground.write([shown(seq, conversation=CONVERSATIONS[(seq - 1) % 5]) for seq in range(1, 11)])
        receiver.wait(lambda: len(receiver.seqs()) == 10)
    assert in_order(receiver)
    assert [tried[seq] for seq in range(1, 6)] == [2] * 5
    assert receiver.most_at_once <= 4
    for seq in range(1, 6):
        assert len({identifier for identifier, body in receiver.attempts if body["data"]["seq"] == seq}) == 1


def test_gone_disables_and_another_subscription_goes_on(store: Store, ground: Ground) -> None:
    with subscribed(store) as (gone, first), subscribed(store) as (stays, _), sending(store, ground):
        gone.behave = lambda _: 410
        ground.write([shown(1), shown(2)])
        stays.wait(lambda: stays.seqs() == [1, 2])
        gone.wait(lambda: len(gone.attempts) == 1)
        with store.reading() as connection:
            found = subscriptions.one(connection, first.id)
        assert found is not None
        stays.wait(lambda: _state(store, first) == "disabled")
        ground.write([shown(3)])
        stays.wait(lambda: stays.seqs() == [1, 2, 3])
    assert len(gone.attempts) == 1


def _state(store: Store, found: Subscription) -> str:
    with store.reading() as connection:
        now = subscriptions.one(connection, found.id)
    assert now is not None
    return now.state


def test_a_range_is_replayed_with_the_same_ids(store: Store, ground: Ground) -> None:
    with subscribed(store) as (receiver, found), sending(store, ground):
        ground.write([shown(seq) for seq in (1, 2, 3)])
        receiver.wait(lambda: len(receiver.taken) == 3)
        before = list(receiver.taken)
        since = known(before[0])
        values = {"id": uuid4().hex, "webhook": found.id, "since": since, "until": known(before[2]), "made": now_us()}
        with store.writing() as connection:
            connection.execute(insert(replays).values(values))
        receiver.wait(lambda: len(receiver.taken) == 5)
        assert receiver.taken[3:] == before[:2]


def known(taken: tuple[str, dict[str, Any]]) -> int:
    return int(taken[1]["data"]["seq"])


def some_more(receiver: Receiver, arrived: int, count: int) -> bool:
    return len(receiver.taken) > arrived + 5 or len(receiver.seqs()) == count


def test_nothing_is_lost_when_the_sender_is_killed(store: Store, ground: Ground) -> None:
    count, chance = 60, random.Random(7)
    argv = [sys.executable, "-m", "tests.gateway.outbound.worker", str(store.engine.url), ground.prefix]
    environ = {**os.environ, **ground.environ, "PYTHONPATH": os.pathsep.join(["src", "."])}
    root = Path(__file__).parents[3]

    failed: set[int] = set()

    def behave(body: dict[str, Any]) -> Answer:
        time.sleep(chance.random() / 20)
        if body["data"]["seq"] in failed or chance.random() < 0.9:
            return 200
        failed.add(body["data"]["seq"])
        return 503

    with subscribed(store) as (receiver, found):
        receiver.behave = behave
        ground.write([shown(seq, conversation=CONVERSATIONS[seq % 5]) for seq in range(1, count + 1)])
        for _ in range(6):
            process = subprocess.Popen(argv, cwd=root, env=environ)
            receiver.wait(partial(some_more, receiver, len(receiver.taken), count))
            process.kill()
            process.wait()
        with sending(store, ground):
            receiver.wait(lambda: len(receiver.seqs()) == count)
        assert sorted(receiver.seqs()) == list(range(1, count + 1))
        assert in_order(receiver)
        with store.reading() as connection:
            assert queue.counts(connection, found.id) == {"delivered": count}
