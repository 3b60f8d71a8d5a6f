"""An idempotent producer for asyncio: `send` returns a future that ends when the broker has acknowledged.

librdkafka works in threads of its own. One thread of ours serves its delivery reports and hands them to the
event loop in batches, one wake-up for as many as have come.

Records are handed to librdkafka in groups, each flushed by that thread, and the next group waits until the last is
acknowledged: what comes while the broker is at work goes together, so batches grow with its load and nothing lingers.
More at a time would gain nothing: an idempotent producer sends nothing to a partition that has five records in flight,
and while one is due, librdkafka's thread polls without pause (2.16.0: 0.6 ms of processor time a webhook).

What is in flight has a bound in bytes; beyond it, and while the broker does not answer, `send` refuses at once
(`RetryLaterError`) instead of queueing. Records in flight are the probes; once all have been given up the broker
is asked for its metadata every second, and sending is allowed again when it answers. After a fatal error of the
idempotent session (KIP-360) the client is replaced; what was in flight fails, and its senders try again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeAlias

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from commonline.bus.tuning import asking_settings
from commonline.errors import CommonlineError, RetryLaterError, TooLargeError
from commonline.logs import Throttle, client_log
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)
Headers = Sequence[tuple[str, bytes]]
RETRY_AFTER_S = 5.0
POLL_S = 0.1
TURN_S = 0.01
"""So long at most a report waits for the others of its group."""
PROBE_S = 1.0
GROUP_RECORDS = 500
HOLD_S = 0.1
"""Nothing is held longer: one broker that does not answer must not keep records from the others."""
MIB = 1024 * 1024


class Acknowledged(NamedTuple):
    """Where the record lies."""

    partition: int
    offset: int


Told: TypeAlias = Callable[[Acknowledged | CommonlineError], None]
"""Hears in the event loop, once, what became of a record. It must not raise."""


class _Record(NamedTuple):
    """A record that waits for its turn, and who is told of it."""

    told: Told
    topic: str
    value: bytes | None
    key: bytes | None
    partition: int
    timestamp_ms: int
    headers: Headers
    size: int


class AsyncProducer:
    """Use inside one event loop: `start`, any number of `send` and `submit`, `stop`.

    `max_bytes` is the largest record, `limit_bytes` bounds what is in flight, `give_up_s` is how long a
    record is tried, `stalled_after_s` how long the broker may be silent before `send` refuses.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        *,
        client_id: str,
        max_bytes: int,
        limit_bytes: int = 64 * MIB,
        give_up_s: float = 15.0,
        stalled_after_s: float = 4.0,
    ) -> None:
        self._max_bytes = max_bytes
        self._stalled_after_s = stalled_after_s
        self._config = {
            **kafka.librdkafka(),
            **asking_settings(client_id, max_bytes, limit_bytes, give_up_s),
            "error_cb": self._on_error,
        }
        self._producer: Producer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._serve, name="commonline-producer", daemon=True)
        self._stopping = False
        self._broken = False
        self._failing = False
        self._in_flight = 0
        self._progress = time.monotonic()
        self._work: SimpleQueue[None] = SimpleQueue()  # a word for each group; an Event costs three times as much
        self._throttle = Throttle(30.0)
        self._reports: deque[tuple[_Record, KafkaError | None, int, int]] = deque()
        self._waiting: list[_Record] = []
        self._late: asyncio.TimerHandle | None = None
        self._handed_over = 0  # records that librdkafka has and that are not reported yet
        self._held_bytes, self._limit_bytes = 0, limit_bytes

    def start(self) -> None:
        """Begin to serve. The broker need not be there yet."""
        self._loop = asyncio.get_running_loop()
        self._producer = Producer(self._config, logger=client_log("commonline.kafka"))
        self._thread.start()

    async def stop(self, timeout_s: float = 10.0) -> int:
        """Wait for what is in flight, then end. Returns how many records were given up."""
        if self._producer is None:
            return 0
        self._hand_over(at_once=True)
        left = await asyncio.to_thread(self._producer.flush, timeout_s)
        self._stopping = True
        await asyncio.to_thread(self._thread.join)
        self._settle()
        return left

    @property
    def in_flight(self) -> int:
        """Records that are not acknowledged yet."""
        return self._in_flight

    @property
    def stalled(self) -> bool:
        """Whether the broker does not acknowledge.

        Either records wait and none was acknowledged for `stalled_after_s`, or the last were given up and the
        broker has not answered since.
        """
        if self._in_flight == 0:
            return self._failing
        return time.monotonic() - self._progress > self._stalled_after_s

    @property
    def alive(self) -> bool:
        """Whether the thread that serves reports runs."""
        return self._thread.is_alive()

    def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Headers = (),
        timestamp_ms: int = 0,
        partition: int = -1,
    ) -> asyncio.Future[Acknowledged]:
        """Send one record.

        The future ends with `Acknowledged`, or raises `RetryLaterError` (not acknowledged; it may be in the
        log all the same) or `TooLargeError`. The same errors are raised at once when nothing is sent.
        """
        future: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        self.submit(topic, value, partial(_end, future), key, list(headers), timestamp_ms, partition)
        return future

    def submit(
        self,
        topic: str,
        value: bytes | None,
        told: Told,
        key: bytes | None,
        headers: Headers,
        timestamp_ms: int,
        partition: int = -1,
    ) -> None:
        """As `send`, but `told` hears what its future would end with. `headers` is a list. Raises as `send`."""
        if self._producer is None or self._loop is None or self._broken or self.stalled:
            raise RetryLaterError("the broker does not acknowledge records at the moment", RETRY_AFTER_S)
        size = len(value or b"") + len(key or b"")
        if size > self._max_bytes:
            raise TooLargeError("record", self._max_bytes)
        if self._held_bytes + size > self._limit_bytes:
            raise RetryLaterError("too many records wait for the broker", RETRY_AFTER_S)
        if self._in_flight == 0:
            self._progress = time.monotonic()
        if not self._waiting:
            self._loop.call_soon(self._hand_over)
        self._waiting.append(_Record(told, topic, value, key, partition, timestamp_ms, headers, size))
        self._held_bytes += size
        self._in_flight += 1

    def _hand_over(self, *, at_once: bool = False) -> None:
        """In the loop: give librdkafka what waits, if its turn has come."""
        if self._producer is None or self._loop is None or not self._waiting:
            return
        if self._handed_over and not at_once:
            if self._late is None:
                self._late = self._loop.call_later(HOLD_S, partial(self._hand_over, at_once=True))
            return
        if self._late is not None:
            self._late.cancel()
            self._late = None
        records, self._waiting = self._waiting[:GROUP_RECORDS], self._waiting[GROUP_RECORDS:]
        self._handed_over += len(records)
        produce: Any = self._producer.produce
        for record in records:
            _, topic, value, key, partition, moment, headers, _ = record
            told = partial(self._on_delivery, record)
            try:
                produce(topic, value, key, partition, on_delivery=told, timestamp=moment, headers=headers)
            except BufferError:
                self._end(record, RetryLaterError("too many records wait for the broker", RETRY_AFTER_S))
            except KafkaException as error:
                self._end(record, self._failure(error.args[0]))
        self._work.put(None)

    def _on_delivery(self, record: _Record, error: KafkaError | None, message: Message) -> None:
        """In the serving thread."""
        self._reports.append((record, error, message.partition() or 0, message.offset() or 0))

    def _settle(self) -> None:
        """In the loop: tell the senders of all reports that have come; give librdkafka what waited for them."""
        now = time.monotonic()
        while self._reports:
            record, error, partition, offset = self._reports.popleft()
            self._failing = error is not None and error.code() != KafkaError.MSG_SIZE_TOO_LARGE
            if error is None:
                self._progress = now
                self._end(record, Acknowledged(partition, offset))
            else:
                self._end(record, self._failure(error))
        self._hand_over()

    def _end(self, record: _Record, result: Acknowledged | CommonlineError) -> None:
        """Tell a record's sender."""
        self._in_flight -= 1
        self._held_bytes -= record.size
        self._handed_over -= 1
        record.told(result)

    def _failure(self, error: KafkaError) -> CommonlineError:
        if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            return TooLargeError("record", self._max_bytes)
        if error.fatal():
            self._broken = True
        return RetryLaterError(f"the broker did not acknowledge the record: {error.str()}", RETRY_AFTER_S)

    def _on_error(self, error: KafkaError) -> None:
        if error.fatal():
            self._broken = True
            log.error("the idempotent session ended, a new one begins: %s", error.str())
        elif error.code() == KafkaError._ALL_BROKERS_DOWN and self._throttle.allows("down"):
            log.warning("no broker answers: %s", error.str())

    def _serve(self) -> None:
        while not self._stopping:
            producer = self._producer
            if producer is None:
                return
            try:
                self._work.get(timeout=POLL_S)
            except Empty:
                producer.poll(0)
            else:
                if producer.flush(TURN_S):
                    self._work.put(None)
            if self._reports and self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._settle)
            if self._broken:
                self._renew(producer)
            elif self._failing and self._in_flight == 0:
                self._probe(producer)

    def _probe(self, producer: Producer) -> None:
        """Nothing is sent while the broker is away, so ask it whether it is back."""
        try:
            producer.list_topics(timeout=PROBE_S)
        except KafkaException:
            return
        self._failing = False

    def _renew(self, broken: Producer) -> None:
        """Replace the client. The old one's records are reported as failed."""
        broken.purge()
        broken.flush(1.0)
        self._producer = Producer(self._config, logger=client_log("commonline.kafka"))
        self._broken = False


def _end(future: asyncio.Future[Acknowledged], result: Acknowledged | CommonlineError) -> None:
    """End a future, unless who awaits it has given up."""
    if isinstance(result, Acknowledged) and not future.done():
        future.set_result(result)
    elif isinstance(result, CommonlineError) and not future.done():
        future.set_exception(result)
