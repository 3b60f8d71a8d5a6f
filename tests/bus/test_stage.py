"""What the stage makes of what the consumer gives it: records by partition, errors as orders to stop or start anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError

from commonline.bus.batch import by_partition
from commonline.bus.stage import _input_error, _wait_s
from commonline.bus.tuning import StageSettings, consumer_settings, producer_settings, restorer_settings
from commonline.errors import RestartError, StateError
from commonline.settings import KafkaSettings

SETTINGS = StageSettings("unify", "activities.v1", "unify-state.v1", "group", "line-unify", Path("state"), "unify-0")
KAFKA = KafkaSettings(bootstrap="127.0.0.1:9092")


@dataclass
class Read:
    """A consumed record or error."""

    where: int | None
    at: int = 0
    wrong: KafkaError | None = None

    def partition(self) -> int | None:
        return self.where

    def offset(self) -> int:
        return self.at

    def error(self) -> KafkaError | None:
        return self.wrong


def grouped(*reads: Read) -> dict[int, list[int]]:
    some: Any = list(reads)
    return {number: [one.offset() for one in found] for number, found in by_partition(some).items()}  # type: ignore[misc]


def test_order_within_a_partition_is_kept() -> None:
    assert grouped(Read(1, 5), Read(0, 9), Read(1, 6), Read(0, 10)) == {1: [5, 6], 0: [9, 10]}


def test_an_error_of_no_partition_starts_anew() -> None:
    with pytest.raises(RestartError, match="MAX_POLL"):
        grouped(Read(None, wrong=KafkaError(KafkaError._MAX_POLL_EXCEEDED)))


@pytest.mark.parametrize("code", [KafkaError._AUTO_OFFSET_RESET, KafkaError.OFFSET_OUT_OF_RANGE])
def test_deleted_input_is_a_persons_matter(code: int) -> None:
    told: Any = Read(3, wrong=KafkaError(code))
    found = _input_error(SETTINGS, told)
    assert isinstance(found, StateError)
    assert "activities.v1[3]" in str(found)


def test_other_errors_of_the_input_start_anew() -> None:
    told: Any = Read(3, wrong=KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    assert isinstance(_input_error(SETTINGS, told), RestartError)


def test_what_the_protocol_asks_of_the_clients() -> None:
    consumer = consumer_settings(KAFKA, SETTINGS)
    assert (consumer["isolation.level"], consumer["auto.offset.reset"]) == ("read_committed", "error")
    assert (consumer["partition.assignment.strategy"], consumer["group.protocol"]) == ("cooperative-sticky", "classic")
    producer = producer_settings(KAFKA, SETTINGS, 5)
    assert producer["transactional.id"] == "line-unify-5"
    assert (producer["retry.backoff.ms"], producer["transaction.timeout.ms"]) == (1, 10_000)
    assert restorer_settings(KAFKA)["isolation.level"] == "read_committed"


@pytest.mark.parametrize(
    ("records", "took_s", "expected"), [(0, 0.0, 0.0), (499, 9.0, 0.0), (500, 0.002, 0.001), (500, 0.1, 0.05)]
)
def test_batches_fill_longer_when_behind(records: int, took_s: float, expected: float) -> None:
    assert _wait_s(SETTINGS, records, took_s) == expected
    assert _wait_s(SETTINGS, 10_000, 9.0) == 0.1
