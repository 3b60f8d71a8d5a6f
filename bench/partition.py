"""unify's whole work on a partition, without Kafka: records of the log in, records of topics and rows out.

What `bench.unify.pure` does not see: reading the frame, CloudEvents headers, the ledger, metrics; and the rows in
RocksDB. Records are handed over as to the client, and dropped there. ``digest`` stands for all records with their
topics, headers and times: equal logs give equal digests.
"""

from __future__ import annotations

import gc
import hashlib
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from bench.unify import BATCH, KEY, Store
from bench.workload import START, log
from confluent_kafka import Message

from commonline.bus.batch import Record
from commonline.bus.store import LocalStore
from commonline.bus.wire import records as wire
from commonline.metrics import Metrics
from commonline.schemas import framing
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.service import unifier
from commonline.streams.unify.task import Surroundings, UnifyTask
from commonline.topics import Topics

IDS = SchemaIds.bundled()


class Taken:
    """A record of the log, as the client hands it over."""

    __slots__ = ("_at", "_value")

    def __init__(self, at: int, value: bytes) -> None:
        self._at, self._value = at, value

    def offset(self) -> int:
        return self._at

    def value(self) -> bytes:
        return self._value

    def topic(self) -> str:
        return "activities.v1"

    def timestamp(self) -> tuple[int, int]:
        return (1, START // 1000)


class Rows(Store):
    """Rows in a dictionary, with what a task and its stage ask of a store."""

    def get(self, key: bytes) -> bytes | None:
        return self.rows.get(key)

    def apply(self, rows: dict[bytes, bytes], _changelog: int) -> int:
        self.rows.update(rows)
        return len(rows)


def taken(count: int) -> list[Message]:
    """The configuration and `count` activities of the log."""
    settings, values = log(count)
    control, header = framing.header(IDS.id_of("Control")), framing.header(IDS.id_of("Activity"))
    framed = [control + settings, *(header + value for value in values)]
    return [cast("Message", Taken(at, value)) for at, value in enumerate(framed)]


def work(messages: Sequence[Message], store: Any, digest: Any = None, batches: Any = None) -> dict[str, Any]:
    """Decide all, batch by batch; microseconds of one processor's time an activity. Give `digest` to have it told;
    `batches`, an accumulator of our own client, to have records put into them, and dropped there."""
    around = Surroundings(Topics(), IDS, unifier(KEY), Metrics(), "bench", clock=lambda: START)
    task = UnifyTask(0, store, around)
    if batches is not None:
        task.write_to(batches)
    told = 0
    spent = {"task": 0.0, "store": 0.0}

    def send(records: list[Record]) -> bool:
        nonlocal told
        told += len(records)
        if batches is not None:
            batches.append_many(records)
            told += batches.count - len(records)
            batches.take(0)
        if digest is not None:
            for one in records:
                digest.update(repr((one.topic, one.partition, one.key, one.value, one.headers, one.timestamp)).encode())
        return True

    for start in range(0, len(messages), BATCH):
        began = time.process_time()
        batch = task.process(messages[start : start + BATCH], frozenset(), send)
        send(batch.records)
        task.committed()
        decided = time.process_time()
        store.apply(batch.rows, start)
        spent["task"] += decided - began
        spent["store"] += time.process_time() - decided
    return {f"{name}_us": round(seconds / len(messages) * 1e6, 1) for name, seconds in spent.items()} | {
        "records_per_activity": round(told / len(messages), 2)
    }


def pure(count: int) -> dict[str, Any]:
    """The work on a log of so many: on a dictionary, and on RocksDB."""
    messages = taken(count)
    gc.collect()
    gc.freeze()
    found = {"on_a_dictionary": work(messages, Rows())}
    if wire.form().name == "compiled":
        found["into_batches"] = work(messages, Rows(), batches=wire.accumulator())
    with tempfile.TemporaryDirectory() as folder:
        store = LocalStore(Path(folder) / "0")
        try:
            found["on_rocksdb"] = work(messages, store)
        finally:
            store.close()
    return found


def digest_of(messages: Sequence[Message]) -> str:
    """Stands for every record with its topic, headers and time."""
    digest = hashlib.sha256()
    work(messages, Rows(), digest)
    return digest.hexdigest()[:16]
