"""normalize on a real broker: in a thread, or as a process that can be killed; and what lies in its topics."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from confluent_kafka import Message
from tests.streams.normalize.deliveries import delivery

from commonline import topics as table
from commonline.audit.report import Counts, Report
from commonline.bus.admin import ensure
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.schemas.records import Activity, DeadLetter, Delivery
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.normalize.service import Normalize
from commonline.topics import Topic

PROBES = Path(__file__).parents[1] / "probes"
PARTITIONS = 4
WAIT_S = 60.0
FILE = '[workspaces.acme]\n[sources.fuse]\nconnector = "fuse"\nworkspace = "acme"\n'
RUN = """
import sys, signal, logging
from pathlib import Path
import commonline.connectors
commonline.connectors.__path__.append(sys.argv[1])
from commonline.bus.process import ProcessSettings
from commonline.settings import KafkaSettings
from commonline.streams.normalize.service import Normalize, Watchdog
logging.basicConfig(level=logging.INFO)
settings = ProcessSettings.from_environ(KafkaSettings.from_environ(), Path(sys.argv[2]))
service = Normalize(Path(sys.argv[3]), settings, watchdog=Watchdog(float(sys.argv[4])))
signal.signal(signal.SIGTERM, lambda *_: service.stop())
service.run()
"""


class Station:
    """Topics of one test, and everything that runs on them. Ends what it started."""

    def __init__(self, kafka: KafkaSettings, prefix: str, folder: Path) -> None:
        self.file = folder / "commonline.toml"
        self.file.write_text(FILE, "utf-8")
        self.settings = ProcessSettings(kafka=kafka, home=folder, prefix=prefix, partitions=PARTITIONS)
        self.serde = Serde(self.settings.ids)
        self._threads: list[tuple[Normalize, threading.Thread]] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self.failures: list[BaseException] = []
        ensure(kafka, self.settings.topics, partitions=PARTITIONS)

    def name(self, topic: Topic) -> str:
        return self.settings.topics.name(topic)

    def start(self, slot: str = "0", session_ms: int = 6000) -> Normalize:
        """A worker in a thread, when it owns its partitions."""
        settings = ProcessSettings(
            kafka=self.settings.kafka,
            home=self.settings.home,
            prefix=self.settings.prefix,
            slot=slot,
            session_ms=session_ms,
        )
        service = Normalize(self.file, settings)

        def work() -> None:
            try:
                service.run()
            except BaseException as error:
                self.failures.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        self._threads.append((service, thread))
        until(lambda: bool(self.failures) or (service.runner is not None and service.runner.assigned))
        return service

    def stop(self, service: Normalize) -> None:
        """A clean end."""
        for known, thread in self._threads:
            if known is service:
                service.stop()
                thread.join(WAIT_S)
                assert not thread.is_alive()

    def spawn(self, slot: str = "0", hangs_s: float = 60) -> subprocess.Popen[bytes]:
        """A worker as a process."""
        environ = {
            **os.environ,
            **self.settings.kafka.environ(),
            "COMMONLINE_PREFIX": self.settings.prefix,
            "COMMONLINE_INSTANCE": slot,
        }
        arguments = [str(PROBES), str(self.settings.home), str(self.file), str(hangs_s)]
        with (self.settings.home / f"normalize-{slot}.log").open("ab") as log:
            process = subprocess.Popen([sys.executable, "-c", RUN, *arguments], env=environ, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def end(self) -> None:
        """End everything."""
        for service, _ in self._threads:
            service.stop()
        for _, thread in self._threads:
            thread.join(WAIT_S)
        for process in self._processes:
            process.kill()
            process.wait()

    def send(self, bodies: Sequence[Any], *, partition: int = -1, **changes: Any) -> list[Delivery]:
        """Write deliveries as connect does."""
        made = [delivery(body, received=time.time_ns() // 1000, **changes) for body in bodies]
        writer = Writer(self.settings.kafka, client_id="test")
        for one in made:
            headers = [("ce_id", one.id.encode()), ("ce_source", f"/{one.workspace}/{one.source}".encode())]
            writer.write(
                self.name(table.DELIVERIES),
                self.serde.encode(one),
                one.source.encode(),
                partition=partition,
                headers=headers,
                timestamp_ms=one.received // 1000,
            )
        writer.flush()
        return made

    def messages(self, topic: Topic) -> list[Message]:
        """Everything in a topic."""
        with Reader(self.settings.kafka, [self.name(topic)], committed=False) as reader:
            return list(reader.until_end())

    def activities(self) -> list[Activity]:
        """Activities in the order of the log, repeats included."""
        records = (self.serde.decode(m.value() or b"") for m in self.messages(table.ACTIVITIES))
        return [record for record in records if isinstance(record, Activity)]

    def letters(self) -> list[DeadLetter]:
        """Dead letters, repeats included."""
        values = (m.value() for m in self.messages(table.DEAD_LETTERS))
        return [self.serde.decode_as(DeadLetter, value) for value in values if value is not None]

    def settled(self, received: int) -> Report:
        """The account when so many deliveries are there and none waits."""
        deadline = time.monotonic() + WAIT_S
        with Counts(self.settings) as audit:
            while True:
                report = audit.refresh()
                there = sum(count.received for count in report.sources)
                if (there == received and report.waiting == 0) or time.monotonic() > deadline or self.failures:
                    assert not self.failures
                    if (there, report.waiting) != (received, 0):
                        written = len(self.activities())
                        raise AssertionError(
                            f"{there} received, {report.waiting} wait, {written} activities; all threads:\n{stacks()}"
                        )
                    return report
                time.sleep(0.2)


def stacks() -> str:
    """Where each thread of this process is: a worker that stands still is seen in no log."""
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        return file.read()


def until(holds: Any, timeout_s: float = WAIT_S) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
