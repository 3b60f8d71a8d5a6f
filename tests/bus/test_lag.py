"""Lag by partition: told once a second, taken away with the partition."""

from __future__ import annotations

from typing import cast

import pytest
from confluent_kafka import Consumer, TopicPartition

from commonline.bus import lag
from commonline.bus.lag import Lag
from commonline.metrics import Metrics


class Watermarks:
    """Knows the ends of partitions as a consumer does."""

    def __init__(self, ends: dict[int, int]) -> None:
        self.ends = ends

    def get_watermark_offsets(self, where: TopicPartition, *, cached: bool) -> tuple[int, int]:
        assert cached
        assert where.topic == "activities.v1"
        return 0, self.ends[where.partition]


def sample(metrics: Metrics, partition: int) -> float | None:
    labels = {"stage": "unify", "partition": str(partition)}
    return metrics.registry.get_sample_value("commonline_stage_lag_records", labels)


def test_lag_is_what_lies_between_position_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    metrics = Metrics()
    told = Lag(metrics, "unify", "activities.v1")
    consumer = Watermarks({0: 10, 1: -1001, 2: 7})
    told.tell(cast("Consumer", consumer), {0: 4, 1: 3})
    assert (sample(metrics, 0), sample(metrics, 1), sample(metrics, 2)) == (6, 0, None)
    told.tell(cast("Consumer", consumer), {0: 9})
    assert sample(metrics, 0) == 6, "only once a second"
    now += lag.EVERY_S
    told.tell(cast("Consumer", consumer), {0: 9, 2: 7})
    assert (sample(metrics, 0), sample(metrics, 1), sample(metrics, 2)) == (1, None, 0)
