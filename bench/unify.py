"""How many activities a second one unify process takes in: the decision alone, and end to end exactly once.

    .venv/bin/python -m bench.unify [--activities 60000] [--pure] [--latency] [--json]

The log is fixed (``bench/workload.py``). *Decision*: decode, decide, encode the rows that changed, on a dictionary, in
batches of 1,000. *End to end*: a stage as `commonline unify` runs it, in this process, on a real broker: from the
first record read to the last transaction committed; what the feeds then hold is counted. *Latency*: at
100 and at 1,000 a second, from the write of an activity to the feed record that a committed reader sees.
``digest`` stands for all that the decision wrote: equal logs give equal digests (protocol F6).
The broker: ``COMMONLINE_KAFKA``, else one from packages that ends with the run.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import logging
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.workload import WORKSPACE, configuration, log

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.reader import Reader, headers_of
from commonline.bus.stage import TransactionalStage
from commonline.bus.writer import Writer
from commonline.configuration.defaults import default_departments
from commonline.local.broker import Broker
from commonline.metrics import Metrics
from commonline.schemas import framing
from commonline.schemas.codec import decode_activity
from commonline.schemas.ids import SchemaIds
from commonline.settings import KafkaSettings
from commonline.streams.unify.service import UnifySettings, stage, unifier
from commonline.streams.unify.view import View
from commonline.topics import Topics

ROOT = Path(__file__).resolve().parent.parent
KEY = b"k" * 32
BATCH = 1000
PARTITION = 0
WAIT_MS = 5


class Store:
    """Rows in a dictionary, as RocksDB keeps them."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        for key in sorted(self.rows):
            if key.startswith(prefix) and key > after:
                yield key, self.rows[key]


def decision(values: list[bytes]) -> dict[str, Any]:
    """The pure part. Only the first 3/4 of the log warm it up less than they count: nothing is left out."""
    store, decide = Store(), unifier(KEY)
    view = View(store.rows.get, store.scan)
    decide.decide_control(view, configuration())
    digest, outputs, spent, size = hashlib.sha256(), 0, 0.0, 0
    for start in range(0, len(values), BATCH):
        batch = values[start : start + BATCH]
        began = time.process_time()
        said = [decide.decide_activity(view, decode_activity(raw), raw).outputs for raw in batch]
        changed = view.changes()
        view.committed()
        spent += time.process_time() - began
        store.rows.update(changed)
        for output in (one for some in said for one in some):
            outputs += 1
            size += len(output.value)
            digest.update(
                b"%s %s %s %s " % (output.where.encode(), output.department.encode(), output.key, output.value)
            )
        for key, row in changed.items():
            digest.update(key + row)
    return {
        "decision_per_s": round(len(values) / spent),
        "decision_us": round(spent / len(values) * 1e6, 1),
        "outputs": outputs,
        "output_bytes": round(size / outputs),
        "rows": len(store.rows),
        "digest": digest.hexdigest()[:16],
    }


def end_to_end(kafka: KafkaSettings, home: Path, values: list[bytes], *, waits_ms: int) -> dict[str, Any]:
    """The stage on a broker."""
    settings = prepare(kafka, home, waits_ms)
    fill(settings, values)
    metrics = Metrics()
    wall, cpu = _run(stage(settings, metrics), metrics, len(values))
    names = Topics(settings.prefix)
    feeds = {name: count(kafka, names.feed(WORKSPACE, name)) for name in default_departments()}
    conversations = count(kafka, names.name(table.CONVERSATIONS))
    return {
        "end_to_end_per_s": round(len(values) / wall),
        "cpu_s_per_million": round(cpu / len(values) * 1e6, 1),
        "conversation_records": conversations,
        "feed_records": feeds,
    }


def prepare(kafka: KafkaSettings, home: Path, waits_ms: int) -> UnifySettings:
    """An installation of its own."""
    settings = UnifySettings(
        kafka=kafka,
        key=KEY,
        home=home / secrets.token_hex(4),
        ids=SchemaIds.bundled(),
        prefix=f"bench-{secrets.token_hex(4)}-",
        batch_wait_ms=waits_ms,
    )
    ensure(kafka, Topics(settings.prefix), partitions=1, feeds=[(WORKSPACE, name) for name in default_departments()])
    return settings


def fill(settings: UnifySettings, values: list[bytes], *, per_s: float = 0) -> list[float]:
    """Write configuration and activities; returns the time of each acknowledgement where a rate is given."""
    topic = Topics(settings.prefix).name(table.ACTIVITIES)
    writer = Writer(settings.kafka, client_id="bench", linger_ms=0 if per_s else 20)
    times: list[float] = []
    if not per_s:
        control, _ = log(0)
        writer.write(topic, framing.header(settings.ids.id_of("Control")) + control, partition=PARTITION)
    header = framing.header(settings.ids.id_of("Activity"))
    began = time.perf_counter()
    for number, value in enumerate(values):
        if per_s:
            time.sleep(max(began + number / per_s - time.perf_counter(), 0))
        writer.write(topic, header + value, partition=PARTITION)
        if per_s:
            writer.poll()
            times.append(time.perf_counter())
    writer.flush()
    return times


