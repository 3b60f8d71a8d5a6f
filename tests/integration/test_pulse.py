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
from tests.integration.pulse_run import Line, Worker, delete_before
from tests.streams.pulse.story import MINUTE, joined, numbered, said

from commonline import topics as table
from commonline.errors import EXIT_RESTART
from commonline.schemas.records import ConversationActivity, Direction
from commonline.streams.pulse import lookup
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


def test_a_worker_that_slept_through_its_time_writes_nothing_old(line: Line, start: Callable[[str], Worker]) -> None:
    records = story(0, 300)
    line.write(0, records[:100])
    sleeper = start("0").until_ready()
    assert line.until_counted() == line.expected()
    line.write(0, records[100:103])
    sleeper.process.send_signal(signal.SIGSTOP)
    start("1").until_ready()
    line.write(0, records[103:])
    assert line.until_counted() == line.expected()
    sleeper.process.send_signal(signal.SIGCONT)
    time.sleep(5)
    assert line.until_counted(1) == line.expected()


def test_what_retention_took_before_it_was_read_is_told_and_passed(
    line: Line, start: Callable[[str], Worker], kafka: KafkaUnderTest
) -> None:
    topic = line.names.name(table.CONVERSATIONS)
    records = story(0, 200)
    line.write(0, records[:100])
    worker = start("0").until_ready()
    assert line.until_counted() == line.expected()
    worker.kill()
    line.write(0, records[100:150])
    line.write(0, records[150:])
    delete_before(kafka.settings, topic, 0, 151)  # the first transaction's mark is at 100, the second's at 151
    worker = start("0").until_ready()
    newest = (records[-1].known // MINUTE) * MINUTE
    deadline = time.monotonic() + 40
    while not [pulse for pulse in line.pulses() if pulse.minute == newest]:
        assert time.monotonic() < deadline, worker.log.read_text()
        time.sleep(0.3)
    assert worker.process.poll() is None
    assert "are gone from the log" in worker.log.read_text()
    assert 'commonline_stream_skipped_total{cause="gone",stream="pulse"}' in worker.metrics()


def test_looking_into_the_log(line: Line) -> None:
    topic, kafka = line.names.name(table.CONVERSATIONS), line.kafka
    records = story(0, 30)
    line.write(0, records[:10])  # offsets 0 to 9, mark at 10
    line.write(0, records[10:20], commit=False)  # 11 to 20, mark at 21
    line.write(0, records[10:20])  # 22 to 31
    assert [lookup.first_committed(kafka, topic, 0, offset) for offset in (0, 9, 10, 15, 22, 32)] == [
        0,
        9,
        22,
        22,
        22,
        None,
    ]
    assert lookup.last_values(kafka, line.names.name(table.PULSE_STATE), range(PARTITIONS)) == {}


def test_it_outlives_a_broker_that_restarts(line: Line, start: Callable[[str], Worker], kafka: KafkaUnderTest) -> None:
    if kafka.kind == "given":
        pytest.skip("the broker was given: it is not ours to restart")
    records = {partition: story(partition, 200) for partition in range(PARTITIONS)}
    for partition, log in records.items():
        line.write(partition, log[:100])
    worker = start("0").until_ready()
    assert line.until_counted() == line.expected()
    kafka.restart()
    for partition, log in records.items():
        line.write(partition, log[100:])
    deadline = time.monotonic() + 90
    while line.until_counted(2) != line.expected():
        assert time.monotonic() < deadline, worker.log.read_text()
        if worker.process.poll() == EXIT_RESTART:  # what the supervisor does
            worker = start("0")
