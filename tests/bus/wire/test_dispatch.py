"""Many partitions, brokers that refuse, lose and move: every batch is in its partition's log once, in order."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.wire import dispatch
from commonline.bus.wire.dispatch import NEVER, Dispatch
from commonline.bus.wire.lane import Waiting
from tests.bus.wire.cluster import Memory, Some

PLACES = [("a", 0), ("a", 1), ("b", 0)]
FATES = ("fine", "fine", "refused", "not arrived", "answer lost")
MOVES = ("stay", "stay", "move", "no leader", "down", "up")


def made(cluster: Any) -> Dispatch:
    return Dispatch(cluster, transactional_id=None, patience_s=5.0)


def drained(sending: Dispatch, cluster: Memory, now: float, wanted: int) -> int:
    """Turn by turn until nothing is left; how many batches were done."""
    done = 0
    for _ in range(10_000):
        next_at = sending.send(now)
        for connection in sending.connections:
            done += len(sending.receive(connection, now))
        if done >= wanted:
            return done
        now = max(now + 0.001, min(next_at, now + 1.0))
    raise AssertionError("it does not come to an end")


@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.integers(1, 3)), min_size=1, max_size=25),
    st.lists(st.sampled_from(FATES), max_size=60),
    st.lists(st.sampled_from(MOVES), max_size=25),
)
def test_every_batch_once_and_in_order(
    handed: list[tuple[tuple[str, int], int]], fates: list[str], moves: list[str]
) -> None:
    cluster = Memory(PLACES, lambda: fates.pop() if fates else "fine")
    sending, now, done = made(cluster), 0.0, 0
    for number, (place, count) in enumerate(handed):
        sending.add(place, Waiting(Some(number, count), NEVER))
        move = moves.pop() if moves else "stay"
        if move in ("move", "no leader"):
            cluster.actual[place] = 0 if move == "no leader" else 3 - max(1, cluster.actual[place])
        elif move != "stay":
            cluster.down ^= {1 + number % 2}
        sending.send(now)
        for connection in sending.connections:
            done += len(sending.receive(connection, now))
        now += 0.01
    cluster.down.clear()
    cluster.actual = dict.fromkeys(PLACES, 2)
    drained(sending, cluster, now, len(handed) - done)
    for place in PLACES:
        assert cluster.logs[place].names == [number for number, (where, _) in enumerate(handed) if where == place]
        assert sending.end(place) in (-1, cluster.logs[place].offset)
    assert sending.send(now + 1000) == NEVER


def test_one_batch_a_partition_and_five_requests_a_broker_are_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "REQUEST_BYTES", 1)  # each batch goes in a request of its own
    places = [("t", number) for number in range(9)]
    cluster = Memory(places, lambda: "fine")
    sending = made(cluster)
    for number in range(27):
        sending.add(("t", number % 9), Waiting(Some(number), NEVER))
    assert sending.send(0.0) == 5.0  # nothing to do but to wait for answers
    assert cluster.links[1].open_requests == 5
    assert sum(len(log.names) for log in cluster.logs.values()) == 5
    drained(sending, cluster, 0.0, 27)
    assert [cluster.logs[place].names for place in places] == [[n, n + 9, n + 18] for n in range(9)]


def test_a_broker_that_is_silent_is_left_and_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Memory(PLACES, lambda: "fine")
    sending = made(cluster)
    sending.add(("a", 0), Waiting(Some(0), NEVER))
    assert sending.send(0.0) == 5.0
    link = cluster.links[1]
    sending.send(5.0)
    assert not link.open
    assert drained(sending, cluster, 5.0, 1) == 1
    assert cluster.logs["a", 0].names == [0]


def test_a_batch_is_given_up_in_time_with_its_trouble() -> None:
    cluster = Memory(PLACES, lambda: "fine")
    cluster.actual["b", 0] = 0
    sending = made(cluster)
    sending.add(("b", 0), Waiting(Some(0), 1.0))
    now = 0.0
    while (next_at := sending.send(now)) < 1.0:
        now = max(now + 0.001, next_at)
    assert next_at == 1.0
    with pytest.raises(KafkaException, match=r"b\[0\]: it has no leader") as told:
        sending.send(1.0)
    assert (told.value.args[0].code(), told.value.args[0].fatal()) == (KafkaError._MSG_TIMED_OUT, True)


def test_a_sequence_out_of_order_is_the_end() -> None:
    cluster = Memory(PLACES, lambda: "fine")
    cluster.logs["a", 0].next = 5
    sending = made(cluster)
    sending.add(("a", 0), Waiting(Some(0), NEVER))
    sending.send(0.0)
    with pytest.raises(KafkaException, match=r"a\[0\]") as told:
        sending.receive(sending.connections[0], 0.0)
    assert (told.value.args[0].name(), told.value.args[0].fatal()) == ("OUT_OF_ORDER_SEQUENCE_NUMBER", True)


def test_leaders_are_not_asked_for_all_the_time() -> None:
    cluster = Memory(PLACES, lambda: "fine")
    cluster.actual["b", 0] = 0
    sending = made(cluster)
    sending.add(("b", 0), Waiting(Some(0), NEVER))
    for turn in range(1000):
        sending.send(turn / 1000)
    assert 2 <= cluster.refreshed <= 11
