"""pulse on a real broker: killed, joined, left and stopped under load, it counts every record once."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.integration.pulse_run import Line, Worker
from tests.streams.pulse.story import joined, numbered, said

from commonline import topics as table
from commonline.schemas.records import ConversationActivity, Direction
from commonline.testing.kafka import KafkaUnderTest

pytestmark = [pytest.mark.broker, pytest.mark.crash]
PARTITIONS = 4
DIRECTIONS: tuple[Direction, ...] = ("inbound", "inbound", "outbound", "internal")


@pytest.fixture
def line(kafka: KafkaUnderTest, prefix: str, tmp_path: Path) -> Line:
    return Line(kafka.settings, prefix, tmp_path, PARTITIONS)


@pytest.fixture
def start(line: Line) -> Iterator[Callable[[str], Worker]]:
    """Starts workers, and ends those that are left."""
    workers: list[Worker] = []

    def started(instance: str = "0") -> Worker:
        workers.append(line.start(instance))
        return workers[-1]

    yield started
    for worker in workers:
        worker.kill()


def story(partition: int, count: int, seed: int = 7) -> list[ConversationActivity]:
    """A log of two workspaces, a minute every thirty records: answers within and far beyond their minute, merges."""
    chance = random.Random(seed + partition)
    records = []
    for number in range(count):
        workspace = chance.choice(("acme", "bolt")) + str(partition)
        conversation = f"{workspace}/{chance.randrange(40)}"
        if chance.random() < 0.02:
            record = joined(conversation, f"{workspace}/{chance.randrange(40)}", number * 2, workspace=workspace)
        else:
            record = said(
                conversation,
                chance.choice(DIRECTIONS),
                number * 2,
                workspace=workspace,
                channel=chance.choice(("comment", "ticket", "email")),
            )
        records.append(record)
    return numbered(records)


def load(line: Line, count: int, ended: threading.Event) -> None:
    """Write all stories in small transactions, about one in three aborted and written again."""
    chance = random.Random(3)
    logs = {partition: story(partition, count) for partition in range(PARTITIONS)}
    for first in range(0, count, 15):
        for partition, records in logs.items():
            portion = records[first : first + 15]
            if chance.random() < 0.3:
                line.write(partition, portion, commit=False)
            line.write(partition, portion)
        time.sleep(0.1)
    ended.set()


def under_load(line: Line, count: int) -> tuple[threading.Thread, threading.Event]:
    ended = threading.Event()
    thread = threading.Thread(target=load, args=(line, count, ended))
    thread.start()
    return thread, ended


def check(line: Line) -> None:
    """Counts are right, aborted records were there and did not count, every rewrite only raised what it rewrote."""
    assert line.until_counted() == line.expected()
    uncommitted = len(line.values(table.CONVERSATIONS, committed=False))
    assert line.aborted > 0
    assert uncommitted == sum(map(len, line.committed.values())) + line.aborted


def test_killed_under_load_it_counts_every_record_once(line: Line, start: Callable[[str], Worker]) -> None:
    thread, ended = under_load(line, 1200)
    chance = random.Random(11)
    kills = 0
    while not ended.is_set():
        worker = start("0").until_ready()
        time.sleep(chance.uniform(0.1, 2.0))
        worker.kill()
        kills += 1
    thread.join()
    assert kills >= 3
    start("0")
    check(line)


def test_workers_that_join_leave_and_die_share_the_counting(line: Line, start: Callable[[str], Worker]) -> None:
    thread, _ = under_load(line, 900)
    first = start("0").until_ready()
    time.sleep(1)
    second = start("1").until_ready()
    time.sleep(2)
    assert first.end()[0] == 0
    third = start("2").until_ready()
    time.sleep(1)
    second.kill()
    thread.join()
    check(line)
    assert third.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_and_listens_to_nobody_but_loopback(
    line: Line, start: Callable[[str], Worker], number: signal.Signals
) -> None:
    for partition in range(PARTITIONS):
        line.write(partition, story(partition, 60))
    worker = start("0").until_ready()
    assert line.until_counted() == line.expected()
    ports = {
        (one.laddr.ip, one.laddr.port)
        for one in psutil.Process(worker.process.pid).net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    }
    assert [f"http://{host}:{port}" for host, port in ports] == [worker.url]
    shown = worker.metrics()
    assert 'commonline_pulse_reply_seconds{topic="' in shown
    assert 'commonline_stage_lag_records{partition="0",stage="pulse"} 0.0' in shown
    code, seconds = worker.end(number)
    assert (code, seconds < 6) == (0, True), worker.log.read_text()
    told = worker.log.read_text()
    assert not [text for text in told.splitlines() if " INFO " not in text], told
