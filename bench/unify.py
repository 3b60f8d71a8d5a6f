"""How many activities a second one unify process takes in, exactly once; and the decision alone.

The log is fixed (``bench/workload.py``). *End to end*: ``commonline unify`` on a real broker; an activity counts when
the offset behind it is committed, which happens in the transaction that holds its outputs and its rows. *Decision*:
decode, decide, encode the rows that changed, on a dictionary, in this process. ``digest`` stands for all that the
decision wrote: equal logs give equal digests (protocol F6).
"""

from __future__ import annotations

import gc
import hashlib
import pstats
import time
from collections.abc import Iterator
from typing import Any

from bench.machine import Ground
from bench.meter import follow, group_count
from bench.worker import Plant
from bench.workload import configuration, log

from commonline import topics as table
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.configuration.defaults import default_departments
from commonline.schemas import framing
from commonline.schemas.codec import decode_activity
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.service import NAME, unifier
from commonline.streams.unify.view import View

KEY = b"k" * 32
BATCH = 1000
DEPARTMENTS = tuple(default_departments())


class Store:
    """Rows in a dictionary, as RocksDB keeps them."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}

    def scan(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        for key in sorted(self.rows):
            if key.startswith(prefix) and key > after:
                yield key, self.rows[key]


def decision(values: list[bytes]) -> dict[str, Any]:
    """The pure part, from the first record on."""
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
        "outputs_per_activity": round(outputs / len(values), 2),
        "output_bytes": round(size / outputs),
        "rows": len(store.rows),
        "digest": digest.hexdigest()[:16],
    }


def pure(count: int) -> dict[str, Any]:
    """The decision on a log of so many."""
    values = log(count)[1]
    gc.collect()
    gc.freeze()
    return decision(values)


def fill(ground: Ground, plant: Plant, logs: list[tuple[bytes, list[bytes]]], partitions: int = 1) -> int:
    """Write configurations and activities, the n-th log into partition n modulo `partitions`; how many records."""
    ids = SchemaIds.bundled()
    control, header = framing.header(ids.id_of("Control")), framing.header(ids.id_of("Activity"))
    topic = plant.topics.name(table.ACTIVITIES)
    writer = Writer(ground.kafka, client_id="bench", linger_ms=20)
    for number, (settings, _) in enumerate(logs):
        writer.write(topic, control + settings, partition=number % partitions)
    for row in range(max(len(values) for _, values in logs)):
        for number, (_, values) in enumerate(logs):
            if row < len(values):
                writer.write(topic, header + values[row], partition=number % partitions)
    writer.flush()
    return sum(1 + len(values) for _, values in logs)


def measure(ground: Ground, *, count: int = 0, profile: bool = False) -> dict[str, Any]:
    """One workspace in one partition: activities a second, and what the feeds then hold."""
    settings, values = log(count or ground.pick(60_000, 200_000))
    plant = Plant(ground, profile=profile)
    try:
        feeds = [("acme", name) for name in DEPARTMENTS]
        plant.create(partitions=1, feeds=feeds)
        records = fill(ground, plant, [(settings, values)])
        seen = group_count(ground.kafka, plant.topics.identifier(NAME), plant.topics.name(table.ACTIVITIES))
        process = plant.start("unify")
        found = follow(ground, [process], seen, records, patience_s=ground.pick(20, 60))
    finally:
        plant.end()
    if profile:
        pstats.Stats(str(plant.profile_of("unify"))).sort_stats("tottime").print_stats(40)
    written = {name: _count(ground, plant.topics.feed("acme", name)) for name in DEPARTMENTS}
    return found | {
        "bytes": sum(map(len, values)) // len(values),
        "feed_records_per_activity": round(sum(written.values()) / found["counted"], 2),
        "feed_records": written,
        "guarantee": "exactly once",
    }


def _count(ground: Ground, topic: str) -> int:
    """Committed records of a topic."""
    with Reader(ground.kafka, [topic]) as reader:
        return sum(1 for _ in reader.until_end())
