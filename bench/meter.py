"""Following a worker: committed results counted from outside, with the CPU time of its whole process tree.

The figure is the slope between 30 % and 100 % of what was to be done: start, rebalance, a JIT's first part are cut
off. Only what a committed reader could see counts: the last stable offset of an output topic, or the group's offset
where it is committed with the outputs.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil
from bench.machine import Ground, calibration_ms, fail
from confluent_kafka import Consumer, IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import OffsetSpec

from commonline.logs import client_log
from commonline.settings import KafkaSettings

LOG = client_log("bench.kafka")
EVERY_S = 0.05
CUT = 0.3
SILENT_S = 90.0
KNOWN_S = 20.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at one moment; CPU times in seconds."""

    at: float
    count: int
    worker: float
    broker: float
    machine: float


def stable_count(kafka: KafkaSettings, topic: str) -> Callable[[], int]:
    """Asks for the records of a topic that a committed reader can see (marks of transactions count as records)."""
    admin = AdminClient(kafka.librdkafka(), logger=LOG)
    latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = dict.fromkeys(_places(admin, topic), latest)

    def ask() -> int:
        found = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED)
        return sum(one.result(10).offset for one in found.values())

    return ask


def group_count(kafka: KafkaSettings, group: str, topic: str) -> Callable[[], int]:
    """Asks how many records of a topic a group has committed.

    By a consumer that never joins: librdkafka 2.16.0's admin client ends the process when the coordinator still loads.
    """
    settings = {**kafka.librdkafka(), "group.id": group, "enable.auto.commit": False}
    consumer = Consumer(settings, logger=LOG)
    places = _places(consumer, topic)

    def ask() -> int:
        return sum(max(one.offset, 0) for one in consumer.committed(places, 10))

    return ask


def _places(client: AdminClient | Consumer, topic: str) -> list[TopicPartition]:
    """The topic's partitions. One that was just made is known without any for a moment: nothing would ever be counted.

    Raises `PlatformError` where it stays so.
    """
    end = time.monotonic() + KNOWN_S
    while time.monotonic() < end:
        found = client.list_topics(topic, timeout=10).topics[topic].partitions
        if found:
            return [TopicPartition(topic, number) for number in found]
        time.sleep(EVERY_S)
    raise fail(f"{topic} has no partitions: was it created?")


def follow(
    ground: Ground,
    processes: Sequence[subprocess.Popen[bytes]],
    count: Callable[[], int],
    target: int,
    *,
    patience_s: float,
    base: int = 0,
) -> dict[str, Any]:
    """Watch until `target` is reached or `patience_s` has passed since the first result; then tell.

    Raises `PlatformError` when the worker ends or nothing comes for 90 s.
    """
    calibrated, pids = calibration_ms(), [process.pid for process in processes]
    samples: list[Sample] = []
    began = moved = time.monotonic()
    first: float | None = None
    while True:
        seen = patiently(count) - base
        now = time.monotonic()
        samples.append(Sample(now, seen, cpu_s(pids), _broker_s(ground), _machine_s()))
        if seen > 0 and first is None:
            first = now
        if len(samples) > 1 and seen != samples[-2].count:
            moved = now
        if seen >= target or (first is not None and now - first > patience_s):
            break
        for process in processes:
            if process.poll() is not None:
                raise fail(f"the worker ended with {process.returncode}")
        if now - moved > SILENT_S:
            raise fail(f"no result for {SILENT_S:.0f} s, {seen:,} of {target:,} done")
        time.sleep(EVERY_S)
    memory = rss_mib(pids)
    return _slope(samples, target) | {
        "rss_mib": memory,
        "startup_s": round((first or began) - began, 1),
        "calibration_ms": [calibrated, calibration_ms()],
    }


def _slope(samples: list[Sample], target: int) -> dict[str, Any]:
    last = samples[-1]
    first = next(one for one in samples if one.count >= CUT * last.count)
    done, span = last.count - first.count, last.at - first.at
    if done <= 0 or span <= 0:
        raise fail("too little was done to tell a rate: give more records")
    million = 1e6 / done
    ours, brokers = last.worker - first.worker, last.broker - first.broker
    return {
        "per_s": round(done / span),
        "cpu_s_per_million": round(ours * million, 1),
        "cores": round(ours / span, 2),
        "broker_cpu_s_per_million": round(brokers * million, 1),
        "foreign_cores": round(max(last.machine - first.machine - ours - brokers, 0) / span, 2),
        "counted": last.count,
        "complete": last.count >= target,
        "window_s": round(span, 1),
    }


def patiently(count: Callable[[], int]) -> int:
    """The count, asked again while the broker makes up its mind who coordinates."""
    for _ in range(50):
        try:
            return count()
        except KafkaException:
            time.sleep(EVERY_S)
    return count()


def cpu_s(pids: Iterable[int]) -> float:
    """Processor seconds of processes and all their children."""
    return sum(sum(one.cpu_times()[:2]) for one in _tree(pids))


def rss_mib(pids: Iterable[int]) -> int:
    """Resident memory of processes and all their children."""
    return int(sum(one.memory_info().rss for one in _tree(pids))) >> 20


def _tree(pids: Iterable[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.Error):
            one = psutil.Process(pid)
            found += [one, *one.children(recursive=True)]
    return found


def _broker_s(ground: Ground) -> float:
    return sum(ground.broker.cpu_times()[:2]) if ground.broker is not None else 0.0


def _machine_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "irq", 0) + getattr(times, "softirq", 0))


def merged(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over rounds; `per_s_range` holds the lowest and highest rate."""
    if len(rounds) == 1:
        return rounds[0]
    numbers = {name for name, value in rounds[0].items() if isinstance(value, int | float) and value is not True}
    means = {name: statistics.fmean(one[name] for one in rounds) for name in numbers}
    told = rounds[-1] | {name: round(mean, 2 if mean < 100 else None) for name, mean in means.items()}
    told["complete"] = all(one.get("complete", True) for one in rounds)
    told["per_s_range"] = [min(one["per_s"] for one in rounds), max(one["per_s"] for one in rounds)]
    return told
