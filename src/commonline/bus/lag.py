"""How far a stage is behind: records of each owned partition that it has not read yet."""

from __future__ import annotations

import time
from collections.abc import Mapping

from confluent_kafka import Consumer, TopicPartition

from commonline.metrics import Metrics

EVERY_S = 1.0


class Lag:
    """Tells `commonline_stage_lag_records`, at most once in `EVERY_S`, from what the consumer knows already."""

    def __init__(self, metrics: Metrics, stage: str, topic: str) -> None:
        self._metrics, self._stage, self._topic = metrics, stage, topic
        self._told: set[int] = set()
        self._next = 0.0

    def tell(self, consumer: Consumer, positions: Mapping[int, int]) -> bool:
        """`positions`: partition -> next offset to process. Partitions that are not ours any more are taken away.

        Returns whether it was time to tell.
        """
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + EVERY_S
        for number, position in positions.items():
            _, high = consumer.get_watermark_offsets(TopicPartition(self._topic, number), cached=True)
            labels = {"stage": self._stage, "partition": str(number)}
            self._metrics.gauge("commonline_stage_lag_records", labels).set(max(0, high - position))
        for number in self._told - positions.keys():
            self._metrics.gauge("commonline_stage_lag_records").remove(self._stage, str(number))
        self._told = set(positions)
        return True
