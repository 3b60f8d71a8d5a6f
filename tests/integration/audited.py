"""Both stages on a real broker, and the audit beside them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, Message
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient
from tests.integration.station import PARTITIONS, Station, until

from commonline import topics as table
from commonline.audit.auditor import Auditor
from commonline.audit.findings import Finding
from commonline.bus.admin import ensure
from commonline.bus.batch import Batch, Send
from commonline.bus.offsets import committed
from commonline.bus.reader import Reader
from commonline.bus.stage import TransactionalStage
from commonline.configuration.defaults import default_departments
from commonline.metrics import Metrics
from commonline.schemas.records import ConversationActivity, Delivery
from commonline.secrets import installation_key
from commonline.settings import KafkaSettings
from commonline.streams.unify.service import UnifySettings, stage
from commonline.streams.unify.task import UnifyTask
from commonline.topics import Topic


class Audited(Station):
    """A station with unify."""

    def __init__(self, kafka: KafkaSettings, prefix: str, folder: Path) -> None:
        super().__init__(kafka, prefix, folder)
        feeds = [("acme", department) for department in default_departments()]
        ensure(kafka, self.settings.topics, partitions=PARTITIONS, feeds=feeds)
        self._stages: list[tuple[TransactionalStage, threading.Thread]] = []

    def unify(self, change: Callable[[TransactionalStage], None] = lambda _: None) -> TransactionalStage:
        """A worker of unify in a thread. `change` may bend it before it starts."""
        settings = UnifySettings(
            kafka=self.settings.kafka,
            key=installation_key(self.settings.home),
            home=self.settings.home,
            ids=self.settings.ids,
            prefix=self.settings.prefix,
            instance=str(len(self._stages)),
        )
        made = stage(settings, Metrics())
        change(made)

        def work() -> None:
            try:
                made.run()
            except BaseException as error:
                self.failures.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        self._stages.append((made, thread))
        until(lambda: bool(self.failures) or made.assigned)
        return made

    def stop_unify(self) -> None:
        """A clean end of all workers of unify."""
        for made, _ in self._stages:
            made.stop()
        for _, thread in self._stages:
            thread.join(60)
            assert not thread.is_alive()

    def end(self) -> None:
        self.stop_unify()
        super().end()

    def drained(self, *, joined: bool = True) -> None:
        """Wait until the stages have committed all that there is."""
        self._caught_up("normalize", table.DELIVERIES)
        if joined:
            self._caught_up("unify", table.ACTIVITIES)

    def _caught_up(self, group: str, topic: Topic) -> None:
        last = {}
        for message in self.messages(topic):
            last[message.partition() or 0] = (message.offset() or 0) + 1
        name = self.settings.topics.identifier(group)

        def done() -> bool:
            assert not self.failures, self.failures
            told = committed(self.settings.kafka, name, self.name(topic))
            return all(told.get(partition, 0) >= end for partition, end in last.items())

        until(done)

    def deliver(self, bodies: Sequence[Any], **changes: Any) -> list[Delivery]:
        """Deliveries with an id each, spread over the partitions."""
        return [
            one
            for partition in range(PARTITIONS)
            for one in self.send(bodies[partition::PARTITIONS], partition=partition, **changes)
        ]

    def conversations(self) -> list[ConversationActivity]:
        """All that is committed in conversations.v1."""
        with Reader(self.settings.kafka, [self.name(table.CONVERSATIONS)]) as reader:
            return [
                self.serde.decode_as(ConversationActivity, message.value() or b"") for message in reader.until_end()
            ]

    def set_offsets(self, group: str, topic: Topic, offsets: dict[int, int]) -> None:
        """Make a group go on elsewhere, as an operator may by mistake. No worker of it may run."""
        name = self.name(topic)
        places = [Place(name, partition, offset) for partition, offset in offsets.items()]
        admin = AdminClient(self.settings.kafka.librdkafka())
        asked = ConsumerGroupTopicPartitions(self.settings.topics.identifier(group), places)

        def done() -> bool:
            # Refused while a static member is remembered, until its session ends.
            told = [future.result().topic_partitions for future in admin.alter_consumer_group_offsets([asked]).values()]
            return all(place.error is None for some in told for place in some)

        until(done)

    def alter(self, topic: str, **configs: str) -> None:
        """Change a topic's configuration; names with ``_`` for ``.``."""
        entries = [
            ConfigEntry(name.replace("_", "."), value, incremental_operation=AlterConfigOpType.SET)
            for name, value in configs.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=entries)
        admin = AdminClient(self.settings.kafka.librdkafka())
        for future in admin.incremental_alter_configs([resource]).values():
            future.result()

    def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """As retention does, or somebody with too many rights."""
        admin = KafkaAdminClient(**self.settings.kafka.kafka_python())
        try:
            admin.delete_records({TopicPartition(topic, partition): offset})
        finally:
            admin.close()


def compared(auditor: Auditor, *, times: int = 1) -> list[Finding]:
    """What some comparisons find."""
    found = []
    for _ in range(times):
        found += auditor.compare()
        assert auditor.reached
    return found


def notes(count: int, prefix: str = "n") -> list[list[dict[str, Any]]]:
    """Bodies of one note each."""
    return [[{"id": f"{prefix}{number}", "text": f"text {number}"}] for number in range(count)]


def eventually(holds: Callable[[], bool], timeout_s: float = 60.0) -> float:
    """Wait; returns how long it took, seconds."""
    started = time.monotonic()
    until(holds, timeout_s)
    return time.monotonic() - started


class Bent:
    """A unify task that loses something of the records whose text says so.

    ``drop``: what it says in `topic`, though the ledger tells of it. ``skip``: the record, as if it had not come.
    ``dirty``: all but the state, as after an abort that was not undone.
    """

    def __init__(self, task: UnifyTask, topic: str) -> None:
        self._task, self._topic = task, topic
        self.committed, self.aborted = task.committed, task.aborted

    def process(self, messages: Sequence[Message], condemned: frozenset[int], _send: Send) -> Batch:
        """As the task does, but not quite."""
        dirty = [message for message in messages if b"dirty" in (message.value() or b"")]
        if dirty:
            self._task.process(dirty, condemned)
        kept = [message for message in messages if b"skip" not in (message.value() or b"")]
        if not kept:
            return Batch()
        batch = self._task.process(kept, condemned)
        batch.records = [
            record for record in batch.records if record.topic != self._topic or b"drop" not in (record.value or b"")
        ]
        return batch


def bend(line: Audited, topic: str = "") -> Callable[[TransactionalStage], None]:
    """For `Audited.unify`. `topic` (default: conversations.v1) is the one that outputs are dropped of."""
    dropped = topic or line.name(table.CONVERSATIONS)

    def change(made: TransactionalStage) -> None:
        make: Any = made._make_task
        made._make_task = lambda partition, store: Bent(make(partition, store), dropped)

    return change
