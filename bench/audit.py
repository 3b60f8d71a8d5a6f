"""What the audit costs beside the stages: CPU seconds a million deliveries, on one log that all three read."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from typing import Any

from bench.machine import Ground
from bench.meter import follow, group_count
from bench.normalize import fill
from bench.worker import Plant

from commonline import topics as table
from commonline.audit.auditor import Auditor
from commonline.audit.feeds import Feeds
from commonline.bus.process import ProcessSettings
from commonline.topics import Topic


def measure(ground: Ground, *, count: int = 0) -> dict[str, Any]:
    """Deliveries through both stages, one after the other, then the audit over everything from the beginning."""
    count = count or ground.pick(30_000, 200_000)
    plant = Plant(ground)
    try:
        fill(ground, plant, count)
        stages = {
            name: follow(ground, [plant.start(name)], _seen(ground, plant, name, topic), count, patience_s=120)
            for name, topic in (("normalize", table.DELIVERIES), ("unify", table.ACTIVITIES))
        }
        plant.end()
        return _audit(ground, plant, count) | {
            f"{name}_cpu_s_per_million": found["cpu_s_per_million"] for name, found in stages.items()
        }
    finally:
        plant.end()


def _seen(ground: Ground, plant: Plant, name: str, topic: Topic) -> Any:
    return group_count(ground.kafka, plant.topics.identifier(name), plant.topics.name(topic))


def _audit(ground: Ground, plant: Plant, count: int) -> dict[str, Any]:
    settings = ProcessSettings(kafka=ground.kafka, home=plant.home, prefix=plant.prefix)
    began, spent = time.monotonic(), time.process_time()
    with Auditor(settings, feeds=False) as auditor:
        found = auditor.compare()
        records = auditor.reader.read
        unverified = auditor.comparison.unverified
        written = auditor.intake.written
    spent, took = time.process_time() - spent, time.monotonic() - began
    return _feeds(settings, written) | {
        "deliveries": count,
        "records": records,
        "findings": len(found),
        "unverified": unverified,
        "audit_cpu_s_per_million": round(spent / count * 1e6, 1),
        "audit_cpu_s_per_million_records": round(spent / records * 1e6, 1),
        "records_per_s": round(records / took),
        "rss_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def _feeds(settings: ProcessSettings, written: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    """All feeds from their beginning: numbers without a gap, as far as the ledger says."""
    spent = time.process_time()
    feeds = Feeds(settings, None)
    try:
        found = feeds.compare(written)
    finally:
        feeds.close()
    spent = time.process_time() - spent
    return {
        "feed_records": feeds.read,
        "feed_findings": len(found),
        "feeds_cpu_s_per_million_records": round(spent / max(feeds.read, 1) * 1e6, 1),
    }
