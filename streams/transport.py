"""Faust's Kafka transport as our streams need it: ``commonline://``, an entry point of ``faust.transports``.

Faust's own driver reads the records of aborted transactions, and writes without idempotence, unless its
``exactly_once`` is on (which does more than we want and less than it says). This one, on the same aiokafka clients:

* reads committed records only;
* writes with ``acks=all`` and ``enable.idempotence``;
* reaches Kafka by `KafkaSettings`, so TLS and SASL are those of all other processes;
* asks the app where to begin (`Resume`) each time Faust positions its partitions, so that a stream that keeps open
  windows in memory can go on from the oldest of them, whatever the group has committed.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from commonline.settings import KafkaSettings

NAME = "commonline"
FETCH_WAIT_MS = 500
Resume = Callable[[set[TP]], Awaitable[Mapping[TP, int]]]
"""Given all partitions that this worker has now, where to read on; partitions left out go on where the group did."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Makes the aiokafka consumer. Assignment is round robin: Faust's own assignor is for tables."""

    logger = logging.getLogger("faust.transport")

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        del transport  # its address says less than the settings do
        conf = self.app.conf
        self._assignor = RoundRobinPartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            **settings_of(self.app).aiokafka(),
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
        )

    def highwater(self, tp: TP) -> int:
        """End of what can be read: the last stable offset, since open transactions are not read."""
        return cast("int", self._ensure_consumer().last_stable_offset(tp))


class Consumer(driver.Consumer):
    """Begins where the app says."""

    logger = logging.getLogger("faust.transport")

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Position all assigned partitions; returns where they are (-1 or None: not said)."""
        positions = dict(await super().seek_to_committed())
        resume: Resume | None = getattr(self.app, "resume", None)
        if resume is not None:
            ours = {TP(tp.topic, tp.partition) for tp in self.assignment()}
            wanted = {self._new_topicpartition(*tp): offset for tp, offset in (await resume(ours)).items()}
            if wanted:
                await self.seek_wait(wanted)
                positions.update(wanted)
        return positions

    async def confirm(self, tp: TP, offset: int) -> bool:
        """Commit an offset; False when the group's coordinator does not take it from this worker."""
        return await self._commit({self._new_topicpartition(*tp): offset})

    async def behind(self, tp: TP) -> int:
        """Committed records, and marks of transactions, that are not fetched yet."""
        if tp not in self.assignment():
            return 0
        place = self._new_topicpartition(*tp)
        return max(0, (self.highwater(place) or 0) - (await self.position(place) or 0))

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Not while the app ends: Faust counts an event that its stop cuts short as done."""
        return False if getattr(self.app, "ending", False) else bool(await super()._commit(offsets))


class Producer(driver.Producer):
    """Idempotent, acknowledged by all in-sync replicas."""

    logger = logging.getLogger("faust.transport")

    def _settings_auth(self) -> Mapping[str, Any]:
        return settings_of(self.app).aiokafka()

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class Transport(driver.Transport):
    """What ``commonline://`` stands for."""

    Consumer = Consumer
    Producer = Producer


def settings_of(app: Any) -> KafkaSettings:
    """How the app reaches Kafka: its attribute `kafka`. Raises `TypeError` for an app without one."""
    kafka = getattr(app, "kafka", None)
    if not isinstance(kafka, KafkaSettings):
        raise TypeError(
            f"the app {app!r} has no KafkaSettings as `kafka`: make it with commonline.streams.app.StreamApp"
        )
    return kafka
