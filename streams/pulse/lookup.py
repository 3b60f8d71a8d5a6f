"""Looking into logs beside Faust: the last checkpoint of a partition, and whether records were passed over."""

from __future__ import annotations

import time
from collections.abc import Iterable

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from commonline.errors import PlatformError
from commonline.settings import KafkaSettings

ANSWER_S = 20.0


def last_values(kafka: KafkaSettings, topic: str, partitions: Iterable[int]) -> dict[int, bytes]:
    """The value of each partition's last record; an empty partition is left out. Raises `PlatformError`.

    Compaction never takes a partition's last record, and without transactions nothing else lies behind it.
    """
    with _Log(kafka) as log:
        found = {}
        for partition in partitions:
            low, high = log.ends(topic, partition)
            if high > low:
                message = log.first(topic, partition, high - 1)
                if message is None:
                    raise PlatformError(
                        f"the last record of {topic} partition {partition} cannot be read: is it a mark?"
                    )
                found[partition] = message.value() or b""
        return found


def first_committed(kafka: KafkaSettings, topic: str, partition: int, offset: int) -> int | None:
    """The offset of the first committed record at or behind `offset`, if there is one. Raises `PlatformError`."""
    with _Log(kafka) as log:
        low, _ = log.ends(topic, partition)
        message = log.first(topic, partition, max(low, offset))
        return None if message is None else message.offset()


class _Log:
    """A consumer outside every group."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._consumer = Consumer(
            {
                **kafka.librdkafka(),
                "group.id": "commonline-pulse-look",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 50,
                "fetch.message.max.bytes": 8 * 1024 * 1024,
                "log.connection.close": False,
            }
        )

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def ends(self, topic: str, partition: int) -> tuple[int, int]:
        try:
            low, high = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=ANSWER_S)
        except KafkaException as error:
            raise self._silent(error.args[0]) from error
        return low, high

    def first(self, topic: str, partition: int, offset: int) -> Message | None:
        """The first record at or behind `offset`; None at the end."""
        self._consumer.assign([TopicPartition(topic, partition, offset)])
        give_up = time.monotonic() + ANSWER_S
        while time.monotonic() < give_up:
            message = self._consumer.poll(0.2)
            error = None if message is None else message.error()
            if message is not None and error is None:
                return message
            if error is not None and error.code() == KafkaError._PARTITION_EOF:
                return None
            if error is not None and (error.fatal() or not error.retriable()):
                raise self._silent(error)
        raise self._silent(KafkaError(KafkaError._TIMED_OUT))

    def _silent(self, error: KafkaError) -> PlatformError:
        return PlatformError(f"Kafka at {self._kafka.bootstrap} does not answer: {error.str()}")
