"""An installation of unify with a large state: its topics, workers as processes, and probes through it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from bench.machine import Ground, fail
from bench.state_rows import KEY, World, comment
from bench.workload import START, configuration
from confluent_kafka import OFFSET_END, Consumer, ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import AdminClient

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.store import POSITION_KEY, encode_position
from commonline.bus.writer import Writer
from commonline.configuration.defaults import default_departments
from commonline.local import ports
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import FeedActivity
from commonline.schemas.serde import Serde
from commonline.topics import Topics

LARGE, SMALL = "acme", "globex"
"""The workspace with the large state, in partition 0; a neighbour, in partition 1."""
FEED = "marketing"
PATIENCE_S = 5400.0
TICK_S = 0.05
RESTING = 0.4
"""CPU seconds of the broker in three seconds."""


@dataclass
class Worker:
    """``commonline unify`` as a process. `began`: monotonic time of its start."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int
    began: float = field(default_factory=time.monotonic)

    def metric(self, name: str, **labels: str) -> float | None:
        """A sample from /metrics; None while there is none."""
        try:
            text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=5).text
        except httpx.HTTPError:
            return None
        for line in text.splitlines():
            head, _, value = line.rpartition(" ")
            if head.partition("{")[0] == name and all(f'{key}="{told}"' in head for key, told in labels.items()):
                return float(value)
        return None

    def ready(self) -> str:
        """What /readyz says; empty while it does not answer."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).text.strip()
        except httpx.HTTPError:
            return ""

    def rss_mib(self, what: str = "VmHWM") -> int:
        """Memory of the process itself, its peak by default."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(what))

    def cpu_s(self) -> float:
        """CPU time of the process and of its children that have ended."""
        return float(sum(psutil.Process(self.process.pid).cpu_times()[:4]))

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """A clean stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Line:
    """Topics filled with the state of `world`, and everything that runs on them."""

    def __init__(self, ground: Ground, world: World) -> None:
        self.ground, self.world = ground, world
        self.prefix = f"state{world.objects}-{os.getpid()}-"
        self.names = Topics(self.prefix)
        self.serde = Serde(SchemaIds.bundled())
        self.workers: list[Worker] = []
        feeds = [(workspace, department) for workspace in (LARGE, SMALL) for department in default_departments()]
        ensure(ground.kafka, self.names, partitions=2, feeds=feeds)
        self._writer = Writer(ground.kafka, client_id="bench")
        self._lock = threading.Lock()
        self._number = 0

    def fill(self) -> int:
        """The state into the changelog, and the group to where it is; returns the rows."""
        count, began = 0, time.monotonic()
        topic = self.names.name(table.STATE)
        for workspace in (LARGE, SMALL):
            self._control(workspace)
        for key, row in self.world.rows():
            self._writer.write(topic, row, key, partition=0)
            count += 1
            if count % 10_000 == 0:
                self._writer.poll()
            if count % 2_000_000 == 0:
                self.ground.say(f"{count:,} rows written ({count / (time.monotonic() - began):,.0f}/s)")
        self._writer.write(topic, encode_position(1), POSITION_KEY, partition=0)
        self._writer.flush()
        group = self.names.identifier("unify")
        where = TopicPartition(self.names.name(table.ACTIVITIES), 0, 1)
        admin = AdminClient(self.ground.kafka.librdkafka())
        admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, [where])])[group].result(30)
        return count

    def settle(self, most_s: float = 60.0) -> None:
        """Wait until the broker rests: it compacts what was just written, which a changelog of years has behind it."""
        broker = self.ground.broker
        deadline = time.monotonic() + most_s
        while broker is not None and time.monotonic() < deadline:
            before = sum(broker.cpu_times()[:2])
            time.sleep(3)
            if sum(broker.cpu_times()[:2]) - before < RESTING:
                return

    def _control(self, workspace: str) -> None:
        topic = self.names.name(table.ACTIVITIES)
        self._writer.write(topic, self.serde.encode(configuration(workspace)), partition=_partition(workspace))

    def worker(self, slot: str, home: str, **environ: str) -> Worker:
        """Start one, not waiting for it."""
        port = ports.free_port()
        place = self.ground.home / home
        place.mkdir(parents=True, exist_ok=True)
        surroundings = {
            **os.environ,
            **self.ground.kafka.environ(),
            "COMMONLINE_KEY": KEY.hex(),
            "COMMONLINE_HOME": str(place),
            "COMMONLINE_PREFIX": self.prefix,
            "COMMONLINE_INSTANCE": slot,
            "COMMONLINE_METRICS": f"127.0.0.1:{port}",
            **environ,
        }
        with (self.ground.home / f"unify-{slot}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "commonline", "unify"], env=surroundings, stdout=log, stderr=log
            )
        self.workers.append(Worker(process, place, port))
        return self.workers[-1]

    def ask(self, workspace: str, thread: int, account: int) -> float:
        """Write a comment of now; returns its number, by which `Seen` knows it."""
        with self._lock:
            self._number += 1
            number = self._number
            made = comment(
                thread,
                account,
                f"facebook:page1/comment/probe_{number}",
                at=START + number * 1000,
                text=f"probe {number}",
                workspace=workspace,
            )
            topic = self.names.name(table.ACTIVITIES)
            self._writer.write(topic, self.serde.encode(made), partition=_partition(workspace))
            self._writer.flush()
        return number

    def write(self, workspace: str, values: list[Any]) -> None:
        """Activities, as they are."""
        topic = self.names.name(table.ACTIVITIES)
        with self._lock:
            for value in values:
                self._writer.write(topic, self.serde.encode(value), partition=_partition(workspace))
            self._writer.flush()

    def end(self) -> None:
        """Stop what runs."""
        for worker in self.workers:
            worker.end()


def _partition(workspace: str) -> int:
    return (LARGE, SMALL).index(workspace)


class Pulse:
    """Probes into a workspace 20 times a second, and when each is seen in its feed. Use as a context manager."""

    def __init__(self, line: Line, workspace: str) -> None:
        self._line, self._workspace = line, workspace
        self.asked: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask), threading.Thread(target=self._look)]
        kafka = line.ground.kafka.librdkafka()
        self._consumer = Consumer(
            {**kafka, "group.id": "bench", "isolation.level": "read_committed", "fetch.wait.max.ms": 10}
        )
        self._consumer.assign([TopicPartition(line.names.feed(workspace, FEED), 0, OFFSET_END)])
        self._consumer.consume(1, 1.0)

    def __enter__(self) -> Pulse:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._consumer.close()

    def _ask(self) -> None:
        world, number = self._line.world, 0
        while not self._stop.wait(TICK_S):
            number += 7919
            now = time.monotonic()
            told = self._line.ask(self._workspace, number % world.threads, number % world.accounts)
            self.asked[f"probe {told}"] = now

    def _look(self) -> None:
        while not self._stop.is_set():
            for message in self._consumer.consume(1000, 0.02):
                if message.error() is None and message.value():
                    record = self._line.serde.decode_as(FeedActivity, message.value() or b"")
                    if record.item is not None and record.item.object.text:
                        self.seen.setdefault(record.item.object.text, time.monotonic())

    def first_after(self, moment: float, patience_s: float = PATIENCE_S) -> float:
        """When the first probe asked after `moment` was seen. Raises `PlatformError` if none is."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            found = [self.seen[text] for text in list(self.seen) if self.asked.get(text, 0.0) > moment]
            if found:
                return min(found)
            time.sleep(TICK_S)
        raise fail(f"nothing came through {self._workspace} in {patience_s:.0f} s")

    def delays(self, begin: float, end: float) -> list[float]:
        """Seconds from asked to seen, of what was asked between two moments; sorted."""
        return sorted(self._delays(begin, end))

    def _delays(self, begin: float, end: float) -> Iterator[float]:
        now = time.monotonic()
        for text, at in list(self.asked.items()):
            if begin <= at < end:
                yield self.seen.get(text, now) - at
