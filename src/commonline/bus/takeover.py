"""Taking over a partition, in the order that loses nothing (protocol F2).

1. `init_transactions` of the partition's transactional id: whoever had it before is fenced.
2. The group's committed offset, asked with ``read_committed``, so that pending commits are waited for.
3. The end of the changelog *read_uncommitted*: a commit may be acknowledged while stable offsets are still behind.
4. The changelog read_committed up to that end (`commonline.bus.restore`).
5. The state's own position must equal the committed offset. An expired offset: the position counts. Else: stop.
"""

from __future__ import annotations

from confluent_kafka import Consumer, KafkaException, TopicPartition

from commonline.bus.changelog import ASK_S
from commonline.errors import RestartError, StateError
from commonline.logs import client_log
from commonline.settings import KafkaSettings

_client_log = client_log("commonline.kafka.takeover")


def group_offset(settings: KafkaSettings, group: str, topic: str, partition: int) -> int:
    """The committed offset, pending commits waited for; negative if there is none.

    Raises `RestartError` if the group does not answer, or a transaction stays open.
    """
    # A consumer that joins nothing, not the admin client: librdkafka's ListConsumerGroupOffsets ends the process where
    # the coordinator has just moved or started (librdkafka issue 5040: it asks a consumer group that it does not have).
    asking = {"group.id": group, "isolation.level": "read_committed", "enable.auto.commit": False}
    consumer = Consumer(settings.librdkafka() | asking, logger=_client_log)
    try:
        (told,) = consumer.committed([TopicPartition(topic, partition)], timeout=ASK_S)
    except KafkaException as error:
        raise RestartError(f"committed offset of {topic}[{partition}]: {error}") from error
    finally:
        consumer.close()
    if told.error is not None:
        raise RestartError(f"committed offset of {topic}[{partition}]: {told.error}")
    return int(told.offset)


def input_offset(committed: int, topic: str, partition: int, position: int | None) -> int:
    """Where to go on: the committed offset, which must be the state's own position; an expired one leaves that.

    Raises `StateError` with both numbers if they differ. Pure.
    """
    if committed < 0:
        return position or 0
    if position is None and committed > 0:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed}, the state is empty: the changelog was "
            f"deleted; decide it anew: commonline state rebuild --partition {partition} --from activities"
        )
    if position is not None and position != committed:
        raise StateError(
            f"{topic}[{partition}]: the group is at offset {committed}, the state at {position}; nothing is skipped: "
            "see which of the two was changed (commonline state show), and set the group's offset to the state's if "
            "it was the group's"
        )
    return committed
