"""The idempotent producer of our own: as `commonline.bus.writer.Writer`, at a fraction of its cost a record."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from confluent_kafka import KafkaException

from commonline.bus.wire import records
from commonline.bus.wire.records import FULL_BYTES, LOOK_BYTES
from commonline.bus.wire.sender import Sender
from commonline.bus.writer import MIB, MOST_BYTES, Headers, not_written
from commonline.errors import ContractError, RestartError
from commonline.settings import KafkaSettings

if TYPE_CHECKING:
    from commonline.bus.wire._records import Accumulator

LIMIT_BYTES = 64 * MIB
TURN_S = 0.5


class WireWriter:
    """Writes records and knows which were not acknowledged. Not thread-safe.

    A record leaves when its batch is large enough, with `push`, with `flush`, and with the first `poll` that comes
    `linger_ms` after another `poll` has seen it. `give_up_s` is how long a record is tried. `beat` is called while
    waiting, so that a watchdog sees life.

    Other C modules may append to `accumulator` themselves, by the capsule `builder`; then `appended` is told what it
    holds.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        *,
        client_id: str,
        give_up_s: float = 60.0,
        linger_ms: float = 20.0,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.accumulator: Accumulator = records.accumulator()
        self.builder = records.builder()
        self._append = self.accumulator.append
        self._sender = Sender(kafka, client_id, give_up_s=give_up_s)
        self._give_up_s, self._linger_s, self._beat = give_up_s, linger_ms / 1000, beat
        self._look_at = LOOK_BYTES
        self._leaves_at: float | None = None
        self.close = weakref.finalize(self, self._sender.close)

    def write(
        self,
        topic: str,
        value: bytes | None,
        key: bytes | None = None,
        *,
        partition: int = -1,
        headers: Headers | None = None,
        timestamp_ms: int = 0,
    ) -> None:
        """Hand a record over; waits while too much is under way.

        Raises `RestartError` when a record was given up, `ContractError` for one that is too large.
        """
        if value is not None and len(value) > MOST_BYTES:
            raise ContractError(f"{topic}: a record of {len(value):,} bytes is larger than {MOST_BYTES:,}")
        try:
            held = self._append(topic, partition, value, key, headers, timestamp_ms)
        except KeyError:
            self.know(topic)
            held = self._append(topic, partition, value, key, headers, timestamp_ms)
        if held >= self._look_at:
            self.appended(held)

    def know(self, topic: str) -> None:
        """Learn how many partitions a topic has, which records without a partition are spread over.

        Raises `RestartError` if the brokers do not say so in time.
        """
        deadline = time.monotonic() + self._give_up_s
        try:
            while not (count := self._sender.partitions(topic, TURN_S)):
                self._beat()
                if time.monotonic() > deadline:
                    raise RestartError(f"{topic}: no broker tells of its partitions within {self._give_up_s:.0f} s")
        except KafkaException as error:
            _raise(error)
        self.accumulator.partitions(topic, count)

    def appended(self, held: int) -> None:
        """So many bytes are held: hand over what is large enough. Raises as `write`."""
        if held >= self._look_at:
            self._hand_over(FULL_BYTES)

    def poll(self) -> None:
        """Send what has lain long enough. Raises as `flush`."""
        self._check()
        if not self.accumulator.count:
            self._leaves_at = None
            return
        now = time.monotonic()
        if self._leaves_at is None:
            self._leaves_at = now + self._linger_s
        elif now >= self._leaves_at:
            self.push()

    def push(self) -> None:
        """Send at once what has been handed over. Raises as `flush`."""
        self._hand_over(0)
        self._leaves_at = None

    def flush(self) -> None:
        """Wait until everything handed over is acknowledged.

        Raises `RestartError` when a record was not: it may be in the log or not.
        """
        self.push()
        deadline = time.monotonic() + 2 * self._give_up_s
        try:
            while not self._sender.drained(TURN_S):
                self._beat()
                if time.monotonic() > deadline:
                    raise RestartError(f"the broker acknowledges nothing for {2 * self._give_up_s:.0f} s")
        except KafkaException as error:
            _raise(error)

    def _hand_over(self, least: int) -> None:
        batches = self.accumulator.take(least)
        self._look_at = self.accumulator.size + LOOK_BYTES
        try:
            self._sender.hand_over(batches)
            while self._sender.open_bytes > LIMIT_BYTES and not self._sender.drained(TURN_S, below=LIMIT_BYTES // 2):
                self._beat()
        except KafkaException as error:
            _raise(error)

    def _check(self) -> None:
        try:
            self._sender.check()
        except KafkaException as error:
            _raise(error)


def _raise(error: KafkaException) -> NoReturn:
    raise not_written(error.args[0]) from error
