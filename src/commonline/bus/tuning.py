"""How stages and the receiving side speak to Kafka: their settings, and librdkafka's (protocol F10, F11, F12)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commonline.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class StageSettings:
    """How a stage runs. Times in milliseconds. `batch_wait_ms` is for quiet times; behind, a batch waits longer.

    `check` names the function that knows what a row of the changelog looks like (`commonline.bus.changelog.Check`);
    `mend` is the command that rebuilds state, without the partition, for messages.
    """

    name: str
    topic: str
    changelog: str
    group: str
    transactional_prefix: str
    state: Path
    instance: str
    batch_records: int = 10_000
    batch_wait_ms: int = 0
    longest_wait_ms: int = 100
    session_ms: int = 6000
    transaction_ms: int = 10_000
    check: str = ""
    mend: str = "commonline state rebuild"

    def mend_of(self, number: int) -> str:
        """The command that rebuilds one partition's state."""
        return f"{self.mend} --partition {number}"


def consumer_settings(kafka: KafkaSettings, settings: StageSettings) -> dict[str, Any]:
    """The stage's consumer. ``read_committed`` even where the input has no transactions: only then are pending offsets
    waited for (protocol F2)."""
    return {
        **kafka.librdkafka(),
        "client.id": settings.instance,
        "group.id": settings.group,
        "group.instance.id": settings.instance,
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": settings.session_ms,
        "heartbeat.interval.ms": settings.session_ms // 3,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "fetch.queue.backoff.ms": 5,
        "fetch.wait.max.ms": 50,
        "queued.min.messages": 20_000,
        "queued.max.messages.kbytes": 131_072,
        "max.poll.interval.ms": 300_000,
        "log.connection.close": False,
    }


def restorer_settings(kafka: KafkaSettings) -> dict[str, Any]:
    """The consumer that reads a changelog from a stated offset. It checks what the disk gave to the broker, and asks
    for much at once: one partition is all that it reads."""
    return {
        **kafka.librdkafka(),
        "client.id": "commonline-restore",
        "group.id": "commonline-restore",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "auto.offset.reset": "error",
        "check.crcs": True,
        "fetch.queue.backoff.ms": 5,
        "fetch.message.max.bytes": 8 * 1024 * 1024,
        "queued.min.messages": 200_000,
        "queued.max.messages.kbytes": 65_536,
        "log.connection.close": False,
    }


def producer_settings(kafka: KafkaSettings, settings: StageSettings, number: int) -> dict[str, Any]:
    """The producer of one input partition: its transactional id is the partition's (protocol F3).

    It may linger, for a commit sends at once what is left. With short times librdkafka's thread polls without pause
    while a batch is due and the one before it is not acknowledged.
    """
    return {
        **kafka.librdkafka(),
        "client.id": f"{settings.instance}-{number}",
        "transactional.id": f"{settings.transactional_prefix}-{number}",
        "transaction.timeout.ms": settings.transaction_ms,
        "acks": "all",
        "linger.ms": 20,
        "batch.size": 1_000_000,
        "compression.type": "lz4",
        "partitioner": "murmur2_random",
        "retry.backoff.ms": 1,
        "retry.backoff.max.ms": 2,
        "queue.buffering.max.messages": 500_000,
        "message.max.bytes": 2_000_000,
        "log.connection.close": False,
    }


def asking_settings(client_id: str, max_bytes: int, limit_bytes: int, give_up_s: float) -> dict[str, Any]:
    """The producer of the receiving side, which flushes what it hands over.

    The partitioner is everybody's (protocol F12), back-off is short so that a broker that comes back is found
    within a second, and a request that a frozen broker never answers is tried anew.
    """
    return {
        "client.id": client_id,
        "acks": "all",
        "enable.idempotence": True,
        "compression.type": "lz4",
        "partitioner": "murmur2_random",
        "linger.ms": 100,
        "message.max.bytes": max_bytes,
        "queue.buffering.max.kbytes": limit_bytes // 1024,
        "delivery.timeout.ms": int(give_up_s * 1000),
        "request.timeout.ms": min(5000, int(give_up_s * 1000)),
        "retry.backoff.ms": 20,
        "retry.backoff.max.ms": 500,
        "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 1000,
        "socket.keepalive.enable": True,
        "log.connection.close": False,
    }
