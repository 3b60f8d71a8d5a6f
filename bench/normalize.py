"""How many deliveries a second one normalize process turns into acknowledged activities."""

from __future__ import annotations

import pstats
from typing import Any

from bench.deliveries import configuration, deliveries, desks
from bench.machine import Ground
from bench.meter import follow, stable_count
from bench.worker import Plant

from commonline import topics as table
from commonline.bus.writer import Writer
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.topics import Topics

SOURCES = 4
"""One partition each, as the peers' input has four."""


def fill(
    ground: Ground,
    plant: Plant,
    count: int,
    *,
    sources: int = SOURCES,
    workspaces: int = 1,
    partitions: int = SOURCES,
) -> float:
    """Configuration, topics, and the deliveries in them; returns their mean size in bytes."""
    plant.create(partitions=partitions, configuration=configuration(sources, workspaces))
    serde, size = Serde(SchemaIds.bundled()), 0
    writer = Writer(ground.kafka, client_id="bench", linger_ms=20)
    topic = Topics(plant.prefix).name(table.DELIVERIES)
    for number, delivery in enumerate(deliveries(count, desks(plant.file))):
        value = serde.encode(delivery)
        size += len(value)
        writer.write(topic, value, delivery.source.encode(), partition=number % partitions)
    writer.flush()
    return size / count


def measure(ground: Ground, *, count: int = 0, profile: bool = False) -> dict[str, Any]:
    """Every delivery becomes one activity: activities that a committed reader sees, by second."""
    count = count or ground.pick(100_000, 300_000)
    plant = Plant(ground, profile=profile)
    try:
        size = fill(ground, plant, count)
        seen = stable_count(ground.kafka, plant.topics.name(table.ACTIVITIES))
        base = seen()
        process = plant.start("normalize")
        found = follow(ground, [process], seen, count, base=base, patience_s=ground.pick(15, 40))
    finally:
        plant.end()
    if profile:
        pstats.Stats(str(plant.profile_of("normalize"))).sort_stats("tottime").print_stats(40)
    return found | {"bytes": round(size), "guarantee": "at least once into activities.v1, idempotent ids"}