def _run(running: TransactionalStage, metrics: Metrics, expected: int) -> tuple[float, float]:
    """Seconds and CPU seconds from assignment to the last commit."""
    metric = metrics.histogram("commonline_stage_batch_records", {"stage": "unify"})
    taken: list[float] = []

    def watch() -> None:
        while not running.assigned:
            time.sleep(0.002)
        began, cpu = time.perf_counter(), time.process_time()
        while metric._sum.get() < expected + 1 and not taken:
            time.sleep(0.005)
        taken.extend([time.perf_counter() - began, time.process_time() - cpu])
        running.stop()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    running.run()
    thread.join()
    return taken[0], taken[1]


def latency(kafka: KafkaSettings, home: Path, values: list[bytes], per_s: float) -> dict[str, Any]:
    """Milliseconds from writing an activity to seeing it in a feed, read committed."""
    settings = prepare(kafka, home, WAIT_MS)
    fill(settings, [])
    running = stage(settings, Metrics())
    worker = threading.Thread(target=running.run, daemon=True)
    worker.start()
    while not running.assigned:
        time.sleep(0.01)
    names = Topics(settings.prefix)
    seen: dict[str, float] = {}
    done = threading.Event()

    def watch() -> None:
        with Reader(kafka, [names.feed(WORKSPACE, "pr")]) as reader:
            while not done.is_set():
                for message in reader.poll(0.05, 1):
                    made = headers_of(message)["ce_time"].decode()
                    seen.setdefault(made, time.perf_counter())

    reader_thread = threading.Thread(target=watch, daemon=True)
    reader_thread.start()
    time.sleep(1.0)
    wrote = fill(settings, values, per_s=per_s)
    time.sleep(1.5)
    done.set()
    running.stop()
    worker.join()
    reader_thread.join()
    return {f"at_{per_s:.0f}_{name}": value for name, value in percentiles(values, wrote, seen).items()}


def percentiles(values: list[bytes], wrote: list[float], seen: dict[str, float]) -> dict[str, float]:
    """Of the last three quarters. An activity is known by its time of receipt, which stands in the headers."""
    from commonline.schemas import cloudevents

    found = []
    for raw, at in list(zip(values, wrote, strict=True))[len(values) // 4 :]:
        received = decode_activity(raw).received
        made = dict(cloudevents.headers("", "", workspace="", source="", time_us=received, partition_key=""))[
            "ce_time"
        ].decode()
        if made in seen and seen[made] >= at:
            found.append((seen[made] - at) * 1000)
    found.sort()
    return {
        "p50_ms": round(found[len(found) // 2], 1),
        "p99_ms": round(found[len(found) * 99 // 100], 1),
        "samples": len(found),
    }


def count(kafka: KafkaSettings, topic: str) -> int:
    """Committed records of a topic."""
    with Reader(kafka, [topic]) as reader:
        return sum(1 for _ in reader.until_end())


def calibration() -> float:
    """Seconds for ten million additions: how quick this machine is right now, whatever else it does."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return round(time.process_time() - began, 2)


def broker(stack: ExitStack, home: Path) -> KafkaSettings:
    """The given broker, else one of our own."""
    given = KafkaSettings.from_environ()
    if given is not None:
        return given
    cache = Path(os.environ.get("COMMONLINE_CACHE") or ROOT / ".commonline" / "cache")
    own = Broker(home / "broker", cache, profile="throughput")
    stack.callback(own.remove)
    own.start()
    return own.settings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=60_000)
    parser.add_argument("--pure", action="store_true", help="the decision alone, without a broker")
    parser.add_argument("--latency", action="store_true", help="also at 100 and at 1,000 a second")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    values = log(options.activities)[1]
    gc.collect()
    gc.freeze()
    report: dict[str, Any] = {"activities": len(values), "bytes": sum(map(len, values)) // len(values)}
    report |= {"calibration_s": calibration()} | decision(values)
    if not options.pure:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commonline-bench-")))
            kafka = broker(stack, home)
            report |= end_to_end(kafka, home, values, waits_ms=WAIT_MS)
            if options.latency:
                for per_s, count in ((100, 1000), (1000, 5000)):
                    report |= latency(kafka, home, values[:count], per_s)
    report |= {"calibration_after_s": calibration()}
    if options.json:
        print(json.dumps(report))
    else:
        for name, value in report.items():
            print(f"{name:22} {value:,}" if isinstance(value, int) else f"{name:22} {value}")


if __name__ == "__main__":
    main()
