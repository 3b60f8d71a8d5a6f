"""Whether an event costs the same with more workers and more workspaces, and what an idle workspace costs.

The same number of events each time, over 8 partitions: processor seconds a million, of all workers together. Memory of
an idle workspace: a unify process that owns 100 workspaces of which nothing but the configuration was ever said,
against one that owns one.
"""

from __future__ import annotations

import time
from typing import Any

from bench import normalize, unify
from bench.deliveries import workspace
from bench.machine import Ground
from bench.meter import follow, group_count, rss_mib, stable_count
from bench.unify import DEPARTMENTS
from bench.worker import Plant
from bench.workload import log

from commonline import topics as table
from commonline.streams.unify.service import NAME

PARTITIONS = 8
IDLE = 100
SETTLE_S = 3.0
UNIFY = ((1, 1), (1, 10), (1, 100), (2, 10), (4, 10))
NORMALIZE = ((1, 1), (2, 1), (4, 1))
"""Workers and workspaces."""


def _feeds(workspaces: int) -> list[tuple[str, str]]:
    return [(workspace(number), name) for number in range(workspaces) for name in DEPARTMENTS]


def _start(plant: Plant, command: str, workers: int) -> list[Any]:
    return [plant.start(command, "--instance", str(number)) for number in range(workers)]


def one_unify(ground: Ground, workers: int, workspaces: int, count: int) -> dict[str, Any]:
    """`count` activities in all, the same log in each workspace."""
    plant = Plant(ground)
    try:
        plant.create(partitions=PARTITIONS, feeds=_feeds(workspaces))
        logs = [log(count // workspaces, workspace(number)) for number in range(workspaces)]
        records = unify.fill(ground, plant, logs, PARTITIONS)
        seen = group_count(ground.kafka, plant.topics.identifier(NAME), plant.topics.name(table.ACTIVITIES))
        return follow(ground, _start(plant, NAME, workers), seen, records, patience_s=ground.pick(15, 40))
    finally:
        plant.end()


def one_normalize(ground: Ground, workers: int, workspaces: int, count: int) -> dict[str, Any]:
    """`count` deliveries of eight sources."""
    plant = Plant(ground)
    try:
        normalize.fill(ground, plant, count, sources=PARTITIONS, workspaces=workspaces, partitions=PARTITIONS)
        seen = stable_count(ground.kafka, plant.topics.name(table.ACTIVITIES))
        base = seen()
        processes = _start(plant, "normalize", workers)
        return follow(ground, processes, seen, count, base=base, patience_s=ground.pick(15, 30))
    finally:
        plant.end()


def idle(ground: Ground, workspaces: int) -> int:
    """Resident MiB of a unify process that knows so many workspaces, none with an activity."""
    plant = Plant(ground)
    try:
        plant.create(partitions=PARTITIONS, feeds=_feeds(workspaces))
        records = unify.fill(ground, plant, [log(0, workspace(n)) for n in range(workspaces)], PARTITIONS)
        seen = group_count(ground.kafka, plant.topics.identifier(NAME), plant.topics.name(table.ACTIVITIES))
        process = plant.start(NAME)
        end = time.monotonic() + 60
        while seen() < records and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(SETTLE_S)
        return rss_mib([process.pid])
    finally:
        plant.end()


def measure(ground: Ground) -> dict[str, Any]:
    """Every combination; quick: the ends."""
    found: dict[str, Any] = {"unify": [], "normalize": []}
    for name, cases, one, count in (
        ("normalize", NORMALIZE, one_normalize, ground.pick(40_000, 150_000)),
        ("unify", UNIFY, one_unify, ground.pick(40_000, 80_000)),
    ):
        for workers, workspaces in ground.pick((cases[0], cases[-1]), cases):
            told = one(ground, workers, workspaces, count)
            found[name].append({"workers": workers, "workspaces": workspaces, **told})
            ground.say(
                f"scale     {name:9} {workers} workers {workspaces:3} workspaces {told['per_s']:>8,}/s "
                f"{told['cpu_s_per_million']:>7} CPU s/M  {told['rss_mib']} MiB"
            )
        costs = [one["cpu_s_per_million"] for one in found[name]]
        found[f"{name}_spread"] = round(max(costs) / min(costs) - 1, 3)
    small, large = idle(ground, 1), idle(ground, IDLE)
    found["idle_workspace_kib"] = max(round((large - small) * 1024 / (IDLE - 1)), 0)
    ground.say(
        f"scale     an idle workspace: {found['idle_workspace_kib']} KiB ({small} MiB with 1, {large} with {IDLE})"
    )
    return found
