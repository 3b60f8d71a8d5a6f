"""How many deliveries a second one normalize process takes in, with the broker beside it.

    .venv/bin/python bench/normalize.py [--deliveries 200000] [--profile]

Fills ``deliveries.v1`` of an installation of its own with comments as Facebook sends them, about 1 KB each, every
one different, then starts the stage in this process and measures from the first record read to the last offset
committed. The broker: ``COMMONLINE_KAFKA``, else one from packages that ends with the run.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import secrets
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import msgspec

from commonline import topics as table
from commonline.bus.admin import ensure
from commonline.bus.process import ProcessSettings
from commonline.bus.reader import Reader
from commonline.bus.writer import Writer
from commonline.kit import catalogue, deliver
from commonline.kit.replay import trial
from commonline.schemas.serde import Serde
from commonline.settings import KafkaSettings
from commonline.streams.normalize.service import Normalize

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = """
[workspaces.acme]
[sources.page]
connector = "facebook"
workspace = "acme"
app_secret = {env = "BENCH"}
verify_token = {env = "BENCH"}
"""
TEXT = "My new kettle leaks at the base since Tuesday, and nobody answers the phone. What can I do? "
SOURCES = 8


def body(number: int) -> bytes:
    """A comment with its own ids, author and text."""
    post, person = number % 3000, number % 5000
    page = "102938475610293"
    value = {
        "from": {"id": f"61209777340{person:05}", "name": f"Person {person}"},
        "item": "comment",
        "verb": "add",
        "comment_id": f"{page}_{post:08}_{number:012}",
        "post_id": f"{page}_{post:08}",
        "parent_id": f"{page}_{post:08}",
        "created_time": 1_790_000_000 + number // 100,
        "message": TEXT * 3 + str(number),
        "post": {
            "status_type": "mobile_status_update",
            "is_published": True,
            "updated_time": "2025-10-09T08:05:00+0000",
            "permalink_url": f"https://www.facebook.com/acmekettles/posts/{post:08}",
            "promotion_status": "inactive",
            "id": f"{page}_{post:08}",
        },
    }
    entry = {"id": page, "time": 1_790_000_001 + number // 100, "changes": [{"field": "feed", "value": value}]}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def fill(settings: ProcessSettings, count: int) -> float:
    """Write the deliveries; returns their mean size in bytes."""
    source = trial(catalogue.connector("facebook"), {}, name="page").source
    serde = Serde(settings.ids)
    writer = Writer(settings.kafka, client_id="bench", linger_ms=20)
    topic = settings.topics.name(table.DELIVERIES)
    size = 0
    for number in range(count):
        delivery = deliver.delivery(
            source,
            body(number),
            received=time.time_ns() // 1000,
            transport="webhook",
            authentication="signature",
            content_type="application/json",
            headers={"user-agent": "facebookexternalua"},
            request="POST /in/page",
            vendor_id=str(number),
        )
        delivery = msgspec.structs.replace(delivery, workspace="acme", source="page")
        value = serde.encode(delivery)
        size += len(value)
        writer.write(topic, value, b"page", partition=number % SOURCES)
    writer.flush()
    return size / count


class Measured(Normalize):
    """The stage, stopped when everything is committed; `taken` are the seconds that its loop needed."""

    wall_s = cpu_s = 0.0
    profile: cProfile.Profile | None = None

    def work(self, count: int) -> None:
        """Run in this thread until `count` deliveries are committed."""
        threading.Thread(target=self._stop_after, args=(count,), daemon=True).start()
        if self.profile is not None:
            self.profile.enable()
        self.run()
        if self.profile is not None:
            self.profile.disable()

    def _stop_after(self, count: int) -> None:
        batches = self.metrics.histogram("commonline_stage_batch_records", {"stage": "normalize"})
        while self.runner is None or not self.runner.assigned:
            time.sleep(0.005)
        began, cpu = time.perf_counter(), time.process_time()
        while batches._sum.get() < count:
            time.sleep(0.01)
        self.wall_s, self.cpu_s = time.perf_counter() - began, time.process_time() - cpu
        self.stop()


def broker(stack: ExitStack, home: Path) -> KafkaSettings:
    """The given broker, else one of our own."""
    given = KafkaSettings.from_environ()
    if given is not None:
        return given
    from commonline.local.broker import Broker

    cache = Path(os.environ.get("COMMONLINE_CACHE") or ROOT / ".commonline" / "cache")
    own = Broker(home / "broker", cache, profile="throughput")
    stack.callback(own.remove)
    own.start()
    return own.settings


def calibration() -> float:
    """Seconds for ten million additions: how quick this machine is right now, whatever else it does."""
    began, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - began


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=200_000)
    parser.add_argument("--profile", action="store_true", help="where the time goes; slower by half")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    count = options.deliveries
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="commonline-bench-")))
        kafka = broker(stack, home)
        settings = ProcessSettings(kafka=kafka, home=home, prefix=f"bench-{secrets.token_hex(4)}-", partitions=SOURCES)
        file = home / "commonline.toml"
        file.write_text(CONFIGURATION, "utf-8")
        ensure(kafka, settings.topics, partitions=SOURCES)
        size = fill(settings, count)
        stage = Measured(file, settings)
        if options.profile:
            stage.profile = cProfile.Profile()
        stage.work(count)
        with Reader(kafka, [settings.topics.name(table.ACTIVITIES)]) as reader:
            written = reader.total - 1
        report = {
            "deliveries": count,
            "bytes": round(size),
            "activities": written,
            "per_s": round(count / stage.wall_s),
            "per_cpu_s": round(count / stage.cpu_s),
            "calibration_s": round(calibration(), 2),
        }
        if options.json:
            print(json.dumps(report))
        else:
            print(
                f"{count:,} deliveries of {size:.0f} bytes -> {written:,} activities: {report['per_s']:,}/s, "
                f"{report['per_cpu_s']:,} per second of processor time (10 M additions: {report['calibration_s']} s)"
            )
        if stage.profile is not None:
            pstats.Stats(stage.profile).sort_stats("tottime").print_stats(28)


if __name__ == "__main__":
    main()
