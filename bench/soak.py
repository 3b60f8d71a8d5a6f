"""``python -m bench.soak --events N``: does history slow unify down, and how much disk does it take?

One workspace, one unify process. The log comes in blocks (a twentieth of all, at most a million): a block is made while
unify rests, written, and timed until all of it is committed; so the last block can be compared with the first. Memory,
state on disk and the broker's data (all topics) are told after each. Results: ``bench/results/soak-<date>.json``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from bench.machine import ROOT, Ground, described, fail, prepare
from bench.meter import EVERY_S, cpu_s, group_count, patiently, rss_mib
from bench.unify import DEPARTMENTS
from bench.worker import Plant
from bench.workload import WORKSPACE, Log, configuration

from commonline import topics as table
from commonline.bus.writer import Writer
from commonline.errors import CommonlineError
from commonline.schemas import framing
from commonline.schemas.codec import encode_control
from commonline.schemas.ids import SchemaIds
from commonline.streams.unify.service import NAME

BLOCKS = 20
LARGEST = 1_000_000
SILENT_S = 120.0
RESULTS = ROOT / "bench" / "results"


def disk_mib(folder: Path) -> int:
    """What lies below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20


def taken(process: subprocess.Popen[bytes], seen: Callable[[], int], goal: int, silent_s: float = SILENT_S) -> float:
    """Wait until so many records are committed; the seconds that it took. Raises `PlatformError` when the worker ends,
    or commits nothing for `silent_s`."""
    began = moved = time.monotonic()
    last = -1
    while (now := patiently(seen)) < goal:
        if process.poll() is not None:
            raise fail(f"unify ended with {process.returncode}")
        if now != last:
            last, moved = now, time.monotonic()
        elif time.monotonic() - moved > silent_s:
            raise fail(f"no commit for {silent_s:.0f} s, {now:,} of {goal:,} taken in")
        time.sleep(EVERY_S)
    return time.monotonic() - began


def run(ground: Ground, events: int) -> dict[str, Any]:
    """All blocks; what the last says against the first."""
    plant = Plant(ground)
    block = max(min(events // BLOCKS, LARGEST), 1000)
    ids, stream = SchemaIds.bundled(), Log().stream()
    header = framing.header(ids.id_of("Activity"))
    blocks: list[dict[str, Any]] = []
    try:
        plant.create(partitions=1, feeds=[(WORKSPACE, name) for name in DEPARTMENTS])
        topic = plant.topics.name(table.ACTIVITIES)
        writer = Writer(ground.kafka, client_id="bench")
        writer.write(topic, framing.header(ids.id_of("Control")) + encode_control(configuration()), partition=0)
        writer.flush()
        process = plant.start(NAME)
        seen = group_count(ground.kafka, plant.topics.identifier(NAME), topic)
        taken(process, seen, 1)
        for number in range(max(events // block, 2)):
            values = list(islice(stream, block))
            cpu = cpu_s([process.pid])
            for value in values:
                writer.write(topic, header + value, partition=0)
            writer.flush()
            span = taken(process, seen, 1 + (number + 1) * block)
            told = {
                "events": (number + 1) * block,
                "per_s": round(block / span),
                "cpu_s_per_million": round((cpu_s([process.pid]) - cpu) / block * 1e6, 1),
                "rss_mib": rss_mib([process.pid]),
                "state_mib": disk_mib(plant.home / "state"),
                "broker_mib": disk_mib(ground.home / "broker"),
            }
            blocks.append(told)
            ground.say(" ".join(f"{name}={value:,}" for name, value in told.items()))
    finally:
        plant.end()
    return _verdict(block, blocks)


def _verdict(block: int, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The last block against the first."""
    first, last = blocks[0], blocks[-1]
    return {
        "events": last["events"],
        "block": block,
        "last_against_first": round(last["per_s"] / first["per_s"], 3),
        "cpu_last_against_first": round(last["cpu_s_per_million"] / first["cpu_s_per_million"], 3),
        **{name: last[name] for name in ("rss_mib", "state_mib", "broker_mib")},
        "blocks": blocks,
    }


def main() -> None:
    """Run; one line of JSON at the end, all of it in the results folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        ground = prepare(stack, quick=False)
        found = {"date": date.today().isoformat(), "machine": described(), **run(ground, options.events)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"soak-{found['date']}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps({name: value for name, value in found.items() if name not in ("blocks", "machine")}))


if __name__ == "__main__":
    try:
        main()
    except CommonlineError as error:
        raise SystemExit(f"bench: {error}") from error
