"""Committed offsets are asked for again while the coordinator moves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from commonline.bus import offsets
from commonline.errors import PlatformError
from commonline.settings import KafkaSettings

KAFKA = KafkaSettings(bootstrap="127.0.0.1:1")


class Group:
    """A consumer that refuses some times."""

    def __init__(self, *refusals: int) -> None:
        self.refusals = list(refusals)

    def list_topics(self, topic: str, timeout: float) -> Any:
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None, partitions=[0, 1])})

    def committed(self, places: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        if self.refusals:
            raise KafkaException(KafkaError(self.refusals.pop(0)))
        return [TopicPartition(places[0].topic, 0, 7), TopicPartition(places[0].topic, 1, -1001)]

    def close(self) -> None:
        pass


def test_a_coordinator_that_moves_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offsets, "AGAIN_S", 0.0)
    group = Group(KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)
    monkeypatch.setattr(offsets, "Consumer", lambda _settings: group)
    assert offsets.committed(KAFKA, "g", "t") == {0: 7}


def test_anything_else_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offsets, "Consumer", lambda _settings: Group(KafkaError._TIMED_OUT))
    with pytest.raises(PlatformError, match="does not answer"):
        offsets.committed(KAFKA, "g", "t")
