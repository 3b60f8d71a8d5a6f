"""A plain idempotent producer: hand over records, then wait until the broker has acknowledged all of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from commonline.errors import ContractError, RestartError
from commonline.logs import client_log
from commonline.settings import KafkaSettings

Headers = list[tuple[str, bytes]]
MIB = 1024 * 1024
MOST_BYTES = 10 * MIB
FLUSH_TURN_S = 0.5
FULL_WAIT_S = 0.05
PUSH_S = 0.003


class RecordWriter(Protocol):
    """What writes records, whichever client does it: `Writer`, or the one of `commonline.bus.wire.writer`."""

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

    def poll(self) -> None:
        """What is to be done now and then. Raises as `flush`."""

    def push(self) -> None:
        """Send at once what has been handed over. Raises as `flush`."""

    def flush(self) -> None:
        """Wait until everything handed over is acknowledged.

        Raises `RestartError` when a record was not: it may be in the log or not.
        """


class Writer:
    """Writes records and knows which were not acknowledged. Not thread-safe.

    A record leaves when a batch is full, with `push`, with `flush`, or after `linger_ms`. Short times cost much: while
    a batch is due and the one before it is not acknowledged, librdkafka's thread polls without pause (with 1 ms, half
    of normalize's processor time; 2.16.0). `give_up_s` is how long a record is tried. `beat` is called while waiting,
    so that a watchdog sees life.
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
        settings = _settings(kafka, client_id, give_up_s, linger_ms)
        told = client_log("commonline.kafka.writer")
        self._producer: Any = Producer({**settings, "on_delivery": self._report}, logger=told)
        self._give_up_s = give_up_s
        self._beat = beat
        self._failed: list[KafkaError] = []

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
        """Hand a record over; waits while the producer's queue is full.

        Raises `RestartError` when a record was given up, `ContractError` for one that is too large.
        """
        while True:
            try:
                self._producer.produce(
                    topic,
                    value,
                    key,
                    partition,
                    timestamp=timestamp_ms,
                    headers=headers,
                )
                return
            except BufferError:
                self._producer.poll(FULL_WAIT_S)
                self._beat()
                self._check()
            except KafkaException as error:
                raise not_written(error.args[0]) from error

    def poll(self) -> None:
        """Take the reports that have come. Raises as `flush`."""
        self._producer.poll(0)
        if self._failed:
            self._check()

    def push(self) -> None:
        """Send at once what has been handed over; waits for three milliseconds. Raises as `flush`."""
        self._producer.flush(PUSH_S)
        if self._failed:
            self._check()

    def flush(self) -> None:
        """Wait until everything handed over is acknowledged.

        Raises `RestartError` when a record was not: it may be in the log or not.
        """
        deadline = time.monotonic() + 2 * self._give_up_s
        while self._producer.flush(FLUSH_TURN_S):
            self._beat()
            self._check()
            if time.monotonic() > deadline:
                raise RestartError(f"the broker acknowledges nothing for {2 * self._give_up_s:.0f} s")
        self._check()

    def _report(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self._failed.append(error)

    def _check(self) -> None:
        if self._failed:
            raise not_written(self._failed[0])


def not_written(error: KafkaError) -> Exception:
    """What a record that was given up is to whoever wrote it."""
    if error.code() in (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.RECORD_LIST_TOO_LARGE):
        return ContractError(f"a record is larger than the topics table allows: {error.str()}")
    return RestartError(f"a record was not acknowledged: {error.str()}")


def _settings(kafka: KafkaSettings, client_id: str, give_up_s: float, linger_ms: float) -> dict[str, Any]:
    """The partitioner is everybody's (protocol F12); back-off is short, so that a broker is found again at once."""
    return {
        **kafka.librdkafka(),
        "client.id": client_id,
        "acks": "all",
        "enable.idempotence": True,
        "delivery.report.only.error": True,
        "compression.type": "lz4",
        "partitioner": "murmur2_random",
        "linger.ms": linger_ms,
        "batch.size": MIB,
        "message.max.bytes": MOST_BYTES,
        "queue.buffering.max.messages": 500_000,
        "queue.buffering.max.kbytes": 256 * 1024,
        "delivery.timeout.ms": int(give_up_s * 1000),
        "request.timeout.ms": min(5000, int(give_up_s * 1000)),
        "retry.backoff.ms": 20,
        "retry.backoff.max.ms": 500,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "log.connection.close": False,
    }
