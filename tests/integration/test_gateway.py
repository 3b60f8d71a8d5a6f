"""The projection on a real broker: killed in the middle and started again, it holds what a fresh one holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.gateway.filled import busy_day, rows
from tests.integration.unify_line import Line

from commonline.bus.process import ProcessSettings
from commonline.gateway.project.projector import Projector
from commonline.gateway.store.engine import Store
from commonline.local.ports import free_port
from commonline.metrics import Metrics
from commonline.schemas.records import Activity
from commonline.testing.kafka import KafkaUnderTest

pytestmark = pytest.mark.broker
PATIENCE_S = 60.0
ROUNDS = 4
EACH = 150


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Iterator[Line]:
    made = Line(kafka.settings, prefix, tmp_path)
    yield made
    made.end()


class Process:
    """`commonline gateway`, as it is run."""

    def __init__(self, line: Line, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.environ = environ = (
            os.environ
            | line.kafka.environ()
            | {
                "COMMONLINE_HOME": str(folder),
                "COMMONLINE_PREFIX": line.prefix,
                "COMMONLINE_GATEWAY": self.url.removeprefix("http://"),
            }
        )
        with (folder / "gateway.log").open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "commonline", "gateway"], env=environ, stdout=log, stderr=log
            )

    def until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers("/readyz"):
            assert self._child.poll() is None, "the gateway ended"
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        try:
            return httpx.get(self.url + path, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def end(self, number: int) -> int:
        self._child.send_signal(number)
        return self._child.wait(PATIENCE_S)


def differing(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> set[str]:
    """Tables whose rows are not the same."""
    return {name for name in wanted if found[name] != wanted[name]}


def now(one: Activity) -> Activity:
    """As if it had just come: a feed's records that look old are compacted at once."""
    at = time.time_ns() // 1000
    return msgspec.structs.replace(one, published=at, received=at)


def test_a_projection_that_was_killed_holds_what_a_fresh_one_holds(line: Line, tmp_path: Path) -> None:
    line.worker()
    gateway: Process | None = None
    written = 0
    for number in range(ROUNDS):
        line.write(now(one) for one in busy_day(number * EACH, (number + 1) * EACH))
        written += EACH
        gateway = Process(line, tmp_path)
        if number == 0:
            gateway.until_ready()
        line.until(written)
        if number < ROUNDS - 1:
            gateway.end(signal.SIGKILL)
    assert gateway is not None
    rebuild = [sys.executable, "-m", "commonline", "gateway", "rebuild"]
    gateway.until_ready()
    settings = ProcessSettings(kafka=line.kafka, home=tmp_path, prefix=line.prefix)
    fresh_store = Store(f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh_store.migrate()
    Projector(fresh_store, settings, Metrics()).catch_up()
    wanted = rows(fresh_store)
    fresh_store.close()
    assert len(wanted["summaries"]) > EACH
    lived = Store(f"sqlite:///{tmp_path / 'gateway.db'}")
    deadline = time.monotonic() + PATIENCE_S
    while rows(lived) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert gateway.end(signal.SIGTERM) == 0
    assert differing(rows(lived), wanted) == set()
    done = subprocess.run(rebuild, env=gateway.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" records read\n")
    assert differing(rows(lived), wanted) == set()
    lived.close()
