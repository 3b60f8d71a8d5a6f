"""Which process reads which poll or stream source: one, whatever happens (protocol F8).

All connect processes are one consumer group on ``sources.v1``; a source belongs to whoever owns the
partition that its name falls on. The group moves partitions when a process comes, goes or dies. What lies
in a partition are orders to pause (see `control`); they are read before the partition counts as owned.

A process that hangs longer than the session may read on for a moment beside its successor. That repeats
items, whose ids are known, and its cursors carry an older generation.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Protocol

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from commonline import topics as table
from commonline.bus.partitions import partition_of
from commonline.kit.control import Control
from commonline.logs import client_log
from commonline.settings import KafkaSettings
from commonline.topics import Topics

log = logging.getLogger(__name__)
SESSION_MS = 6_000
AGAIN_S = 3.0
POLL_S = 0.3
STOP_S = 8.0
"""How long readers may take to stop when a partition is taken away."""


class Owner(Protocol):
    """Who wants to know. All three are awaited in the event loop."""

    def owned(self, partitions: frozenset[int]) -> Awaitable[None]:
        """These partitions are ours from now on, besides those that were."""

    def lost(self, partitions: frozenset[int]) -> Awaitable[None]:
        """These are no longer; when this returns, nothing of them is read any more."""

    def ordered(self, control: Control) -> Awaitable[None]:
        """A source of ours is to be paused or resumed."""


class Ownership:
    """Takes part in the group, in a thread of its own, from `start` to `stop`."""

    def __init__(self, kafka: KafkaSettings, topics: Topics, owner: Owner) -> None:
        self._topic = topics.name(table.SOURCES)
        self._config = {
            **kafka.librdkafka(),
            "client.id": "commonline-sources",
            "group.id": topics.identifier("connect"),
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": SESSION_MS,
            "heartbeat.interval.ms": SESSION_MS // 3,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "reconnect.backoff.max.ms": 1000,
        }
        self._owner = owner
        self._thread = threading.Thread(target=self._run, name="commonline-sources", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = threading.Event()
        self._reading: set[int] = set()
        self._owned: set[int] = set()
        self.partitions = 0

    def start(self) -> None:
        """Join the group."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def stop(self) -> None:
        """Leave it, so that others take over at once."""
        self._stopping.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def partition_of(self, source: str) -> int | None:
        """Where a source belongs; None while the number of partitions is not known."""
        return partition_of(source, self.partitions) if self.partitions else None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._take_part()
            except Exception:
                log.exception("the group of sources was left; it is joined again in %g s", AGAIN_S)
            self._tell(self._owner.lost(frozenset(self._owned)))
            self._owned.clear()
            self._reading.clear()
            self._stopping.wait(AGAIN_S)

    def _take_part(self) -> None:
        consumer = Consumer(self._config, logger=client_log("commonline.kafka"))
        try:
            told = consumer.list_topics(self._topic, timeout=10).topics[self._topic]
            self.partitions = len(told.partitions)
            if not self.partitions:
                log.warning("topic %s does not exist; create it with: commonline topics create", self._topic)
                return
            consumer.subscribe([self._topic], on_assign=self._assign, on_revoke=self._revoke)
            while not self._stopping.is_set():
                message = consumer.poll(POLL_S)
                if message is not None:
                    self._take(message)
        finally:
            consumer.close()

    def _assign(self, consumer: Consumer, assigned: list[TopicPartition]) -> None:
        for one in assigned:
            one.offset = OFFSET_BEGINNING
            self._reading.add(one.partition)
        consumer.incremental_assign(assigned)

    def _revoke(self, consumer: Consumer, revoked: list[TopicPartition]) -> None:
        gone = frozenset(one.partition for one in revoked)
        self._reading -= gone
        if gone & self._owned:
            self._tell(self._owner.lost(gone & frozenset(self._owned)))
        self._owned -= gone
        consumer.incremental_unassign(revoked)

    def _take(self, message: Message) -> None:
        error = message.error()
        partition = message.partition()
        if error is None:
            try:
                self._tell(self._owner.ordered(Control.decode(message.key() or b"", message.value())))
            except ValueError as fault:
                log.error("order not understood partition=%s offset=%s: %s", partition, message.offset(), fault)
        elif error.code() == KafkaError._PARTITION_EOF:
            if partition is not None and partition in self._reading:
                self._reading.discard(partition)
                self._owned.add(partition)
                self._tell(self._owner.owned(frozenset({partition})))
        else:
            log.warning("the group of sources: %s", error.str())

    def _tell(self, told: Awaitable[None]) -> None:
        """Run it in the loop and wait for it."""
        if self._loop is None:
            return
        ended = asyncio.run_coroutine_threadsafe(_as_coroutine(told), self._loop)
        try:
            ended.result(STOP_S)
        except FutureTimeoutError:
            log.error("readers did not stop within %g s", STOP_S)
        except Exception:
            log.exception("sources could not be changed")


def _as_coroutine(told: Awaitable[None]) -> Coroutine[Any, Any, None]:
    async def wait() -> None:
        await told

    return wait()
