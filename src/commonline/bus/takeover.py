"""Taking over a partition, in the order that loses nothing (protocol F2).

1. `init_transactions` of the partition's transactional id: whoever had it before is fenced.
2. The group's committed offset, asked with ``read_committed``, so that pending commits are waited for.
3. The end of the changelog *read_uncommitted*: a commit may be acknowledged while stable offsets are still behind.
4. The changelog read_committed up to that end.
5. The state's own position must equal the committed offset. An expired offset: the position counts. Else: stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from commonline.bus.store import LocalStore
from commonline.errors import RestartError, StateError
from commonline.settings import KafkaSettings

_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the client library leaves it untyped
RESTORE_BATCH = 5000
STABLE_TIMEOUT_S = 60.0
Progress = Callable[[int, int], None]
"""(rows applied so far, rows to go) during a restore."""


def changelog_end(settings: KafkaSettings, topic: str, partition: int) -> int:
    """High watermark, open transactions included."""
    admin = AdminClient(settings.librdkafka())
    where = TopicPartition(topic, partition)
    asked = admin.list_offsets({where: _LATEST}, isolation_level=IsolationLevel.READ_UNCOMMITTED)
    return int(asked[where].result(timeout=30).offset)


def restore(
    settings: KafkaSettings,
    topic: str,
    partition: int,
    store: LocalStore,
    progress: Progress = lambda _done, _left: None,
) -> int:
    """Bring the local store up to the end of the changelog; returns how many rows were applied.

    Raises `RestartError` if an open transaction does not end within a minute, `StateError` if the store is ahead of
    the changelog (it belongs to another cluster).
    """
    end = changelog_end(settings, topic, partition)
    start = store.changelog
    if start > end:
        raise StateError(
            f"state in {store.path} is at offset {start} of {topic}[{partition}], which ends at {end}: "
            "it belongs to another cluster; move it away"
        )
    if start == end:
        return 0
    consumer = Consumer(
        {
            **settings.librdkafka(),
            "group.id": "commonline-restore",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.queue.backoff.ms": 5,
            "queued.min.messages": 100_000,
        }
    )
    try:
        consumer.assign([TopicPartition(topic, partition, start)])
        return _read(consumer, end, store, progress)
    finally:
        consumer.close()


def _read(consumer: Consumer, end: int, store: LocalStore, progress: Progress) -> int:
    applied, next_offset = 0, store.changelog
    deadline = time.monotonic() + STABLE_TIMEOUT_S
    while next_offset < end:
        rows: list[tuple[bytes, bytes | None]] = []
        for message in consumer.consume(RESTORE_BATCH, timeout=1.0):
            error = message.error()
            offset = message.offset() or 0
            if error is None:
                rows.append((message.key() or b"", message.value()))
                next_offset = offset + 1
            elif error.code() == KafkaError._PARTITION_EOF:
                next_offset = max(next_offset, offset)
            elif error.fatal():
                raise KafkaException(error)
        if rows:
            applied += store.apply(rows, next_offset)
            deadline = time.monotonic() + STABLE_TIMEOUT_S
            progress(applied, end - next_offset)
        if time.monotonic() > deadline:
            raise RestartError(
                f"changelog stays at offset {next_offset} of {end}: a transaction is open; starting anew"
            )
    store.apply({}, next_offset)
    return applied


def input_offset(consumer: Consumer, topic: str, partition: int, store: LocalStore) -> int:
    """Where to go on: the committed offset, which must be the state's own position.

    Raises `StateError` with both numbers if they differ, `RestartError` if the group does not answer.
    """
    try:
        committed = consumer.committed([TopicPartition(topic, partition)], timeout=30)[0]
    except KafkaException as error:
        raise RestartError(f"committed offset of {topic}[{partition}]: {error}") from error
    position = store.position
    if committed.offset < 0:
        return position or 0
    if position is None and committed.offset > 0:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed.offset}, the state is empty: the changelog was "
            "deleted; stop, restore it, or reset the group to 0 and rebuild"
        )
    if position is not None and position != committed.offset:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed.offset}, the state at {position}; "
            "nothing is skipped: run commonline state verify"
        )
    return int(committed.offset)
