"""Whatever is lost or refused on the way, a partition's log is what was handed over, in order, once."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError
from hypothesis import given
from hypothesis import strategies as st

from commonline.bus.wire.answers import Meaning
from commonline.bus.wire.lane import LONGEST_BACK_OFF_S, SEQUENCES, Lane, Waiting
from commonline.bus.wire.requests import Identity
from tests.bus.wire.cluster import Log, Some

WHO = Identity(7, 3)
PASSING = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.NOT_ENOUGH_REPLICAS, KafkaError.REQUEST_TIMED_OUT)


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.lists(st.sampled_from(("fine", "refused", "not arrived", "answer lost")), max_size=40),
    st.integers(0, SEQUENCES - 1),
)
def test_every_batch_once_and_in_order(counts: list[int], fates: list[str], begin: int) -> None:
    lane, broker, now = Lane(("t", 0)), Log(next=begin), 0.0
    lane._sequence = begin
    for name, count in enumerate(counts):
        lane.add(Waiting(Some(name, count), 1e9))
    acknowledged: list[int] = []
    while not lane.empty:
        fate = fates.pop() if fates else "fine"
        now = max(now, lane.due_at)
        assert lane.due_at <= now
        sealed = lane.take_off(WHO, transactional=True)
        assert lane.due_at == float("inf")
        if fate == "refused":
            meaning, batch = lane.answered(PASSING[len(fates) % 3], -1, now)
            assert (meaning in (Meaning.AGAIN, Meaning.MOVED), batch) == (True, None)
            continue
        told = broker.append(sealed) if fate != "not arrived" else (0, 0)
        if fate != "fine":
            lane.again("lost", now)
            continue
        meaning, batch = lane.answered(*told, now)
        assert meaning is Meaning.DONE
        assert isinstance(batch, Some)
        assert batch.sealed == 1
        acknowledged.append(batch.name)
        assert lane.end == broker.offset
    assert broker.names == acknowledged == list(range(len(counts)))


def test_a_batch_that_is_known_already_is_done_and_its_offset_unknown() -> None:
    lane = Lane(("t", 0))
    lane.add(Waiting(Some(0), 1.0))
    lane.take_off(WHO, transactional=False)
    assert lane.answered(KafkaError.DUPLICATE_SEQUENCE_NUMBER, -1, 0.0)[0] is Meaning.DONE
    assert lane.end == -1


@pytest.mark.parametrize(
    "code",
    [
        KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
        KafkaError.UNKNOWN_PRODUCER_ID,
        KafkaError.INVALID_PRODUCER_EPOCH,
        KafkaError.PRODUCER_FENCED,
        KafkaError.INVALID_TXN_STATE,
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        99,
    ],
)
def test_what_does_not_pass_by_itself_is_the_end(code: int) -> None:
    lane = Lane(("t", 0))
    lane.add(Waiting(Some(0), 1.0))
    lane.take_off(WHO, transactional=False)
    assert lane.answered(code, -1, 0.0) == (Meaning.END, None)


def test_what_was_never_sent_can_be_forgotten_and_what_was_cannot() -> None:
    lane, batches = Lane(("t", 0)), [Some(0), Some(1), Some(2)]
    for batch in batches:
        lane.add(Waiting(batch, 1.0))
    lane.take_off(WHO, transactional=True)
    lane.again("lost", 0.0)
    assert lane.drop() == batches[1:]
    assert not lane.empty
    lane.take_off(WHO, transactional=True)
    lane.answered(0, 5, 0.0)
    assert (lane.empty, lane.end) == (True, 6)
    lane.add(Waiting(Some(3, 4), 1.0))
    assert lane.take_off(WHO, transactional=True) == b"3 4 7/3 1 True"


def test_back_off_grows_and_has_an_end() -> None:
    lane = Lane(("t", 0))
    lane.add(Waiting(Some(0), 1.0))
    waits = []
    for _ in range(30):
        lane.take_off(WHO, transactional=False)
        lane.again("lost", 100.0)
        waits.append(lane.due_at - 100.0)
    assert waits == sorted(waits)
    assert (waits[0] <= 0.02, waits[-1]) == (True, LONGEST_BACK_OFF_S)
