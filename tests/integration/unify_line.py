"""An installation of unify for tests on the broker: topics, workers in threads, what they wrote."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from tests.streams.unify.world import configuration

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.configuration.defaults import default_departments
from commonline.metrics import Metrics
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Activity, Control, ConversationActivity, FeedActivity
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.unify.service import UnifySettings, stage
from commonline.topics import Topic, Topics

WORKSPACES = ("acme", "globex")
"""By partition."""
PATIENCE_S = 90.0


class Worker:
    """One unify process, in a thread."""

    def __init__(self, settings: UnifySettings) -> None:
        self.metrics = Metrics()
        self.failure: BaseException | None = None
        self.stage = stage(settings, self.metrics)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.stage.run()
        except BaseException as error:
            self.failure = error

    def stop(self) -> BaseException | None:
        """Stop cleanly; returns what it died of, if it did."""
        self.stage.stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.failure

    def died_of(self) -> BaseException | None:
        """Wait until it ends by itself."""
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        return self.failure

    def left(self, partition: int) -> float:
        """Changelog offsets that a restore has to go."""
        labels = {"stage": "unify", "partition": str(partition)}
        return float(self.metrics.gauge("commonline_restore_left_records", labels)._value.get())

    def restored(self) -> float:
        """State rows read back from the changelog."""
        counter = self.metrics.counter("commonline_restore_rows_total", {"stage": "unify"})
        return float(counter._value.get())


class Line:
    """Topics of a test, and what is in them."""

    def __init__(self, kafka: KafkaSettings, prefix: str, folder: Path) -> None:
        self.kafka, self.prefix, self.folder = kafka, prefix, folder
        self.names = Topics(prefix)
        self.ids = SchemaIds.bundled()
        self._serde = Serde(self.ids)
        self._workers: list[Worker] = []
        feeds = [(workspace, department) for workspace in WORKSPACES for department in default_departments()]
        ensure(kafka, self.names, partitions=len(WORKSPACES), feeds=feeds)
        for workspace in WORKSPACES:
            self.write([msgspec.structs.replace(configuration(), workspace=workspace)])

    def settings(self, instance: str = "0", home: str = "home") -> UnifySettings:
        """Of a worker."""
        return UnifySettings(
            kafka=self.kafka,
            key=b"k" * 32,
            home=self.folder / home,
            ids=self.ids,
            prefix=self.prefix,
            instance=instance,
            batch_records=200,
        )

    def worker(self, instance: str = "0", home: str = "home") -> Worker:
        """Start one."""
        self._workers.append(Worker(self.settings(instance, home)))
        return self._workers[-1]

    def forget(self, worker: Worker) -> None:
        """One that was meant to die."""
        self._workers.remove(worker)

    def write(self, records: Iterable[Activity | Control]) -> None:
        """Append to the log, each to its workspace's partition."""
        writer = Writer(self.kafka, client_id="test")
        topic = self.names.name(table.ACTIVITIES)
        for record in records:
            writer.write(topic, self._serde.encode(record), partition=WORKSPACES.index(record.workspace))
        writer.flush()

    def conversations(self) -> list[ConversationActivity]:
        """All that is committed in conversations.v1."""
        return [self._serde.decode_as(ConversationActivity, value) for value in self._values(table.CONVERSATIONS.name)]

    def feed(self, workspace: str, department: str) -> list[FeedActivity]:
        """All that is committed in a feed."""
        topic = self.names.feed(workspace, department).removeprefix(self.prefix)
        return [self._serde.decode_as(FeedActivity, value) for value in self._values(topic)]

    def _values(self, topic: str) -> list[bytes]:
        with Reader(self.kafka, [self.prefix + topic]) as reader:
            return [value for message in reader.until_end() if (value := message.value()) is not None]

    def until(self, count: int) -> list[ConversationActivity]:
        """Wait until so many activities are joined; a worker that died ends the wait."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = self.conversations()
            if len(found) >= count:
                return found
            for worker in self._workers:
                if worker.failure is not None:
                    raise worker.failure
            assert time.monotonic() < deadline, f"{len(found)} of {count}"
            time.sleep(0.2)

    def left(self) -> None:
        """Wait until nobody is in the group: a static member stays for a session after it stopped."""
        group = self.names.identifier("unify")
        admin = AdminClient(self.kafka.librdkafka())
        deadline = time.monotonic() + 30
        while admin.describe_consumer_groups([group])[group].result(10).members:
            assert time.monotonic() < deadline
            time.sleep(0.3)

    def cut(self, topic: Topic, partition: int, before: int) -> None:
        """Delete the records of a partition before an offset."""
        where = TopicPartition(self.names.name(topic), partition, before)
        admin = AdminClient(self.kafka.librdkafka())
        next(iter(admin.delete_records([where]).values())).result(20)

    def end(self) -> None:
        """Stop whatever runs."""
        for worker in self._workers:
            worker.stop()


def gap_free(records: Iterable[ConversationActivity]) -> bool:
    """Whether each workspace's records are numbered 1, 2, 3 … in the order as written."""
    last: dict[str, int] = {}
    for record in records:
        if record.seq != last.get(record.workspace, 0) + 1:
            return False
        last[record.workspace] = record.seq
    return True
