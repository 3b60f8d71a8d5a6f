"""``python -m bench.producing``: what a record costs to produce, by our own client and by librdkafka.

Processor time of the whole process, its threads and librdkafka's included, on a real broker: records of 600 bytes with
seven headers; for transactions also the time that one of eight records takes from its begin to its commit. Rounds of
both clients follow one another; the least of each counts. The last line on stdout is one JSON object.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.machine import Ground, prepare
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from commonline.bus.batch import Record
from commonline.bus.outbound import Outbound, by_librdkafka
from commonline.bus.tuning import StageSettings
from commonline.bus.wire import choice
from commonline.bus.wire.transactions import WireTransactions
from commonline.bus.wire.writer import WireWriter
from commonline.bus.writer import RecordWriter, Writer

ROUNDS, RECORDS, LONE = 5, 100_000, 60
PARTITIONS = 8
TEXT = b"the customer said %d things about a delivery that is late and asks when it comes; "
VALUES = [((TEXT % number) * 8)[:600] for number in range(1000)]
HEADERS = [(f"ce_header{number}", b"0123456789abcdef01") for number in range(7)]
KEY = b"0123456789abcdef"


def written(writer: RecordWriter, topic: str) -> float:
    """Microseconds of processor time a record."""
    writer.write(topic, b"first")
    writer.flush()
    began = time.process_time()
    for number in range(RECORDS):
        writer.write(topic, VALUES[number % 1000], KEY, partition=number % PARTITIONS, headers=HEADERS, timestamp_ms=1)
        if number % 2000 == 0:
            writer.poll()
    writer.flush()
    return (time.process_time() - began) / RECORDS * 1e6


class Transactions:
    """Of one producer, to six topics and a changelog."""

    def __init__(self, ground: Ground, name: str, producer: Outbound, settings: StageSettings) -> None:
        self._producer, self._settings = producer, settings
        self._records = [
            Record(f"{name}{number % 6}", 1, KEY, VALUES[number % 1000], HEADERS, 1) for number in range(16_000)
        ]
        self._rows = {b"row%06d" % number: VALUES[number % 1000][:120] for number in range(4000)}
        consumer = Consumer(ground.kafka.librdkafka() | {"group.id": settings.group})
        self._group = consumer.consumer_group_metadata()
        consumer.close()
        producer.init_transactions(30)

    def one(self, records: int, rows: int) -> float:
        """Milliseconds from begin to commit."""
        began = time.perf_counter()
        self._producer.begin_transaction()
        for first in range(0, records, 200):
            self._producer.produce(self._records[first : min(first + 200, records)])
        self._producer.produce_rows(dict(list(self._rows.items())[:rows]))
        self._producer.produce_position(b"position", b"1")
        self._producer.prepare(TopicPartition(self._settings.topic, 1, 1), self._group, 30)
        self._producer.commit_transaction()
        return (time.perf_counter() - began) * 1000

    def measured(self) -> dict[str, float]:
        """Of full transactions the processor time a record, of lone ones the median time."""
        for _ in range(3):
            self.one(8, 1)
        lone = []
        for _ in range(LONE):
            lone.append(self.one(8, 1))
            time.sleep(0.02)
        began = time.process_time()
        for _ in range(5):
            self.one(len(self._records), len(self._rows))
        us = (time.process_time() - began) / 5 / (len(self._records) + len(self._rows)) * 1e6
        self._producer.close()
        return {"us": us, "lone_ms": statistics.median(lone)}


def measure(ground: Ground) -> dict[str, dict[str, float]]:
    """By client: microseconds a record of a writer and of transactions, and the milliseconds of a lone transaction."""
    names = ("produced", "in", "log", *(f"out{number}" for number in range(6)))
    admin = AdminClient(ground.kafka.librdkafka())
    for made in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names]).values():
        made.result(30)
    settings = StageSettings("bench", "in", "log", "bench", "bench", Path(), "bench")
    writers: dict[str, Callable[[], RecordWriter]] = {
        "librdkafka": lambda: Writer(ground.kafka, client_id="bench"),
        "own": lambda: WireWriter(ground.kafka, client_id="bench"),
    }
    producers: dict[str, Callable[[], Outbound]] = {
        "librdkafka": lambda: by_librdkafka(ground.kafka, settings, 1),
        "own": lambda: WireTransactions(ground.kafka, settings, 1),
    }
    found: dict[str, dict[str, float]] = {name: {} for name in writers}
    for number in range(ROUNDS):
        ground.say(f"round {number + 1} of {ROUNDS}")
        for name, least in found.items():
            told = {"writer_us": written(writers[name](), "produced")}
            told |= Transactions(ground, "out", producers[name](), settings).measured()
            found[name] = {key: round(min(value, least.get(key, value)), 2) for key, value in told.items()}
    return found


if __name__ == "__main__":
    if not choice.ours():
        raise SystemExit("our own client is not compiled: make compiled")
    with ExitStack() as stack:
        print(json.dumps(measure(prepare(stack, quick=True))))
