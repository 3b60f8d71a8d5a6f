"""Tools of the tests of ``commonline pulse``: a log written in transactions, the process, what it wrote."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from tests.streams.pulse.story import Minutes, minutes, oracle

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.reader import Reader
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import ConversationActivity, Pulse
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.topics import Topic, Topics

SERDE = Serde(SchemaIds.bundled())
# As in the tests themselves: kafka-python 3.0.12 reads its schemas by functions that Python 3.11 calls deprecated.
WARNINGS = ("-Werror", "-Wignore:read_text is deprecated", "-Wignore:open_text is deprecated")
LISTENING = re.compile(r"listening metrics=(\S+)")


@dataclass
class Line:
    """An installation of one test: its topics, and what was committed to each partition of conversations.v1."""

    kafka: KafkaSettings
    prefix: str
    home: Path
    partitions: int
    committed: dict[int, list[ConversationActivity]] = field(default_factory=dict)
    aborted: int = 0

    def __post_init__(self) -> None:
        self.names = Topics(self.prefix)
        ensure(self.kafka, self.names, partitions=self.partitions)
        config = {
            "log_level": 2,
            "transactional.id": f"{self.prefix}writer",
            "retry.backoff.ms": 1,
            "retry.backoff.max.ms": 2,
        }
        self._producer = Producer(self.kafka.librdkafka() | config)
        self._producer.init_transactions(20)

    def write(self, partition: int, records: Sequence[ConversationActivity], *, commit: bool = True) -> None:
        """One transaction."""
        self._producer.begin_transaction()
        for record in records:
            self._producer.produce(
                self.names.name(table.CONVERSATIONS), SERDE.encode(record), b"key", partition=partition
            )
        if commit:
            self._producer.commit_transaction()
            self.committed.setdefault(partition, []).extend(records)
        else:
            self._producer.flush()
            self._producer.abort_transaction()
            self.aborted += len(records)

    def expected(self) -> Minutes:
        """All minutes, computed from what was committed."""
        found: Minutes = {}
        for records in self.committed.values():
            found |= oracle(records)
        return found

    def values(self, topic: Topic, *, committed: bool = True) -> list[bytes]:
        """All values of a topic."""
        with Reader(self.kafka, [self.names.name(topic)], committed=committed) as reader:
            return [message.value() or b"" for message in reader.until_end()]

    def pulses(self) -> list[Pulse]:
        """All records of pulse.v1, rewritten ones included."""
        return [SERDE.decode_as(Pulse, value) for value in self.values(table.PULSE)]

    def until_counted(self, timeout_s: float = 60) -> Minutes:
        """Wait until pulse.v1 holds what is expected; returns what it holds."""
        expected = self.expected()
        deadline = time.monotonic() + timeout_s
        while (found := minutes(self.pulses())) != expected and time.monotonic() < deadline:
            time.sleep(0.3)
        return found

    def start(self, instance: str = "0") -> Worker:
        """A process; see `Worker.until_ready`."""
        log = self.home / f"pulse-{instance}-{time.monotonic_ns()}.log"
        argv = [sys.executable, *WARNINGS, "-m", "commonline", "pulse", "--prefix", self.prefix]
        argv += ["--metrics", "127.0.0.1:0", "--instance", instance, "--home", str(self.home)]
        environ = {**os.environ, **self.kafka.environ(), "COMMONLINE_PARTITIONS": str(self.partitions)}
        with log.open("wb") as file:
            return Worker(subprocess.Popen(argv, stdout=file, stderr=file, env=environ, cwd=self.home), log)


def delete_before(kafka: KafkaSettings, topic: str, partition: int, offset: int) -> None:
    """Do what retention does."""
    admin = AdminClient(kafka.librdkafka())
    asked = admin.delete_records([TopicPartition(topic, partition, offset)])
    for future in asked.values():
        future.result(20)


@dataclass
class Worker:
    """A running ``commonline pulse``."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str | None:
        """Where it serves metrics, once it does."""
        found = LISTENING.search(self.log.read_text())
        return found[1] if found else None

    def until_ready(self, timeout_s: float = 40) -> Worker:
        """Wait until it has partitions."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            if (url := self.url) is not None and httpx.get(f"{url}/readyz").status_code == 200:
                return self
            time.sleep(0.05)
        raise AssertionError(f"not ready:\n{self.log.read_text()}")

    def metrics(self) -> str:
        """What Prometheus would see."""
        return httpx.get(f"{self.url}/metrics").text

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Exit code and seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        try:
            return self.process.wait(20), time.monotonic() - began
        finally:
            self.kill()
