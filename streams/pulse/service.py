"""pulse as a Faust stream: one agent on conversations.v1, no table.

Where a partition is read on is not the group's offset but its last checkpoint: the oldest open minute. So it does not
matter which records Faust counts as done. That Faust passes none over is checked by the sequence numbers that unify
writes; a record that was passed over ends the process, and the next one begins at the checkpoint.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from faust.types import TP

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.process import ProcessSettings
from commonline.clock import now_us
from commonline.errors import RestartError
from commonline.metrics import Metrics
from commonline.schemas.errors import SchemaError
from commonline.schemas.records import ConversationActivity, Pulse
from commonline.schemas.registry import RegistryError
from commonline.streams import app as streams
from commonline.streams.pulse import lookup
from commonline.streams.pulse.board import Board
from commonline.streams.pulse.partition import Partition, headers, key

log = logging.getLogger(__name__)
NAME = "pulse"
CHECKPOINT_KEY = b"checkpoint"
TICK_S = 1.0
AGAIN_S = 2.0


class Message(Protocol):
    """What is used of a Faust message."""

    partition: int
    offset: int
    value: bytes | None


class PulseStream:
    """The stream: its app, and what it knows of the partitions that are ours. Make it inside the event loop."""

    def __init__(self, settings: ProcessSettings, metrics: Metrics) -> None:
        self.metrics = metrics
        self.app = streams.StreamApp(NAME, settings, metrics, resume=self.resume)
        names = self.app.names
        self.source, self.target = names.name(table.CONVERSATIONS), names.name(table.PULSE)
        self.state = names.name(table.PULSE_STATE)
        self.partitions: dict[int, Partition] | None = None
        self._board = Board(metrics)
        self.app.on_partitions_revoked.connect(self._revoked)
        self.app.timer(TICK_S)(self._tick)
        self.app.agent(self.app.records(self.source), name=NAME, concurrency=1)(self._agent)

    async def _agent(self, stream: Any) -> None:
        events: AsyncIterator[Any] = stream.events()
        async for event in events:
            await self.app.guard(self.take(event.message))

    async def take(self, message: Message) -> None:
        """Count one record. Raises `RestartError` when Faust has passed records over."""
        partition = (self.partitions or {}).get(message.partition)
        if partition is None:
            return
        record = await self._decoded(message)
        if record is None:
            partition.skip(message.offset)
        elif not await partition.take(record, message.offset):
            raise RestartError(
                f"{self.source} partition {message.partition}: records from offset {partition.next} to "
                f"{message.offset} were passed over; starting again at the last checkpoint"
            )

    async def _decoded(self, message: Message) -> ConversationActivity | None:
        while True:
            try:
                return self.app.serde.decode_as(ConversationActivity, message.value or b"")
            except RegistryError as error:
                log.warning("a schema cannot be read yet: %s", error)
                await asyncio.sleep(AGAIN_S)
            except SchemaError as error:
                log.error("%s partition %d offset %d: %s", self.source, message.partition, message.offset, error)
                self._skipped("undecodable")
                return None

    async def resume(self, assigned: set[TP]) -> Mapping[TP, int]:
        """Begin each partition anew at its last checkpoint."""
        ours = sorted(tp.partition for tp in assigned if tp.topic == self.source)
        try:
            left = await asyncio.to_thread(lookup.last_values, self.app.kafka, self.state, ours)
            self.partitions = {number: Partition(number, left.get(number), self) for number in ours}
        except Exception as error:
            self.app.fail(error)
        log.info("partitions %s", " ".join(f"{number}@{one.next}" for number, one in self.partitions.items()) or "none")
        return {TP(self.source, number): partition.next for number, partition in self.partitions.items()}

    async def _revoked(self, _app: Any, /, *told: Any, **_: Any) -> None:
        revoked: set[TP] = told[0]
        for tp in revoked:
            if self.partitions is not None and tp.topic == self.source:
                self.partitions.pop(tp.partition, None)

    async def _tick(self) -> None:
        await self.app.guard(self._all_partitions())

    async def _all_partitions(self) -> None:
        now = now_us()
        self._board.fade(now)
        for number, partition in list((self.partitions or {}).items()):
            await partition.tick(now)
            await self._measure_lag(number)

    async def _measure_lag(self, partition: int) -> None:
        labels = {"stage": NAME, "partition": str(partition)}
        lag = await self.app.behind(TP(self.source, partition))
        self.metrics.gauge("commonline_stage_lag_records", labels).set(lag)

    def _skipped(self, cause: str) -> None:
        self.metrics.counter("commonline_stream_skipped_total", {"stream": NAME, "cause": cause}).inc()

    async def pulses(self, pulses: Sequence[Pulse]) -> None:
        """Write records of minutes, all at once."""
        serde = self.app.serde
        await asyncio.gather(
            *(
                self.app.write(
                    self.target,
                    serde.encode(pulse),
                    key=key(pulse),
                    partition=0,
                    headers=headers(pulse),
                    timestamp_ms=pulse.minute // 1000,
                )
                for pulse in pulses
            )
        )
        self._board.show(pulses)

    async def checkpoint(self, partition: int, checkpoint: bytes) -> None:
        """Write a checkpoint into the partition of the same number."""
        await self.app.write(self.state, checkpoint, key=CHECKPOINT_KEY, partition=partition)

    async def still_owns(self, partition: int, position: int) -> bool:
        """Ask the group's coordinator."""
        return await self.app.still_owns(TP(self.source, partition), position)

    async def complete(self, partition: int, after: int, before: int) -> bool:
        """Ask the log. A log that lacks records (retention) is told, and read on."""
        first = await asyncio.to_thread(lookup.first_committed, self.app.kafka, self.source, partition, after)
        if first is not None and first < before:
            return False
        log.error("%s partition %d: records before offset %d are gone from the log", self.source, partition, before)
        self._skipped("gone")
        return True


def run(settings: ProcessSettings) -> None:
    """Run until SIGINT or SIGTERM. Raises `ConfigurationError`, `PlatformError`."""

    def topics() -> None:
        ensure(settings.kafka, settings.topics, partitions=settings.partitions)

    streams.run(lambda: PulseStream(settings, Metrics()).app, settings, topics)
