"""``commonline connect`` as a child process, and the topics that it writes to: for tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from confluent_kafka import Message
from prometheus_client.parser import text_string_to_metric_families

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Delivery
from commonline.schemas.serde import Serde
from commonline.testing.kafka import KafkaUnderTest
from commonline.topics import Topic, Topics

LISTENING = re.compile(r"listening ingress=(\S+) metrics=(\S+)")
RUN = (
    "import sys, commonline.connectors\n"
    "commonline.connectors.__path__.append(sys.argv.pop(1))\n"
    "from commonline.cli.main import main\n"
    "main()\n"
)
"""``commonline`` with one more folder of connectors."""
SERDE = Serde(SchemaIds.bundled())


@dataclass
class Installation:
    """Topics of one test, and the processes that it starts on them."""

    kafka: KafkaUnderTest
    topics: Topics
    home: Path
    connectors: Path
    started: list[Connect] = field(default_factory=list)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.home / "commonline.toml"

    def configure(self, *sources: str, general: str = "") -> None:
        """Write the configuration; `sources` are tables without their workspace."""
        text = f'[commonline]\nlisten = "127.0.0.1:0"\n{general}\n[workspaces.acme]\n'
        self.config.write_text(text + "\n".join(f'{one}\nworkspace = "acme"\n' for one in sources))

    def start(self, *, ready: bool = True, **environ: str) -> Connect:
        """Start a process and wait until it listens, by default until it is ready."""
        log = self.home / f"connect-{time.monotonic_ns()}.log"
        argv = [sys.executable, "-c", RUN, str(self.connectors), "connect", "--config", str(self.config)]
        argv += ["--home", str(self.home), "--prefix", self.topics.prefix, "--metrics", "127.0.0.1:0"]
        everything = {**os.environ, **self.kafka.settings.environ(), **environ}
        with log.open("wb") as file:
            process = subprocess.Popen(argv, stdout=file, stderr=file, env=everything)
        made = Connect(process, log)
        self.started.append(made)
        made.until_listening()
        if ready:
            made.until_ready()
        return made

    def end(self) -> None:
        """Kill what still runs."""
        for one in self.started:
            if one.process.poll() is None:
                one.kill()

    def records(self, topic: Topic) -> list[Message]:
        """Everything in a topic up to its end as it is now, each partition in order."""
        with Reader(self.kafka.settings, [self.topics.name(topic)]) as reader:
            return list(reader.until_end())

    def deliveries(self) -> list[Delivery]:
        """All deliveries in the topic."""
        values = (message.value() for message in self.records(table.DELIVERIES))
        return [SERDE.decode_as(Delivery, value) for value in values if value is not None]

    def until_deliveries(self, count: int, timeout_s: float = 30) -> list[Delivery]:
        """Wait until there are so many."""
        deadline = time.monotonic() + timeout_s
        while len(found := self.deliveries()) < count and time.monotonic() < deadline:
            time.sleep(0.2)
        return found


@dataclass
class Connect:
    """A running ``commonline connect``."""

    process: subprocess.Popen[bytes]
    log: Path
    ingress: str = ""
    metrics: str = ""

    def until_listening(self, timeout_s: float = 30) -> None:
        """Wait until it says where it listens."""
        found = self.until_logged(LISTENING, timeout_s)
        self.ingress, self.metrics = found[1], found[2]

    def until_logged(self, pattern: str | re.Pattern[str], timeout_s: float = 30) -> re.Match[str]:
        """Wait for a line of the log."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log.read_text())
            if found:
                return found
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"{pattern} was not logged:\n{self.log.read_text()}")

    def until_ready(self, timeout_s: float = 60) -> str:
        """Wait for it; what /readyz says."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            answer = httpx.get(f"{self.metrics}/readyz")
            if answer.status_code == 200:
                return answer.text
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"not ready: {answer.text}\n{self.log.read_text()}")

    def sample(self, name: str, **labels: str) -> float:
        """A metric's value, 0 if it does not exist."""
        for family in text_string_to_metric_families(httpx.get(f"{self.metrics}/metrics").text):
            for one in family.samples:
                if one.name == name and one.labels == labels:
                    return float(one.value)
        return 0.0

    def peak(self) -> int:
        """The most memory that it has had, in bytes (where the system tells; else what it has now)."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
        except (OSError, StopIteration):
            return int(psutil.Process(self.process.pid).memory_info().rss)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(30)
