"""Writing a changelog anew: all rows of a store behind what is there, then all before them is cut off.

Until the cut, whoever restores meets what is unreadable and stops; after it, only the new rows are left. A run that is
broken off is harmless: the rows are the truth, and the next run writes them again.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from confluent_kafka import KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from commonline.bus.admin import Administration
from commonline.bus.changelog import ASK_S
from commonline.bus.store import BEGINNING_KEY, POSITION_KEY, LocalStore, encode_position
from commonline.bus.tuning import StageSettings, producer_settings
from commonline.errors import ContractError, PlatformError, StoreInUseError
from commonline.logs import client_log
from commonline.settings import KafkaSettings

_client_log = client_log("commonline.kafka.snapshot")
TRANSACTION_ROWS = 10_000
COMMIT_S = 60.0
FULL_WAIT_S = 0.01


def refuse_if_owned(kafka: KafkaSettings, settings: StageSettings, number: int) -> None:
    """Raises `StoreInUseError` while a worker of the group has the partition, `PlatformError` without an answer."""
    with Administration(kafka) as admin:
        owner = admin.owners(settings.group, settings.topic).get(number)
    if owner is not None:
        raise StoreInUseError(
            f"{settings.topic}[{number}] is worked on by {owner.name} ({owner.host}): stop it first; "
            f"one that was killed leaves after {settings.session_ms / 1000:.0f} s"
        )


def publish(
    kafka: KafkaSettings,
    settings: StageSettings,
    number: int,
    store: LocalStore,
    position: int,
    tell: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Make the store's rows, at input offset `position`, all that the partition's changelog holds; returns how many.

    Raises `StoreInUseError` while a worker has the partition, `PlatformError` where the cluster refuses.
    """
    refuse_if_owned(kafka, settings, number)
    writer = _Writer(kafka, settings, number)
    rows = store.rows()
    count = 0
    try:
        writer.begin()
        writer.write([(BEGINNING_KEY, encode_position(position))])
        while some := list(islice(rows, TRANSACTION_ROWS)):
            writer.write(some)
            count += len(some)
            tell(count)
        writer.write([(POSITION_KEY, encode_position(position))])
        _cut(kafka, settings.changelog, number, writer.first)
    except KafkaException as error:
        raise PlatformError(f"{settings.changelog}[{number}] cannot be written anew: {error.args[0].str()}") from error
    store.apply({POSITION_KEY: encode_position(position)}, writer.end)
    return count


class _Writer:
    """Rows into the changelog, under the partition's transactional id: whoever had it is fenced."""

    def __init__(self, kafka: KafkaSettings, settings: StageSettings, number: int) -> None:
        self._topic, self._number = settings.changelog, number
        self._producer = Producer(producer_settings(kafka, settings, number), logger=_client_log)
        self.first = -1
        self.end = 0

    def begin(self) -> None:
        self._producer.init_transactions(COMMIT_S)

    def write(self, rows: list[tuple[bytes, bytes]]) -> None:
        """One transaction."""
        self._producer.begin_transaction()
        for key, value in rows:
            while not self._accepted(key, value):
                self._producer.poll(FULL_WAIT_S)
        self._producer.flush(COMMIT_S)
        self._producer.commit_transaction(COMMIT_S)

    def _accepted(self, key: bytes, value: bytes) -> bool:
        try:
            self._producer.produce(self._topic, value, key, self._number, on_delivery=self._delivered)
        except BufferError:
            return False
        return True

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            offset = message.offset() or 0
            self.first = offset if self.first < 0 else min(self.first, offset)
            self.end = max(self.end, offset + 1)


def _cut(kafka: KafkaSettings, topic: str, number: int, before: int) -> None:
    if before < 0:  # Kafka takes -1 for the end: everything would go
        raise ContractError(f"{topic}[{number}] is not cut: no row was acknowledged")
    admin = AdminClient(kafka.librdkafka(), logger=_client_log)
    where = TopicPartition(topic, number, before)
    next(iter(admin.delete_records([where]).values())).result(ASK_S)
