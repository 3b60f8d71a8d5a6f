"""How many deliveries a second one normalize process turns into acknowledged activities."""

from __future__ import annotations

import pstats
from typing import Any

from bench.deliveries import Connector, configuration, deliveries, desks
from bench.machine import Ground
from bench.meter import follow, stable_count
from bench.worker import Plant

from commonline import topics as table
from commonline.bus.writer import Writer
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.topics import Topics

GUARANTEES: dict[Connector, str] = {
    "webhook": "at least once, idempotent ids; mapping declared",
    "zendesk": "at least once, idempotent ids; mapping in Python",
}
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
    connector: Connector = "zendesk",
) -> float:
    """Configuration, topics, and the deliveries in them; returns their mean size in bytes."""
    plant.create(partitions=partitions, configuration=configuration(sources, workspaces, connector))
    serde, size = Serde(SchemaIds.bundled()), 0
    writer = Writer(ground.kafka, client_id="bench", linger_ms=20)
    topic = Topics(plant.prefix).name(table.DELIVERIES)
    for number, delivery in enumerate(deliveries(count, desks(plant.file))):
        value = serde.encode(delivery)
        size += len(value)
        writer.write(topic, value, delivery.source.encode(), partition=number % partitions)
    writer.flush()
    return size / count


def measure(
    ground: Ground, *, count: int = 0, profile: bool = False, connector: Connector = "webhook"
) -> dict[str, Any]:
    """Every delivery becomes one activity: activities that a committed reader sees, by second.

    `connector`: of the same events, ``webhook`` with a declared mapping, or ``zendesk`` with its own code.
    """
    count = count or (ground.pick(400_000, 1_000_000) if connector == "webhook" else ground.pick(100_000, 300_000))
    plant = Plant(ground, profile=profile)
    try:
        size = fill(ground, plant, count, connector=connector)
        seen = stable_count(ground.kafka, plant.topics.name(table.ACTIVITIES))
        base = seen()
        process = plant.start("normalize")
        found = follow(ground, [process], seen, count, base=base, patience_s=ground.pick(15, 40))
    finally:
        plant.end()
    if profile:
        pstats.Stats(str(plant.profile_of("normalize"))).sort_stats("tottime").print_stats(40)
    return found | {"bytes": round(size), "guarantee": GUARANTEES[connector]}
