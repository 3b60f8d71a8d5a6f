"""A workspace with a large state: filling it anew, coming back after a kill, taking over, memory.

    ROWS=200000 .venv/bin/python -m bench.state [--rows N] [--rounds N] [--only cold warm other memory] [--save]

State rows in the form that unify writes go into the changelog; then ``commonline unify`` runs as processes:

* *cold*: on an empty disk, until the next activity of the workspace is in a feed; latency of a neighbouring workspace
  in the same process meanwhile;
* *warm*: SIGKILL under traffic and started anew in place, until the next activity is in a feed;
* *other*: SIGKILL, and another worker that has nothing of the partition takes over;
* *memory*: peak of the process while activities touch rows all over the state, and how many a second.

64 rows are one account, one thread and twenty objects: 20 million objects are 64 million rows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from bench.machine import Ground, calibration_ms, described, prepare
from bench.state_line import FEED, LARGE, SMALL, Line, Pulse, Worker
from bench.state_rows import EXACT, World, comment
from bench.workload import START

from commonline.bus.reader import Reader

PARTS = ("cold", "warm", "other", "memory")
SMALL_ROWS = 200_000
RESULTS = Path(__file__).parent / "results"
TRAFFIC = 20_000


def cold(line: Line, pulses: tuple[Pulse, Pulse]) -> dict[str, Any]:
    """From an empty disk. Leaves the worker running."""
    large, small = pulses
    broker = line.ground.broker
    broker_before = sum(broker.cpu_times()[:2]) if broker else 0.0
    worker = line.worker("0", "home-0")
    began = worker.began
    told: list[str] = []
    served: float | None = None
    while not any(at > began for at in large.seen.values()):
        if worker.process.poll() is not None:
            raise SystemExit(f"worker ended with {worker.process.returncode}: {_tail(line)}")
        if served is None and small.seen:
            served = min(small.seen.values())
        if (now := worker.ready()) and (not told or told[-1] != now):
            told.append(now)
        time.sleep(0.1)
    end = large.first_after(began)
    restored = worker.metric("commonline_restore_rows_total", stage="unify") or 0
    cpu, broker_cpu = worker.cpu_s(), sum(broker.cpu_times()[:2]) - broker_before if broker else 0.0
    during = small.delays(served or end, end)
    time.sleep(5)
    after = small.delays(end + 2, end + 4.5)
    return {
        "rows": int(restored),
        "empty_disk_to_feed_s": round(end - began, 1),
        "cpu_us_a_row": round(cpu / restored * 1e6, 2),
        "broker_cpu_us_a_row": round(broker_cpu / restored * 1e6, 2),
        "log": _lines(line, "restored"),
        "neighbour_served_after_s": round((served or end) - began, 1),
        "neighbour_ms_meanwhile": _spread(during, 1000),
        "neighbour_ms_afterwards": _spread(after, 1000),
        "told": told[:: max(len(told) // 5, 1)],
        "disk_mib": _size_mib(worker.home),
        "rss_peak_mib": worker.rss_mib(),
    }


def warm(line: Line, large: Pulse, rounds: int) -> dict[str, Any]:
    """Killed and started anew in place."""
    took = []
    for number in range(rounds):
        line.workers[-1].kill()
        killed = time.monotonic()
        line.worker("0", "home-0")
        took.append(large.first_after(killed, 60) - killed)
        time.sleep(random.Random(number).uniform(1.0, 3.0))
    return {"restart_in_place_s": _spread(sorted(took), 1)}


def other(line: Line, large: Pulse, rounds: int) -> dict[str, Any]:
    """Another worker takes over, from the changelog."""
    took, restored = [], []
    line.workers[-1].end()
    for number in range(rounds):
        first = line.worker(f"a{number}", f"other-a{number}")
        large.first_after(first.began)
        second = line.worker(f"b{number}", f"other-b{number}")
        _until_shared(first, second)
        victim, heir = (first, second) if _has(first) else (second, first)
        for place in (heir.home / "state").glob("*/0"):
            shutil.rmtree(place)
        before = heir.metric("commonline_restore_rows_total", stage="unify") or 0
        time.sleep(1)
        victim.kill()
        killed = time.monotonic()
        took.append(large.first_after(killed, 120) - killed)
        restored.append((heir.metric("commonline_restore_rows_total", stage="unify") or 0) - before)
        heir.end()
    return {"another_worker_s": _spread(sorted(took), 1), "another_worker_rows": int(min(restored))}


def _has(worker: Worker) -> bool:
    return worker.metric("commonline_stage_lag_records", stage="unify", partition="0") is not None


def _until_shared(first: Worker, second: Worker) -> None:
    """Until each of two has a partition and is ready."""
    deadline = time.monotonic() + 120
    while not all(worker.ready().startswith("ok") for worker in (first, second)):
        if time.monotonic() > deadline:
            raise SystemExit(f"not shared: {first.ready()!r}, {second.ready()!r}")
        time.sleep(0.2)
    time.sleep(8)


def memory(line: Line) -> dict[str, Any]:
    """Activities all over the state: new comments in any thread by any account, and repeats of what is there."""
    worker = line.workers[-1]
    if worker.process.poll() is not None:
        worker = line.worker("0", "home-0")
    chance, world = random.Random(5), line.world
    values = []
    for number in range(TRAFFIC):
        if number % 4 == 0:
            values.append(world.object(chance.randrange(world.objects // EXACT + 1) * EXACT))
        else:
            thread, account = chance.randrange(world.threads), chance.randrange(world.accounts)
            name = f"facebook:page1/comment/{thread:015}_m{number}"
            values.append(comment(thread, account, name, at=START + number, text=f"my kettle leaks {number}"))
    before, cpu, began = _count(line), worker.cpu_s(), time.monotonic()
    line.write(LARGE, values)
    fresh = sum(1 for number in range(TRAFFIC) if number % 4)
    while _count(line) - before < fresh:
        time.sleep(0.2)
    took = time.monotonic() - began
    repeats = worker.metric("commonline_unify_outcomes_total", source="page", outcome="repeat") or 0
    return {
        "activities_all_over_per_s": round(TRAFFIC / took),
        "cpu_us_each": round((worker.cpu_s() - cpu) / TRAFFIC * 1e6),
        "recognised_repeats": int(repeats),
        "rss_mib": worker.rss_mib("VmRSS"),
        "rss_peak_mib_under_traffic": worker.rss_mib(),
    }


def _count(line: Line) -> int:
    with Reader(line.ground.kafka, [line.names.feed(LARGE, FEED)]) as reader:
        return sum(1 for m in reader.until_end() if b"my kettle leaks " in (m.value() or b""))


def _spread(found: list[float], unit: float) -> dict[str, float | int]:
    if not found:
        return {"n": 0}
    return {
        "n": len(found),
        "p50": round(found[len(found) // 2] * unit, 2),
        "p99": round(found[min(len(found) * 99 // 100, len(found) - 1)] * unit, 2),
    }


def _size_mib(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20


def _lines(line: Line, word: str) -> list[str]:
    text = (line.ground.home / "unify-0.log").read_text()
    return [one.partition("unify-state")[2][:120] for one in text.splitlines() if word in one][-3:]


def _tail(line: Line) -> str:
    return (line.ground.home / "unify-0.log").read_text()[-2000:]


def measure(ground: Ground, rows: int, rounds: int, parts: list[str]) -> dict[str, Any]:
    """All wanted parts over one state."""
    world = World.of_rows(rows)
    line = Line(ground, world)
    found: dict[str, Any] = {
        "accounts": world.accounts,
        "threads": world.threads,
        "objects": world.objects,
        "calibration_ms": calibration_ms(),
    }
    try:
        began = time.monotonic()
        found["rows_written"] = line.fill()
        ground.say(f"{found['rows_written']:,} rows in {time.monotonic() - began:.0f} s")
        line.settle()
        for part in parts:
            with Pulse(line, LARGE) as large, Pulse(line, SMALL) as small:
                if part == "cold":
                    made = cold(line, (large, small))
                elif part == "warm":
                    made = warm(line, large, rounds)
                elif part == "other":
                    made = other(line, large, max(rounds // 4, 1))
            if part == "memory":
                made = memory(line)
            ground.say(json.dumps(made))
            found[part] = made
    finally:
        line.end()
    return found | {"machine": described(), "calibration_after_ms": calibration_ms()}


def main() -> None:
    """Measure; progress on stderr, the figures as the last line of stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("ROWS") or SMALL_ROWS))
    parser.add_argument("--rounds", type=int, default=4, help="kills (20 for a p99 that means something)")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    parser.add_argument("--save", action="store_true", help="add to bench/results/state-<date>.json")
    options = parser.parse_args()
    with ExitStack() as stack:
        found = measure(prepare(stack, quick=False), options.rows, options.rounds, list(options.only))
    if options.save:
        file = RESULTS / f"state-{date.today().isoformat()}.json"
        kept = json.loads(file.read_text()) if file.exists() else []
        RESULTS.mkdir(exist_ok=True)
        file.write_text(json.dumps([*kept, found], indent=1) + "\n")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
