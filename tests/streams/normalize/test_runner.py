"""Offsets that cannot be committed now: kept where the partition stays ours, forgotten where it does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from commonline.errors import RestartError
from commonline.metrics import Metrics
from commonline.settings import KafkaSettings
from commonline.streams.normalize.runner import Runner


class Group:
    """A consumer whose commits fail as told."""

    def __init__(self, *failures: int) -> None:
        self.failures = list(failures)
        self.committed: list[dict[int, int]] = []

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> None:
        if self.failures:
            raise KafkaException(KafkaError(self.failures.pop(0)))
        self.committed.append({place.partition: place.offset for place in offsets})

    def incremental_unassign(self, places: list[TopicPartition]) -> None:
        pass


def runner(group: Group) -> Runner:
    """One that has read partition 0 up to 10 and partition 1 up to 20."""
    tally = SimpleNamespace(ledger=lambda _at: [], clear=lambda: None, forget=lambda _partition: None)
    flight = SimpleNamespace(passed=lambda _partition, _end: None)
    batches: Any = SimpleNamespace(tally=tally, flight=flight, outbox=None)
    writer: Any = SimpleNamespace(flush=lambda: None)
    made = Runner(KafkaSettings(bootstrap="127.0.0.1:1"), "deliveries.v1", "g", "g-0", batches, writer, Metrics())
    made._consumer.close()
    made._consumer = group  # type: ignore[assignment]
    made._read_to = {0: 10, 1: 20}
    made._ends = {0: 10, 1: 20}
    made._uncommitted = 5
    return made


@pytest.mark.parametrize(
    "code", [KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS, KafkaError._TRANSPORT]
)
def test_what_could_not_be_committed_is_committed_later_without_new_records(code: int) -> None:
    group = Group(code)
    made = runner(group)
    made._commit()
    assert (group.committed, made._uncommitted > 0) == ([], True)
    made._commit()
    assert group.committed == [{0: 10, 1: 20}]


def test_what_is_given_away_in_a_rebalance_is_not_committed_any_more() -> None:
    group = Group(KafkaError.REBALANCE_IN_PROGRESS)
    made = runner(group)
    made._revoke(made._consumer, [TopicPartition("deliveries.v1", 0)])
    made._commit()
    assert group.committed == [{1: 20}]


def test_a_broker_that_stays_away_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("commonline.streams.normalize.runner.time.monotonic", lambda: now[0])
    made = runner(Group(KafkaError._TRANSPORT, KafkaError._TRANSPORT))
    made._commit()
    now[0] += 61
    with pytest.raises(RestartError, match="offsets not committed"):
        made._commit()
