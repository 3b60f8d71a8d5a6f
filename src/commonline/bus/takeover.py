"""Taking over a partition, in the order that loses nothing (protocol F2).

1. `init_transactions` of the partition's transactional id: whoever had it before is fenced.
2. The group's committed offset, asked with ``read_committed``, so that pending commits are waited for.
3. The end of the changelog *read_uncommitted*: a commit may be acknowledged while stable offsets are still behind.
4. The changelog read_committed up to that end.
5. The state's own position must equal the committed offset. An expired offset: the position counts. Else: stop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from commonline.bus.store import LocalStore
from commonline.bus.tuning import restorer_settings
from commonline.errors import RestartError, StateError
from commonline.logs import client_log
from commonline.settings import KafkaSettings

log = logging.getLogger(__name__)
_client_log = client_log("commonline.kafka.restore")
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]  # the client library leaves it untyped
ASK_S = 30
RESTORE_BATCH = 5000
STABLE_TIMEOUT_S = 60.0
Progress = Callable[[int, int], None]
"""(rows applied so far, offsets to go) during a restore, at least once a second. May raise `AbandonedError`."""


class AbandonedError(Exception):
    """The partition was taken away, or the process stops, before the restore ended."""


def topic_id(settings: KafkaSettings, topic: str) -> str:
    """The id that the cluster gave this topic when it was made; another topic of the same name has another."""
    admin = AdminClient(settings.librdkafka(), logger=_client_log)
    try:
        told = admin.describe_topics(TopicCollection([topic]), request_timeout=ASK_S)[topic].result(ASK_S)
    except KafkaException as error:
        raise RestartError(f"{topic}: {error}") from error
    return str(told.topic_id)


def changelog_end(settings: KafkaSettings, topic: str, partition: int) -> int:
    """High watermark, open transactions included."""
    admin = AdminClient(settings.librdkafka(), logger=_client_log)
    where = TopicPartition(topic, partition)
    asked = admin.list_offsets({where: _LATEST}, isolation_level=IsolationLevel.READ_UNCOMMITTED)
    try:
        return int(asked[where].result(timeout=ASK_S).offset)
    except KafkaException as error:
        raise RestartError(f"end of {topic}[{partition}]: {error}") from error


def restore(
    settings: KafkaSettings,
    topic: str,
    partition: int,
    store: LocalStore,
    progress: Progress = lambda _done, _left: None,
) -> int:
    """Bring the local store up to the end of the changelog; returns how many rows were applied.

    A store that was filled from another topic (another cluster, or the topic was made anew) is emptied first: the
    changelog has it all. Raises `RestartError` if an open transaction does not end within a minute, `StateError` if
    the store is ahead of the changelog: the cluster has lost records.
    """
    origin = topic_id(settings, topic)
    if store.origin != origin:
        if store.origin is not None:
            log.warning("state in %s is of another %s: it is built anew from the changelog", store.path, topic)
        store.begin(origin)
    end = changelog_end(settings, topic, partition)
    start = store.changelog
    if start > end:
        raise StateError(
            f"state in {store.path} is at offset {start} of {topic}[{partition}], which ends at {end}: the cluster "
            "has lost records; to go on without them, move the state away"
        )
    if start == end:
        return 0
    consumer = Consumer(restorer_settings(settings), logger=_client_log)
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


def group_offset(settings: KafkaSettings, group: str, topic: str, partition: int) -> int:
    """The committed offset, pending commits waited for; negative if there is none.

    Raises `RestartError` if the group does not answer, or a transaction stays open.
    """
    admin = AdminClient(settings.librdkafka(), logger=_client_log)
    where = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, partition)])
    try:
        asked = admin.list_consumer_group_offsets([where], require_stable=True, request_timeout=ASK_S)
        told = asked[group].result(ASK_S)
    except KafkaException as error:
        raise RestartError(f"committed offset of {topic}[{partition}]: {error}") from error
    return int(told.topic_partitions[0].offset)


def input_offset(committed: int, topic: str, partition: int, position: int | None) -> int:
    """Where to go on: the committed offset, which must be the state's own position; an expired one leaves that.

    Raises `StateError` with both numbers if they differ. Pure.
    """
    if committed < 0:
        return position or 0
    if position is None and committed > 0:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed}, the state is empty: the changelog was "
            "deleted; stop, restore it, or reset the group to 0 and rebuild"
        )
    if position is not None and position != committed:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed}, the state at {position}; nothing is skipped: "
            "see which of the two was changed, and set the group's offset to the state's if it was the group's"
        )
    return committed
